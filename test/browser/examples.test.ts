// Imports each example as a user would, and deploys it.
import { browserTest } from "../support/browser/browser-test";
import { EXAMPLES, tryExample } from "../support/node-red/example";
import { NodeRed } from "../support/node-red/node-red";

const nodeRed = NodeRed.forFile({ environment: { TEST_DASHBOARD: "true" }, modules: ["libsql"] });

for (const file of EXAMPLES) {
  browserTest(`the example “${file.replace(".json", "")}” is imported and deployed`, (browser) =>
    tryExample(browser, nodeRed, file),
  );
}
