// Imports each example as a user would, and deploys it.
import { readFileSync, readdirSync } from "node:fs";
import { after, before } from "node:test";
import { browserTest } from "../support/browser-test";
import { withEditor } from "../support/editor";
import { EMPTY_FLOW } from "../support/flow";
import { NodeRed } from "../support/node-red";
import { withEmulator } from "../support/with-emulator";
import type { FlowNode } from "../support/node-red";

let nodeRed: NodeRed;
before(async () => {
  nodeRed = await NodeRed.start({ environment: { TEST_DASHBOARD: "true" } });
});
after(() => nodeRed.stop());

function onPort(file: string, port: number): FlowNode[] {
  const nodes = JSON.parse(readFileSync(`examples/${file}`, "utf8")) as FlowNode[];
  return nodes.map((node) => (node.type === "aliyun-iot-instance" ? { ...node, port } : node));
}

for (const file of readdirSync("examples")) {
  browserTest(`the example “${file.replace(".json", "")}” is imported and deployed`, (browser) =>
    withEmulator({}, async (emulator) => {
      try {
        await withEditor({ browser, url: nodeRed.url }, async (editor) => {
          await editor.import(onPort(file, emulator.port));
          await editor.deploy();
          await nodeRed.next("shown", ({ status }) => status?.fill === "green");
        });
      } finally {
        await nodeRed.deploy(EMPTY_FLOW);
      }
    }),
  );
}
