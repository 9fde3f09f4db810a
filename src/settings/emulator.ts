import { invalid, invalidSecret, missing } from "../errors/invalid-setting";
import { PORT_RANGE } from "../protocol/endpoint";
import {
  choice,
  content,
  flag,
  integer,
  required,
  requiredPlainId,
  secret,
  plainId,
  withDefaults,
} from "./read";
import type { Range, Stored } from "./read";

/** In which AMQP type the application property `messageId` is sent; the platform's is unknown. */
export const MESSAGE_ID_TYPES = ["string", "long"] as const;
export type MessageIdType = (typeof MESSAGE_ID_TYPES)[number];

/** What a second connection with a client ID in use does; the platform's way is unknown. */
export const DUPLICATE_CLIENT_ID_MODES = ["allow", "kick-old"] as const;
export type DuplicateClientIdMode = (typeof DUPLICATE_CLIENT_ID_MODES)[number];

/** Who may sign in to the emulator. */
export interface Account {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The STS token accepted with `authMode=ststoken`; empty: that mode is refused. */
  readonly securityToken: string;
  /** Empty: an instance without an ID. */
  readonly iotInstanceId: string;
  /** Refuse a timestamp more than 5 min off. The platform seems not to look. */
  readonly strictTimestamp: boolean;
}

/** How messages are written, where the platform's way is unknown. */
export interface WireFormat {
  readonly messageIdType: MessageIdType;
  /** Into how many data sections a body is split; 1 to 100. */
  readonly dataSections: number;
}

/** The settings of the emulator command, checked. */
export interface EmulatorSettings extends Account, WireFormat {
  /** Address to listen on. Anything but loopback lets others in: it is logged. */
  readonly host: string;
  /** 0 to 65 535; 0: any free port. */
  readonly port: number;
  /** Of the HTTP control, on loopback always. 0: any free port, undefined: no HTTP control. */
  readonly httpPort: number | undefined;
  readonly consumerGroupIds: readonly string[];
  /** Certificate chain and key as PEM; both or none. Whether they fit is checked at the start. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** How many devices are simulated; 0 to 10,000. */
  readonly devices: number;
  /** Messages a second of all simulated devices together; 0 to 10,000, also a fraction. */
  readonly rate: number;
  readonly duplicateClientId: DuplicateClientIdMode;
  /** Faults that begin by themselves, as JSON; checked at the start. */
  readonly scenario: string | undefined;
}

/** Limits and times of a connection, as the platform documents them. */
export interface ConnectionLimits {
  /** Idle time-out that our open frame announces. */
  readonly idleTimeoutMs: number;
  /** Idle time-outs that a client may announce, both limits included. */
  readonly heartbeatRangeMs: Range;
  /** From TCP connect to the open frame. */
  readonly signInTimeoutMs: number;
  /** From the open frame to the receiver link. */
  readonly attachTimeoutMs: number;
  /** Connections to one consumer group; the documentation says 64 and 128. */
  readonly maxConsumers: number;
  readonly maxConnectsPerMinute: number;
}

/** Limits and times of a consumer group's messages. */
export interface GroupLimits {
  /** Not settled by then: the message goes to the backlog. */
  readonly settleTimeoutMs: number;
  /** How long a message waits in the backlog before it is sent again. */
  readonly backlogRetryMs: number;
  /** Most messages sent again from the backlog in a second. */
  readonly backlogPerSecond: number;
  /** Older messages are dropped. */
  readonly retentionMs: number;
  /** Most messages kept; the oldest is dropped first. The emulator's own limit. */
  readonly maxBacklog: number;
}

/** The platform's limits. Only programs and tests change them: the command has no flags for these. */
export const PLATFORM_LIMITS: ConnectionLimits & GroupLimits = {
  idleTimeoutMs: 60_000,
  heartbeatRangeMs: { min: 30_000, max: 300_000 },
  signInTimeoutMs: 15_000,
  attachTimeoutMs: 15_000,
  maxConsumers: 64,
  maxConnectsPerMinute: 100,
  settleTimeoutMs: 30_000,
  backlogRetryMs: 60_000,
  backlogPerSecond: 200,
  retentionMs: 24 * 3_600_000,
  maxBacklog: 100_000,
};

