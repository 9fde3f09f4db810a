import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before } from "node:test";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import { prepareUserDirectory } from "./user-directory";
import type { ChildProcess } from "node:child_process";
import type { Inventory, ProbeEvent } from "./probe-events";

export interface NodeRedOptions {
  /** Language of the runtime. */
  readonly language?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the package is; default: here. */
  readonly nodesDir?: string;
  /** Which Node.js runs it; default: the one that runs the tests. */
  readonly node?: string;
  /** Where Node-RED is installed; default: the development dependency. */
  readonly nodeRed?: string;
  /** User directory of an earlier one, whose flows are started; it stays. Default: a new one. */
  readonly userDirectory?: string;
  /** Arguments for Node.js, such as `--expose-gc`. */
  readonly nodeArguments?: readonly string[];
  /** Development dependencies for function nodes, as if Node-RED had installed them. */
  readonly modules?: readonly string[];
}

/** A node as a flow stores it. */
export type FlowNode = Readonly<{ id: string; type: string } & Record<string, unknown>>;

/** Which deploy: everything anew, changed flows, or changed nodes only. */
export type DeployType = "full" | "flows" | "nodes";

function isEvent(value: unknown): value is ProbeEvent {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** A real Node-RED with the built package, as a process of its own. */
export class NodeRed {
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #isKept: boolean;
  readonly #exited: Promise<unknown>;
  readonly #output: string[] = [];
  #events: ProbeEvent[] = [];
  readonly #handlers = new Map<string, (event: ProbeEvent) => void>();
  readonly #waiters = new Waiters();
  #url = "";

  private constructor(options: NodeRedOptions) {
    this.#isKept = options.userDirectory !== undefined;
    this.#directory = options.userDirectory ?? mkdtempSync(join(tmpdir(), "node-red-test-"));
    const args = prepareUserDirectory(this.#directory, options.modules ?? []);
    const program = join(options.nodeRed ?? "node_modules/node-red", "red.js");
    const { node = process.execPath, nodeArguments = [] } = options;
    this.#child = spawn(node, [...nodeArguments, program, ...args], {
      env: {
        ...process.env,
        TEST_LANGUAGE: options.language ?? "en-US",
        TEST_NODES_DIR: resolve(options.nodesDir ?? "."),
        ...options.environment,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Keeps Buffers, which JSON would not.
      serialization: "advanced",
    });
    this.#exited = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (data: Buffer) => this.#output.push(data.toString()));
    }
    this.#child.on("message", (event: unknown) => {
      if (!isEvent(event)) return;
      if (event.kind === "log") this.#output.push(`${event.text ?? ""}\n`);
      const handler = this.#handlers.get(event.kind);
      if (handler !== undefined) {
        handler(event);
        return;
      }
      this.#events.push(event);
      this.#waiters.wake();
    });
    this.#child.on("exit", () => {
      this.#waiters.wake();
    });
  }

  /** Resolves once the editor's address can be used. */
  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const nodeRed = new NodeRed(options);
    await nodeRed.#started();
    return nodeRed;
  }

  /** One for all tests of a file, or of a suite: it has started before the first. */
  static forFile(options: NodeRedOptions = {}): NodeRed {
    const nodeRed = new NodeRed(options);
    before(() => nodeRed.#started());
    after(() => nodeRed.stop());
    return nodeRed;
  }

  async #started(): Promise<void> {
    try {
      await this.next("started");
      const address = /http:\/\/127\.0\.0\.1:[1-9]\d*/;
      const { text = "" } = await this.next("log", ({ text }) => address.test(text ?? ""));
      this.#url = address.exec(text)?.[0] ?? "";
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** How it has ended, unless it runs. */
  get #end(): string | undefined {
    const how = this.#child.exitCode ?? this.#child.signalCode;
    return how === null ? undefined : `has ended with ${how}`;
  }

  /** The editor's address. */
  get url(): string {
    return this.#url;
  }

  /** Everything printed and logged so far. */
  get output(): string {
    return this.#output.join("");
  }

  /** Replaces the flows and resolves once they are started; events before that are forgotten. */
  async deploy(nodes: readonly FlowNode[], type: DeployType = "full"): Promise<void> {
    this.#events = [];
    await this.request("POST", "/flows", {
      headers: { "node-red-deployment-type": type },
      body: { flows: nodes },
    });
    await this.next("started");
  }

  /** Hands a message to a node's input. */
  hand(id: string, message: Readonly<Record<string, unknown>>): void {
    this.#child.send({ request: "hand", id, message });
  }

  /** Makes the store `slow` work, fail, or keep its answers to itself until the next mode. */
  storeMode(mode: "working" | "failing" | "silent"): void {
    this.#child.send({ request: "store", mode });
  }

  /** What the process has open now. */
  async inventory(): Promise<Inventory> {
    this.#child.send({ request: "inventory" });
    const { inventory } = await this.next("inventory");
    if (inventory === undefined) throw new Error("Node-RED sent no inventory.");
    return inventory;
  }

  /** A request to the admin API; rejects unless it succeeds. */
  async request(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<unknown> {
    if (this.#end !== undefined) throw new Error(`Node-RED ${this.#end}:\n${this.output}`);
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "node-red-api-version": "v2",
        // A connection kept for the next request would show among what the process has open.
        connection: "close",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }

  /** Takes the first event of a kind that is wanted, waiting for it if need be. */
  next(kind: string, wanted: (event: ProbeEvent) => boolean = () => true): Promise<ProbeEvent> {
    const missing = (why: string): string => {
      const seen = this.#events.map((event) => JSON.stringify(event).slice(0, 300)).join("\n");
      return `No ${kind} of Node-RED ${why}. Seen:\n${seen}\n${this.output}`;
    };
    const take = (): ProbeEvent | undefined => {
      const index = this.#events.findIndex((event) => event.kind === kind && wanted(event));
      if (index >= 0) return this.#events.splice(index, 1)[0];
      if (this.#end !== undefined) throw new Error(missing(`can come: it ${this.#end}`));
      return undefined;
    };
    return this.#waiters.next(take, () => missing(`came within ${PATIENCE_MS} ms`));
  }

  /** Calls the handler with each event of a kind from now on; none of them is kept for `next`. */
  each(kind: string, handler: (event: ProbeEvent) => void): void {
    this.#handlers.set(kind, handler);
  }

  /** Takes all events of a kind that have come so far. */
  taken(kind: string): ProbeEvent[] {
    const found = this.#events.filter((event) => event.kind === kind);
    this.#events = this.#events.filter((event) => event.kind !== kind);
    return found;
  }

  /** Ends it, by default in order, which stops the flows; resolves once it has ended. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (this.#end === undefined) {
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
      await this.#exited;
      clearTimeout(timer);
    }
    if (!this.#isKept) rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Runs `work` with a Node-RED of its own, and ends that whatever happens. */
export async function withNodeRed(
  options: NodeRedOptions,
  work: (nodeRed: NodeRed) => Promise<void>,
  signal?: "SIGKILL",
): Promise<void> {
  const nodeRed = await NodeRed.start(options);
  try {
    await work(nodeRed);
  } finally {
    await nodeRed.stop(signal);
  }
}
