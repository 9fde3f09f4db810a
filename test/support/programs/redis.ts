import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PATIENCE_MS } from "../time/until";
import { freePort } from "./free-port";
import type { ChildProcess } from "node:child_process";

const READY = "Ready to accept connections";

const isMissing = spawnSync("redis-server", ["--version"]).status !== 0;
/** Why tests with Redis are left out; in CI they must run. */
export const REDIS_MISSING =
  isMissing && process.env["CI"] !== "true"
    ? "redis-server is not installed (Debian: apt-get install redis-server)"
    : false;

/** A real redis-server on a port of its own, which writes nothing to the disk. */
export class Redis {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), "redis-test-"));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort());
    await redis.restart();
    return redis;
  }

  /** Starts it, empty, on the port that it had. */
  async restart(): Promise<void> {
    const args = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", ""];
    const child = spawn("redis-server", [...args, "--dir", this.#directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    const failed = once(child, "error").then(([error]: unknown[]) => {
      throw new Error("redis-server does not start", { cause: error });
    });
    await Promise.race([failed, ready(child)]);
  }

  /** It keeps its connections and answers nothing, until it is resumed. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it at once, and with it all that it knew. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("redis-server has no output");
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const lines: string[] = [];
  try {
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.includes(READY)) return;
    }
    throw new Error(`redis-server ended before it was ready:\n${lines.join("\n")}`);
  } finally {
    clearTimeout(timer);
    // It would wait for somebody to read what it prints later.
    child.stdout.resume();
  }
}
