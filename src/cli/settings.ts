import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { SettingError } from "../errors/error";
import { resolveApi } from "../settings/api";
import { readCaCertificates } from "../settings/ca-certificates";
import { resolveInstance } from "../settings/instance";
import type { Io } from "./io";
import type { ErrorDetails } from "../errors/error";
import type { ApiOptions } from "../settings/api";
import type { InstanceOptions } from "../settings/instance";
import type { Stored } from "../settings/read";
import type { CLI_TEXTS } from "./texts";

/** A command line that cannot be understood; it ends with exit code 2. */
export class UsageError extends Error {
  /** The name of the text that says what is wrong. */
  readonly usage: keyof typeof CLI_TEXTS.usage;
  readonly details: ErrorDetails;

  constructor(usage: keyof typeof CLI_TEXTS.usage, details: ErrorDetails) {
    super(usage);
    this.name = "UsageError";
    this.usage = usage;
    this.details = details;
  }
}

/** Where the command line takes a setting from; a flag stands before a variable. */
export interface Source {
  readonly flag?: string;
  readonly variable?: string;
  /** `list` may be repeated, `switch` takes no value; default: one value. */
  readonly kind?: "list" | "switch";
}

/** A command's settings by name, as errors name them. */
export type Sources = Readonly<Record<string, Source>>;

/** Which instance, and as whom. */
const ACCOUNT_SOURCES = {
  host: { flag: "host", variable: "ALIYUN_IOT_HOST" },
  iotInstanceId: { flag: "instance-id", variable: "ALIYUN_IOT_INSTANCE_ID" },
  // Secrets from the environment only: every user of the computer can read a command line.
  accessKeyId: { variable: "ALIYUN_IOT_ACCESS_KEY_ID" },
  accessKeySecret: { variable: "ALIYUN_IOT_ACCESS_KEY_SECRET" },
  securityToken: { variable: "ALIYUN_IOT_SECURITY_TOKEN" },
  tls: { flag: "ca" },
} as const satisfies Sources;

/** What a subscription needs. */
const CONNECT_SOURCES = {
  ...ACCOUNT_SOURCES,
  port: { flag: "port", variable: "ALIYUN_IOT_PORT" },
  consumerGroupId: { flag: "consumer-group", variable: "ALIYUN_IOT_CONSUMER_GROUP_ID" },
  signMethod: { flag: "sign-method" },
  useTls: { flag: "no-tls", kind: "switch" },
} as const satisfies Sources;

/** Where the platform's API is. */
const API_SOURCES = {
  region: { flag: "region", variable: "ALIYUN_IOT_REGION" },
  apiEndpoint: { flag: "api-endpoint", variable: "ALIYUN_IOT_API_ENDPOINT" },
} as const satisfies Sources;

export const LISTEN_SOURCES = {
  ...CONNECT_SOURCES,
  clientId: { flag: "client-id" },
  connections: { flag: "connections" },
  heartbeat: { flag: "heartbeat" },
  creditWindow: { flag: "credit-window" },
  payloadFormat: { flag: "payload-format" },
  topicFilters: { flag: "topic", kind: "list" },
  count: { flag: "count" },
} as const satisfies Sources;

export const DOCTOR_SOURCES = {
  ...CONNECT_SOURCES,
  ...API_SOURCES,
  heartbeat: { flag: "heartbeat" },
  wait: { flag: "wait" },
  api: { flag: "api", kind: "switch" },
  json: { flag: "json", kind: "switch" },
} as const satisfies Sources;

export const CALL_SOURCES = {
  ...ACCOUNT_SOURCES,
  ...API_SOURCES,
  device: { flag: "device" },
  identifier: { flag: "identifier" },
  topic: { flag: "topic" },
  data: { flag: "data" },
  qos: { flag: "qos" },
  timeout: { flag: "timeout" },
} as const satisfies Sources;

