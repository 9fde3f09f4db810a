import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ChildProcess } from "node:child_process";

/** How long a test waits for what must happen, in ms; Node-RED alone needs a few seconds. */
const PATIENCE_MS = 60_000;

/** The environment variables that `npm start` reads. */
export type StartEnvironment = Readonly<
  Record<"PORT" | "EMULATOR_PORT" | "EMULATOR_HTTP_PORT" | "NODE_RED_USER_DIR", string>
>;

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was assigned.");
  return address.port;
}

/** Runs `work` with free ports and a user directory of its own, which is removed afterwards. */
export async function withStartEnvironment(
  work: (environment: StartEnvironment) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "npm-start-"));
  try {
    await work({
      PORT: String(await freePort()),
      EMULATOR_PORT: String(await freePort()),
      EMULATOR_HTTP_PORT: String(await freePort()),
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
      env: { ...process.env, ...environment },
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
