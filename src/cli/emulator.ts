import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Emulator } from "../emulator/emulator";
import { resolveEmulator } from "../emulator/options";
import { SettingError } from "../errors";
import { stopRequested } from "./io";
import type { ExitCode, Io } from "./io";

export const EMULATOR_HELP = `Usage: aliyun-iot-amqp emulator [options]

A local stand-in for the platform's AMQP endpoint. It checks the sign-in as the
platform does, and simulated devices send messages of every type.

  --host HOST               address to listen on (default 127.0.0.1)
  --port PORT               AMQP (default 5672)
  --http-port PORT          HTTP control, on loopback always (default 5680)
  --access-key-id ID        (default testAccessKeyId)
  --access-key-secret KEY   (default testAccessKeySecret)
  --instance-id ID          (default: none, as a legacy public instance)
  --group ID                consumer group; may be repeated (default DEFAULT_GROUP)
  --devices N               simulated devices (default 3)
  --rate N                  messages a second, of all devices together (default 1)
  --cert FILE --key FILE    TLS with this certificate chain and key (PEM)
  --strict-timestamp        refuse sign-ins that are more than 5 minutes off
  --help                    this text

Push a message of your own:
  curl -d '{"topic":"/k1/d1/user/update","payload":{"t":21}}' \\
    -H 'content-type: application/json' http://127.0.0.1:5680/messages
See the consumer groups:
  curl http://127.0.0.1:5680/groups

Exit codes: 0 ended on request, 1 a setting is wrong or a port is in use, 2 wrong usage.
`;

const FLAGS = {
  host: { type: "string" },
  port: { type: "string" },
  "http-port": { type: "string" },
  "access-key-id": { type: "string" },
  "access-key-secret": { type: "string" },
  "instance-id": { type: "string" },
  group: { type: "string", multiple: true },
  devices: { type: "string" },
  rate: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  "strict-timestamp": { type: "boolean" },
} as const;

/** Which of the two ports another program has, if that is what Node says. */
function portInUse(error: unknown, amqpPort: number): SettingError | undefined {
  if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) return undefined;
  const port = "port" in error ? Number(error.port) : 0;
  return new SettingError("PORT_IN_USE", {
    setting: port === amqpPort ? "port" : "httpPort",
    port,
  });
}

/** Runs an emulator until it is asked to end. */
export async function emulator(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: FLAGS, strict: true });
  const pem = async (file: string | undefined) =>
    file === undefined ? undefined : await readFile(file, "utf8");
  const options = resolveEmulator({
    host: values.host,
    port: values.port,
    httpPort: values["http-port"],
    accessKeyId: values["access-key-id"],
    accessKeySecret: values["access-key-secret"],
    iotInstanceId: values["instance-id"],
    consumerGroupIds: values.group,
    devices: values.devices,
    rate: values.rate,
    cert: await pem(values.cert),
    key: await pem(values.key),
    strictTimestamp: values["strict-timestamp"],
  });
  const log = (line: string) => {
    io.stderr.write(`${line}\n`);
  };
  const running = await Emulator.start({ ...options, log }).catch((error: unknown) => {
    throw portInUse(error, options.port) ?? error;
  });
  const { host, port, httpPort } = running;
  io.stdout.write(
    `AMQP on ${host}:${port} ${options.cert === undefined ? "(plain TCP)" : "(TLS)"}, ` +
      `HTTP control on http://127.0.0.1:${httpPort ?? "-"}\n`,
  );
  await stopRequested(io);
  await running.stop();
  return 0;
}
