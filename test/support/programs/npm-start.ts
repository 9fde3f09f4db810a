import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePorts } from "./free-port";
import type { ChildProcess } from "node:child_process";

/** How long a test waits for what must happen, in ms; Node-RED alone needs a few seconds. */
const PATIENCE_MS = 60_000;

/** The environment variables that `npm start` reads. */
export type StartEnvironment = Readonly<
  Record<"PORT" | "EMULATOR_PORT" | "EMULATOR_HTTP_PORT" | "NODE_RED_USER_DIR", string>
>;

/** Runs `work` with free ports and a user directory of its own, which is removed afterwards. */
export async function withStartEnvironment(
  work: (environment: StartEnvironment) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "npm-start-"));
  try {
    const [port, emulatorPort, httpPort] = await freePorts(3);
    await work({
      PORT: String(port),
      EMULATOR_PORT: String(emulatorPort),
      EMULATOR_HTTP_PORT: String(httpPort),
      NODE_RED_USER_DIR: directory,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A running `scripts/start.mjs`. */
export class Started {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #lines: string[] = [];

  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ["scripts/start.mjs"], {
      env: { ...process.env, LC_ALL: "C", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on("line", (line) => {
        this.#lines.push(line);
        this.#child.emit("printed");
      });
    }
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.#lines.join("\n");
  }

  /** Waits until it has printed `text`. */
  async printed(text: string): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (!this.output.includes(text)) {
      const ended = this.#closed.then(() => {
        throw new Error(`It ended before it printed “${text}”:\n${this.output}`);
      });
      await Promise.race([once(this.#child, "printed", { signal }), ended]);
    }
  }

  /** Waits for the end, after a signal if one is given; the exit code. */
  async ended(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal);
    await this.#closed;
    return this.#child.exitCode;
  }

  /** Ends it at once, if it still runs. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