/** Defaults of the emulator's settings as the command line gives them. */
export const EMULATOR_DEFAULTS = {
  host: "127.0.0.1",
  port: 5672,
  httpPort: 5680,
  accessKeyId: "testAccessKeyId",
  accessKeySecret: "testAccessKeySecret",
  securityToken: "testSecurityToken",
  iotInstanceId: "",
  consumerGroupIds: ["DEFAULT_GROUP"],
  devices: 3,
  rate: 1,
  /** Empty: no TLS. */
  cert: "",
  key: "",
  strictTimestamp: false,
  messageIdType: "string",
  dataSections: 1,
  duplicateClientId: "allow",
  scenario: "",
} as const;

/** Limits of the numbers, both included. */
export const EMULATOR_LIMITS = {
  port: { min: 0, max: PORT_RANGE.max },
  httpPort: { min: 0, max: PORT_RANGE.max },
  devices: { min: 0, max: 10_000 },
  rate: { min: 0, max: 10_000 },
  dataSections: { min: 1, max: 100 },
} as const satisfies Record<string, Range>;

function consumerGroupIds(settings: Stored): readonly string[] {
  const value = settings["consumerGroupIds"];
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid("consumerGroupIds", value, { rule: "groupList" });
  }
  const ids = value.map((entry: unknown) =>
    requiredPlainId({ consumerGroupId: entry }, "consumerGroupId"),
  );
  return [...new Set(ids)];
}

function rate(settings: Stored): number {
  const raw = settings["rate"];
  const value = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : raw;
  const { min, max } = EMULATOR_LIMITS.rate;
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw invalid("rate", raw, { rule: "number", min, max });
  }
  return value;
}

function pem(settings: Stored, setting: "cert" | "key"): string | undefined {
  const value = content(settings, setting);
  if (value === "") return undefined;
  // The key is a secret: never quoted.
  if (!value.includes("-----BEGIN ")) throw invalidSecret(setting, { rule: "pem" });
  return `${value}\n`;
}

/** Throws SettingError where one of certificate and key is set without the other. */
export function checkBothOrNone({ cert, key }: Pick<EmulatorSettings, "cert" | "key">): void {
  if (cert !== undefined && key === undefined) throw missing("key", "certAndKey");
  if (cert === undefined && key !== undefined) throw missing("cert", "certAndKey");
}

/**
 * Checks the emulator's settings as a command line gives them. Throws SettingError for the first
 * bad one. `Emulator.start` checks what this cannot: that the certificate can be used, and the scenario.
 */
export function resolveEmulator(stored: Stored): EmulatorSettings {
  const settings = withDefaults(stored, EMULATOR_DEFAULTS);
  const whole = (setting: Exclude<keyof typeof EMULATOR_LIMITS, "rate">) =>
    integer(settings, setting, EMULATOR_LIMITS[setting]);
  const cert = pem(settings, "cert");
  const key = pem(settings, "key");
  checkBothOrNone({ cert, key });
  const scenario = content(settings, "scenario");
  return {
    host: required(settings, "host"),
    port: whole("port"),
    httpPort: whole("httpPort"),
    accessKeyId: requiredPlainId(settings, "accessKeyId"),
    accessKeySecret: secret(settings, "accessKeySecret"),
    securityToken: secret(settings, "securityToken"),
    iotInstanceId: plainId(settings, "iotInstanceId"),
    consumerGroupIds: consumerGroupIds(settings),
    devices: whole("devices"),
    rate: rate(settings),
    cert,
    key,
    strictTimestamp: flag(settings, "strictTimestamp"),
    messageIdType: choice(settings, "messageIdType", MESSAGE_ID_TYPES),
    dataSections: whole("dataSections"),
    duplicateClientId: choice(settings, "duplicateClientId", DUPLICATE_CLIENT_ID_MODES),
    scenario: scenario === "" ? undefined : scenario,
  };
}
