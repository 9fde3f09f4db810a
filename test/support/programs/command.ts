import { spawn } from "node:child_process";
import { once } from "node:events";
import { after } from "node:test";
import { PATIENCE_MS } from "../time/until";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** What the emulator takes by default. */
export const EMULATOR_KEYS = {
  ALIYUN_IOT_ACCESS_KEY_ID: "testAccessKeyId",
  ALIYUN_IOT_ACCESS_KEY_SECRET: "testAccessKeySecret",
} as const;

const running = new Set<Command>();

after(() => {
  // A test that has failed half-way leaves its commands behind.
  for (const command of running) command.child.kill("SIGKILL");
});

/** `aliyun-iot-amqp` in a process of its own. */
export class Command {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  stdout = "";
  stderr = "";
  readonly #exit: Promise<number | null>;

  /** `input`: all of its standard input; null: it stays open, for whoever writes to it. */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    input: string | Buffer | null = "",
  ) {
    // As built: to compile it first would be most of a command's time.
    this.child = spawn(process.execPath, ["dist/src/cli/main.js", ...args], {
      // Only what is named: settings of whoever runs the tests must not matter.
      env: { PATH: process.env["PATH"] ?? "", LANG: "C", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // One that reads nothing closes it, or has ended before all was written.
    this.child.stdin.on("error", () => undefined);
    if (input !== null) this.child.stdin.end(input);
    this.child.stdout.on("data", (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr.on("data", (data: Buffer) => (this.stderr += data.toString()));
    running.add(this);
    this.#exit = once(this.child, "close").then(() => {
      running.delete(this);
      return this.child.exitCode;
    });
  }

  /** Resolves with the match as soon as standard output has it. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#seen("stdout", pattern);
  }

  /** Resolves with the match as soon as standard error has it. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#seen("stderr", pattern);
  }

  async #seen(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = pattern.exec(this[stream]);
      if (found !== null) return found;
      try {
        await once(this.child[stream], "data", { signal: deadline });
      } catch (cause) {
        const seen = `${this.stdout}\n${this.stderr}`;
        throw new Error(`${pattern} was not printed. Seen:\n${seen}`, { cause });
      }
    }
  }

  /** Its exit code, once it has ended by itself. */
  async exit(): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE_MS);
    const code = await this.#exit;
    clearTimeout(timer);
    return code;
  }

  /** Asks it to end, and returns its exit code. */
  async end(signal: "SIGINT" | "SIGTERM"): Promise<number | null> {
    this.child.kill(signal);
    return this.exit();
  }
}
