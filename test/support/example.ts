import { readdirSync, readFileSync } from "node:fs";
import { withEditor } from "./editor";
import { EMPTY_FLOW } from "./flow";
import { withEmulator } from "./with-emulator";
import type { Browser } from "playwright-core";
import type { FlowNode, NodeRed } from "./node-red";

/** Files of the example flows. */
export const EXAMPLES = readdirSync("examples");

/** An example's nodes as its file has them. */
export function readExample(file: string): FlowNode[] {
  return JSON.parse(readFileSync(`examples/${file}`, "utf8")) as FlowNode[];
}

/** An example's nodes for an emulator on another port. */
export function exampleOn(file: string, port: number): FlowNode[] {
  return readExample(file).map((node) =>
    node.type === "aliyun-iot-instance" ? { ...node, port } : node,
  );
}

/** Imports an example as a user would, for an emulator on a free port, and deploys it. */
export function tryExample(browser: Browser, nodeRed: NodeRed, file: string): Promise<void> {
  return withEmulator({}, async ({ port }) => {
    try {
      await withEditor({ browser, url: nodeRed.url }, async (editor) => {
        await editor.import(exampleOn(file, port));
        await editor.deploy();
        await nodeRed.next("shown", ({ status }) => status?.fill === "green");
      });
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}