export const EMULATOR_SOURCES = {
  host: { flag: "host" },
  port: { flag: "port" },
  httpPort: { flag: "http-port" },
  accessKeyId: { flag: "access-key-id" },
  accessKeySecret: { flag: "access-key-secret" },
  iotInstanceId: { flag: "instance-id" },
  consumerGroupIds: { flag: "group", kind: "list" },
  consumerGroupId: { flag: "group", kind: "list" }, // what errors about one of them name
  devices: { flag: "devices" },
  rate: { flag: "rate" },
  cert: { flag: "cert" },
  key: { flag: "key" },
  strictTimestamp: { flag: "strict-timestamp", kind: "switch" },
  scenario: { flag: "scenario" },
} as const satisfies Sources;

/** What was given for each setting; undefined where nothing was. */
export type Given<S extends Sources> = {
  readonly [K in keyof S]: S[K] extends { readonly kind: "switch" }
    ? boolean | undefined
    : S[K] extends { readonly kind: "list" }
      ? readonly string[] | undefined
      : string | undefined;
};

/** Reads flags and variables. Throws UsageError for a command line that is none. */
export function readSettings<S extends Sources>(
  args: readonly string[],
  sources: S,
  env: Io["env"],
): Given<S> {
  const values = readFlags(args, sources);
  const given: Stored = Object.fromEntries(
    Object.entries(sources).map(
      ([setting, { flag = "", variable = "", kind }]: [string, Source]) => {
        const all = values.get(flag);
        if (all === undefined) return [setting, env[variable]];
        return [setting, kind === "list" ? all : kind === "switch" ? true : all.at(-1)];
      },
    ),
  );
  return given as Given<S>; // built by the very kinds that the type is made of
}

/** The values of each flag that was given. Not strict: Node's own complaints are English only. */
function readFlags(args: readonly string[], sources: Sources): Map<string, string[]> {
  const kinds = new Map(Object.values(sources).map(({ flag = "", kind }) => [flag, kind]));
  const options = Object.fromEntries(
    [...kinds].map(([flag, kind]) => [
      flag,
      { type: kind === "switch" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError("extra", { value: token.value });
    if (token.kind === "option-terminator") continue;
    const { name, rawName: flag, value, inlineValue } = token;
    if (flag !== `--${name}` || name === "" || !kinds.has(name)) {
      throw new UsageError("unknownFlag", { flag });
    }
    if (kinds.get(name) === "switch") {
      if (value !== undefined) throw new UsageError("takesNoValue", { flag });
    } else if (value === undefined || (!inlineValue && /^-\D/.test(value))) {
      // Another flag has been taken for the value; a negative number is one, if a wrong one.
      throw new UsageError("needsValue", { flag });
    }
    values.set(name, [...(values.get(name) ?? []), value ?? ""]);
  }
  return values;
}

/** The bytes of a file that a setting names. Throws SettingError if it cannot be read. */
async function readBytes(setting: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "?";
    throw new SettingError("FILE_UNREADABLE", { setting, file, reason }, error);
  }
}

/** The text of a file that a setting names. Throws SettingError if it cannot be read. */
export async function readText(setting: string, file: string): Promise<string> {
  return (await readBytes(setting, file)).toString("utf8");
}

/** How a command connects. Each method checks its settings, and throws SettingError. */
export interface Connecting {
  instance(): InstanceOptions;
  api(): ApiOptions;
}

/** Reads how a command connects; the file of `--ca` is read now. */
export async function readConnecting({
  tls: caFile,
  useTls: noTls,
  ...given
}: Partial<Given<typeof DOCTOR_SOURCES>>): Promise<Connecting> {
  const tls =
    caFile === undefined ? {} : readCaCertificates({ ca: await readBytes("tls", caFile) });
  return {
    instance: () => resolveInstance({ ...given, useTls: noTls !== true }, tls),
    api: () => resolveApi(given, tls),
  };
}
