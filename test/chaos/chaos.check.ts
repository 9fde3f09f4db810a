// The long runs; by `npm run test:chaos`. CHAOS_SEED repeats one.
import { test } from "node:test";
import { chaos } from "./chaos";

for (const [skipDuplicates, messages] of [
  [true, 15_000],
  [false, 5_000],
] as const) {
  const how = skipDuplicates ? "skipped" : "let through";
  const name = `${messages} messages in a storm are accepted as the flow says, duplicates ${how}`;
  test(name, { timeout: 900_000 }, (t) =>
    chaos(t, {
      ...{ messages, perSecond: 167, skipDuplicates },
      ...{ slow: true, meanRedeployMs: 10_000 },
    }),
  );
}

for (const skipDuplicates of [true, false]) {
  const how = skipDuplicates ? "skipped" : "let through";
  const name = `in a storm with a deploy every few seconds, messages are accepted, duplicates ${how}`;
  test(name, (t) =>
    chaos(t, {
      ...{ messages: 800, perSecond: 100, skipDuplicates },
      ...{ slow: false, meanRedeployMs: 2_500 },
    }),
  );
}
