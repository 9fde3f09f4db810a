// Imports each example as a user would, and deploys it.
import { after, before } from "node:test";
import { browserTest } from "../support/browser/browser-test";
import { EXAMPLES, tryExample } from "../support/node-red/example";
import { NodeRed } from "../support/node-red/node-red";

let nodeRed: NodeRed;
before(async () => {
  nodeRed = await NodeRed.start({ environment: { TEST_DASHBOARD: "true" }, modules: ["libsql"] });
});
after(() => nodeRed.stop());

for (const file of EXAMPLES) {
  browserTest(`the example “${file.replace(".json", "")}” is imported and deployed`, (browser) =>
    tryExample(browser, nodeRed, file),
  );
}
