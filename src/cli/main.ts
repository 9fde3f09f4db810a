#!/usr/bin/env node
import { EMULATOR_HELP, emulator } from "./emulator";
import { explain } from "./io";
import { LISTEN_HELP, listen } from "./listen";
import type { ExitCode, Io } from "./io";

const HELP = `Usage: aliyun-iot-amqp <command> [options]

  emulator   a local stand-in for the platform's AMQP endpoint, with simulated devices
  listen     receives a consumer group's messages, one JSON line each

aliyun-iot-amqp <command> --help tells more.
`;

const COMMANDS = new Map([
  ["emulator", { help: EMULATOR_HELP, run: emulator }],
  ["listen", { help: LISTEN_HELP, run: listen }],
]);

/** Runs a command line, without the interpreter and the script in front. */
async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name = "", ...rest] = args;
  const command = COMMANDS.get(name);
  if (command === undefined) {
    if (["--help", "-h", "help"].includes(name)) {
      io.stdout.write(HELP);
      return 0;
    }
    io.stderr.write(name === "" ? HELP : `There is no command “${name}”.\n\n${HELP}`);
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    io.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    io.stderr.write(`${explain(error, io.env)}\n`);
    // parseArgs throws a TypeError for a flag that it does not know or that lacks its value.
    const usage = error instanceof TypeError;
    if (usage) io.stderr.write(`aliyun-iot-amqp ${name} --help lists the options.\n`);
    return usage ? 2 : 1;
  }
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}
const { stdout, stderr, env } = process;
void main(process.argv.slice(2), { stdout, stderr, env, stopping: stop.signal }).then((code) => {
  process.exitCode = code;
});
