import { Emulator } from "../emulator/emulator";
import { resolveEmulator } from "../settings/emulator";
import { SettingError } from "../errors/error";
import { fill } from "../errors/texts";
import { language, stopRequested } from "./io";
import { EMULATOR_SOURCES, readSettings, readText } from "./settings";
import { CLI_TEXTS } from "./texts";
import type { EmulatorSettings } from "../settings/emulator";
import type { ExitCode, Io } from "./io";

/** Which of the two ports cannot be listened on, and why, if that is what Node says. */
function listenError(error: unknown, options: EmulatorSettings): SettingError | undefined {
  if (!(error instanceof Error && "code" in error && "syscall" in error)) return undefined;
  const { code, syscall } = error;
  // A host name is looked up before a port is tried; the HTTP control's address has none.
  if (syscall !== "listen" && syscall !== "getaddrinfo") return undefined;
  const port = "port" in error ? Number(error.port) : options.port;
  const isAmqp = port === options.port;
  if (code === "EADDRINUSE") {
    return new SettingError("PORT_IN_USE", { setting: isAmqp ? "port" : "httpPort", port });
  }
  const badPort = code === "EACCES" ? (isAmqp ? "port" : "httpPort") : "host";
  const host = isAmqp ? options.host : "127.0.0.1";
  const details = { setting: badPort, host, port, reason: String(code) };
  return new SettingError("LISTEN_FAILED", details, error);
}

/** What a client must be set to, and what it will hear. */
function startMessage(running: Emulator, io: Io): string {
  const { cert, accessKeyId, iotInstanceId, consumerGroupIds, rate } = running.options;
  const { emulator: texts } = CLI_TEXTS;
  const locale = language(io.env);
  const listening = fill(texts.listening[locale], {
    host: running.host,
    port: running.port,
    transport: (cert === undefined ? texts.plain : texts.tls)[locale],
    http: `http://127.0.0.1:${running.httpPort ?? 0}`,
  });
  const account = fill(texts.account[locale], {
    accessKeyId,
    iotInstanceId: iotInstanceId === "" ? texts.noInstance[locale] : iotInstanceId,
    groups: consumerGroupIds.join(", "),
  });
  const [first = "", ...others] = running.deviceNames;
  const last = others.at(-1);
  const sending = fill((first === "" ? texts.noDevices : texts.devices)[locale], {
    devices: others.length + 1,
    names: last === undefined ? first : `${first} … ${last}`,
    rate,
  });
  return `${listening}\n${account}\n${sending}\n`;
}

/** Runs an emulator until it is asked to end. */
export async function emulator(args: readonly string[], io: Io): Promise<ExitCode> {
  const given = readSettings(args, EMULATOR_SOURCES, io.env);
  const content = async (setting: "cert" | "key" | "scenario") => {
    const file = given[setting];
    return file === undefined ? undefined : await readText(setting, file);
  };
  const options = resolveEmulator({
    ...given,
    cert: await content("cert"),
    key: await content("key"),
    scenario: await content("scenario"),
  });
  const log = (line: string) => {
    io.stderr.write(`${line}\n`);
  };
  const running = await Emulator.start({ ...options, log }).catch((error: unknown) => {
    throw listenError(error, options) ?? error;
  });
  io.stdout.write(startMessage(running, io));
  await stopRequested(io);
  await running.stop();
  return 0;
}
