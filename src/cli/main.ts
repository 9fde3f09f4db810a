#!/usr/bin/env node
import { fill } from "../errors/texts";
import { isIotAmqpError } from "../errors/error";
import { call } from "./call";
import { doctor } from "./doctor";
import { emulator } from "./emulator";
import { explain } from "./explain";
import * as enUS from "./help/en-US";
import * as zhCN from "./help/zh-CN";
import { language } from "./io";
import { listen } from "./listen";
import { packageVersion } from "../version";
import {
  CALL_SOURCES,
  DOCTOR_SOURCES,
  EMULATOR_SOURCES,
  LISTEN_SOURCES,
  UsageError,
} from "./settings";
import { CLI_TEXTS } from "./texts";
import type { Language } from "../errors/entry";
import type { ExitCode, Io } from "./io";
import type { Sources } from "./settings";

type HelpTexts = Readonly<Record<keyof typeof enUS, string>>;

interface Command {
  readonly help: keyof HelpTexts;
  readonly sources: Sources;
  readonly run: (args: readonly string[], io: Io) => Promise<ExitCode>;
}

const HELP: Readonly<Record<Language, HelpTexts>> = { "en-US": enUS, "zh-CN": zhCN };
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["emulator", { help: "EMULATOR", sources: EMULATOR_SOURCES, run: emulator }],
  ["doctor", { help: "DOCTOR", sources: DOCTOR_SOURCES, run: doctor }],
  ["listen", { help: "LISTEN", sources: LISTEN_SOURCES, run: listen }],
  ["call", { help: "CALL", sources: CALL_SOURCES, run: call }],
]);
/** How long output may still be under way; a reader that does not read must not hold the process. */
const EXIT_MS = 1_000;

/** Runs a command line, without the interpreter and the script in front. */
async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name = "", ...rest] = args;
  const locale = language(io.env);
  const help = HELP[locale];
  const { usage } = CLI_TEXTS;
  if (["--version", "-v"].includes(name)) {
    io.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    if (["--help", "-h", "help"].includes(name)) {
      io.stdout.write(help.PROGRAM);
      return 0;
    }
    const unknown = name === "" ? "" : `${fill(usage.unknownCommand[locale], { name })}\n\n`;
    io.stderr.write(`${unknown}${help.PROGRAM}`);
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    io.stdout.write(help[command.help]);
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    io.stderr.write(`${explain(error, { language: locale, sources: command.sources })}\n`);
    if (error instanceof UsageError) {
      io.stderr.write(`${fill(usage.seeHelp[locale], { name })}\n`);
      return 2;
    }
    return isIotAmqpError(error) && error.code === "OUTCOME_UNKNOWN" ? 3 : 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}
const { stdout, stderr, env } = process;
// Whoever reads them may go away; that ends `listen`, which says so itself, and nothing else.
for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
const io: Io = {
  // Opened only where it is read.
  get stdin() {
    return process.stdin;
  },
  stdout,
  stderr,
  env,
  stopping: stop.signal,
};
void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
  setTimeout(() => process.exit(code), EXIT_MS).unref();
});
