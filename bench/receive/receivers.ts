import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { PLACE, SUBSCRIBER, subscriberFlow } from "../../test/support/node-red/flow";
import { NodeRed } from "../../test/support/node-red/node-red";
import { isFigures } from "./job";
import type { FlowNode } from "../../test/support/node-red/node-red";
import type { Figures, Task } from "./job";

/** `bare`: the vendor's sample; ours in a program and in Node-RED. */
export type Kind = "bare" | "program" | "node-red";

/** A receiver as a process of its own. */
interface Receiver {
  /** What it took; rejects if it ends before. */
  readonly figures: Promise<Figures>;
  /** What it logged and did not print. */
  log(): string;
  stop(): Promise<void>;
}

const HTML =
  '<script type="text/javascript">RED.nodes.registerType("bench-counter", ' +
  '{ category: "bench", defaults: { task: {} }, inputs: 1, outputs: 0 });</script>';

/**
 * The receivers run as plain JavaScript, as a user's would: the loader that runs this file marks
 * every function with its name, also those made for each message.
 */
function compile(name: string, outfile: string): void {
  const entryPoints = [join(__dirname, `${name}.ts`)];
  buildSync({
    entryPoints,
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
  });
}

function startProgram(name: string, task: Task): Receiver {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(directory, `${name}.js`);
  compile(name, file);
  const child = spawn(process.execPath, [file, JSON.stringify(task)], {
    env: { ...process.env, NODE_PATH: resolve("node_modules") },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const figures = new Promise<Figures>((settle, reject) => {
    child.on("message", (message: unknown) => {
      if (isFigures(message)) settle(message);
    });
    child.on("exit", () => {
      reject(new Error(`The receiver ${name} has ended.`));
    });
  });
  return {
    figures,
    log: () => "",
    async stop() {
      child.kill("SIGKILL");
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A subscriber with its instance, wired to a counter, and nothing else. */
function countingFlow(task: Task): FlowNode[] {
  const { port, connections, settings, ca } = task;
  const tls = ca === undefined ? {} : { ca, instance: { useTls: true } };
  const nodes = subscriberFlow({ port, subscribe: { connections, ...settings }, ...tls })
    .filter(({ type }) => /^(tab|tls-config|aliyun-iot-.*)$/.test(type))
    .map((node) => (node.id === SUBSCRIBER ? { ...node, wires: [["counter"]] } : node));
  return [...nodes, { id: "counter", type: "bench-counter", ...PLACE, task, wires: [] }];
}

async function startNodeRed(task: Task): Promise<Receiver> {
  const userDirectory = mkdtempSync(join(tmpdir(), "bench-"));
  const nodes = join(userDirectory, "nodes");
  mkdirSync(nodes);
  compile("counter-node", join(nodes, "bench-counter.js"));
  writeFileSync(join(nodes, "bench-counter.html"), HTML);
  const nodeRed = await NodeRed.start({ userDirectory, nodesDir: task.packageDirectory });
  const stop = async () => {
    await nodeRed.stop("SIGKILL");
    rmSync(userDirectory, { recursive: true, force: true });
  };
  const figures = new Promise<Figures>((settle) => {
    nodeRed.each("measured", ({ message }) => {
      if (isFigures(message)) settle(message);
    });
  });
  try {
    await nodeRed.deploy(countingFlow(task));
  } catch (error) {
    await stop();
    throw error;
  }
  return { figures, log: () => nodeRed.output, stop };
}

export async function startReceiver(kind: Kind, task: Task): Promise<Receiver> {
  return kind === "node-red" ? startNodeRed(task) : startProgram(kind, task);
}
