import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { exampleOn } from "../support/node-red/example";
import { NodeRed } from "../support/node-red/node-red";
import { PATIENCE_MS, soon } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";

const EXAMPLE = "At least once into a database.json";
const TOPIC = "/k1demoPk01/meter-07/thing/event/property/post";
/** Of each value, ms since the epoch. */
export const TIME = 1_715_000_130_120;
/** Nodes of the example with a probe behind them. */
const PROBED = ["written", "not written", "read the latest 10", "write to SQLite"];
const ROWS = "json_array(message_id, product_key, device_name, identifier, value, time)";

/** Opens a database as another program would, which waits for the flow's locks. */
export function openDatabase(file: string) {
  return new Database(file, { timeout: 5_000 });
}

function startNodeRed(): Promise<NodeRed> {
  return NodeRed.start({ modules: ["libsql"] });
}

/** What the example may be given otherwise. */
interface Change {
  /** Of the subscriber. */
  readonly subscribe?: Readonly<Record<string, unknown>>;
  readonly file?: string;
  /** What is written is not accepted. */
  readonly forgetful?: boolean;
}

/** The example with a database of its own, in a real Node-RED, and an emulator that retries at once. */
export class DatabaseRun {
  readonly emulator: Emulator;
  readonly file: string;
  readonly #directory: string;
  readonly #expected = new Map<string, readonly string[]>();
  #nodeRed: NodeRed;

  private constructor(emulator: Emulator, directory: string, nodeRed: NodeRed) {
    this.emulator = emulator;
    this.#directory = directory;
    this.file = join(directory, "data", "iot.db");
    mkdirSync(join(directory, "data"));
    this.#nodeRed = nodeRed;
  }

  /** Runs `work` once the example receives. */
  static with(change: Change, work: (run: DatabaseRun) => Promise<void>): Promise<void> {
    return withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
      const directory = mkdtempSync(join(tmpdir(), "database-test-"));
      const run = new DatabaseRun(emulator, directory, await startNodeRed());
      try {
        await run.deploy(change);
        await work(run);
      } finally {
        await run.#nodeRed.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }

  async deploy(change: Change = {}): Promise<void> {
    await this.#nodeRed.deploy(this.#flow(change));
    await this.#nodeRed.next("shown", ({ status }) => status?.fill === "green");
  }

  #flow({ subscribe = {}, file = this.file, forgetful = false }: Change): FlowNode[] {
    const nodes = exampleOn(EXAMPLE, this.emulator);
    const z = nodes.find(({ type }) => type === "tab")?.id;
    const probe = (kind: string) => ({ id: kind, type: "test-probe", kind, z, x: 0, y: 0 });
    const changed = nodes.map((node): FlowNode => {
      const { name, type, wires } = node;
      if (type === "tab") {
        return { ...node, env: [{ name: "DATABASE_FILE", value: file, type: "str" }] };
      }
      if (type === "aliyun-iot-subscribe") return { ...node, ...subscribe };
      const [first] = Array.isArray(wires) ? (wires as unknown[]) : [];
      if (!PROBED.includes(String(name)) || !Array.isArray(first)) return node;
      const others = forgetful && name === "written" ? [] : (first as unknown[]);
      return { ...node, wires: [[...others, String(name)]] };
    });
    return [...changed, ...PROBED.map(probe)];
  }

  /** Ends Node-RED at once, as a crash would, and starts it anew. */
  async crash(): Promise<void> {
    await this.#nodeRed.stop("SIGKILL");
    this.#nodeRed = await startNodeRed();
    await this.deploy();
  }

  /** Presses the button that shows the latest rows. */
  async latest(): Promise<unknown> {
    this.#nodeRed.hand("e700015000000000", {});
    return (await this.#nodeRed.next("read the latest 10")).message?.["payload"];
  }

  /** The next message that the flow has written, or could not write, or a value that was refused. */
  next(kind: "written" | "not written" | "write to SQLite"): Promise<ProbeEvent> {
    return this.#nodeRed.next(kind);
  }

  /** Pushes property reports of two values each. */
  push(count: number): string[] {
    return Array.from({ length: count }, (_, index) => {
      const items = {
        temperature: { value: index, time: TIME },
        humidity: { value: index + 0.5, time: TIME },
      };
      return this.report({ items }, [
        ["temperature", index, TIME],
        ["humidity", index + 0.5, TIME],
      ]);
    });
  }

  /** Pushes a message of which these rows are expected: identifier, value, time. */
  report(payload: unknown, rows: readonly (readonly unknown[])[], topic = TOPIC): string {
    const id = this.emulator.push({ topic, payload });
    const device = ["k1demoPk01", "meter-07"];
    const expected = rows.map((row) => JSON.stringify([id, ...device, ...row]));
    this.#expected.set(id, expected);
    return id;
  }

  /** Every message has been accepted, its rows are there once, and no other ones. */
  async expectWhole(): Promise<void> {
    for (const id of this.#expected.keys()) {
      await this.emulator.expectSettled(id, "accepted", { timeoutMs: PATIENCE_MS });
    }
    const group = () => this.emulator.groups()[0];
    await soon(() => group()?.unsettled === 0 && group()?.backlog === 0, {
      sentence: () => `Something is unsettled, or waits: ${JSON.stringify(group())}`,
    });
    equal(group()?.rejected, 0);
    deepEqual(this.rows().sort(), [...this.#expected.values()].flat().sort());
  }

  /** The rows of all tables in all databases of the directory, each as JSON. */
  rows(): string[] {
    const directory = join(this.#directory, "data");
    const files = readdirSync(directory).filter((name) => /\.db(\.old)?$/.test(name));
    return files.flatMap((name) => {
      const database = openDatabase(join(directory, name));
      const all = (sql: string) => database.prepare(sql).pluck().all().map(String);
      const tables = all("SELECT name FROM sqlite_master WHERE type = 'table'");
      const rows = tables.flatMap((table) => all(`SELECT ${ROWS} FROM ${table}`));
      database.close();
      return rows;
    });
  }
}
