import { test } from "node:test";
import { chaos } from "./chaos";

for (const skipDuplicates of [true, false]) {
  const how = skipDuplicates ? "skipped" : "let through";
  const name = `in a storm of faults messages are accepted as the flow says, duplicates ${how}`;
  test(name, (t) =>
    chaos(t, {
      ...{ messages: 800, perSecond: 100, skipDuplicates },
      ...{ slow: false, meanRedeployMs: 2_500 },
    }),
  );
}
