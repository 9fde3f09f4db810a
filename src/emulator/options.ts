import { createSecureContext } from "node:tls";
import { systemClock } from "../clock";
import { PORT_RANGE } from "../protocol/endpoint";
import { MESSAGE_ID_TYPES } from "./groups/message";
import { parseScenario } from "./faults/scenario-check";
import type { Clock } from "../clock";
import type { WireForm } from "./groups/message";
import type { Scenario } from "./faults/scenario";
import type { Account } from "./amqp/sign-in-check";
import { choice, flag, integer, required } from "../settings/read";
import { invalid, invalidSecret, missing } from "../errors/invalid-setting";
import { secret, signInValue, text } from "../settings/read";
import type { Range, Stored } from "../settings/read";

export const DUPLICATE_CLIENT_ID_MODES = ["allow", "kick-old"] as const;
/** What a second connection with a client ID in use does; the platform's way is unknown. */
export type DuplicateClientIdMode = (typeof DUPLICATE_CLIENT_ID_MODES)[number];

/** Writes one line of the emulator's log. */
export type Log = (line: string) => void;

/** Limits and times of a consumer group. Durations in ms. */
export interface GroupLimits {
  /** Not settled by then: the message goes to the backlog. */
  readonly settleTimeoutMs: number;
  /** How long a message waits in the backlog before it is sent again. */
  readonly backlogRetryMs: number;
  /** Most messages sent again from the backlog in a second. */
  readonly backlogPerSecond: number;
  /** Older messages are dropped. */
  readonly retentionMs: number;
  /** Most messages kept; the oldest is dropped first, so that a group without consumers stays small. */
  readonly maxBacklog: number;
  readonly maxConsumers: number;
  readonly maxConnectsPerMinute: number;
}

/** Everything that an emulator can be told, checked. */
export interface EmulatorOptions extends Account, WireForm, GroupLimits {
  /** Address to listen on. Anything but loopback lets others in: it is logged. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** HTTP control, on loopback always; 0: any free port, undefined: none. */
  readonly httpPort: number | undefined;
  readonly consumerGroupIds: readonly string[];
  /** Certificate chain and key as PEM; both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Simulated devices, and the messages that all of them send in a second together. */
  readonly devices: number;
  readonly rate: number;
  readonly duplicateClientId: DuplicateClientIdMode;
  /** Faults that begin by themselves, from when it listens. */
  readonly scenario: Scenario | undefined;
  /** Idle time-out that our open frame announces. */
  readonly idleTimeoutMs: number;
  /** Idle time-outs that a client may announce, both ends included. */
  readonly heartbeatRangeMs: Range;
  /** From TCP connect to the open frame. */
  readonly signInTimeoutMs: number;
  /** From the open frame to the receiver link. */
  readonly attachTimeoutMs: number;
  readonly log: Log;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** Defaults of the command's settings, as `resolveEmulator` takes them. */
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
  cert: "",
  key: "",
  strictTimestamp: false,
  messageIdType: "string",
  dataSections: 1,
  duplicateClientId: "allow",
  scenario: "",
} as const;

/** Ranges of the numbers, both ends included. `rate` may be a fraction. */
export const EMULATOR_LIMITS = {
  port: { min: 0, max: PORT_RANGE.max },
  httpPort: { min: 0, max: PORT_RANGE.max },
  devices: { min: 0, max: 10_000 },
  rate: { min: 0, max: 10_000 },
  dataSections: { min: 1, max: 100 },
} as const satisfies Record<string, Range>;

/** What programs get that start an emulator themselves: any free port, no HTTP, no devices. */
export const START_DEFAULTS: EmulatorOptions = {
  ...EMULATOR_DEFAULTS,
  port: 0,
  httpPort: undefined,
  devices: 0,
  cert: undefined,
  key: undefined,
  scenario: undefined,
  idleTimeoutMs: 60_000,
  heartbeatRangeMs: { min: 30_000, max: 300_000 },
  signInTimeoutMs: 15_000,
  attachTimeoutMs: 15_000,
  settleTimeoutMs: 30_000,
  backlogRetryMs: 60_000,
  backlogPerSecond: 200,
  retentionMs: 24 * 3_600_000,
  maxBacklog: 100_000,
  maxConsumers: 64,
  maxConnectsPerMinute: 100,
  log: () => undefined,
  clock: systemClock,
  random: Math.random,
};

function consumerGroupIds(stored: Stored): readonly string[] {
  const value: unknown = stored["consumerGroupIds"] ?? EMULATOR_DEFAULTS.consumerGroupIds;
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid("consumerGroupIds", value, { rule: "groupList" });
  }
  const ids = value.map((entry: unknown) => {
    const id = required({ consumerGroupId: entry }, "consumerGroupId");
    return signInValue(id, "consumerGroupId");
  });
  return [...new Set(ids)];
}

function rate(stored: Stored): number {
  const given = stored["rate"] ?? EMULATOR_DEFAULTS.rate;
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  const { min, max } = EMULATOR_LIMITS.rate;
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw invalid("rate", given, { rule: "number", min, max });
  }
  return value;
}

function pem(stored: Stored, setting: "cert" | "key"): string | undefined {
  const value = text(stored, setting);
  if (value === "") return undefined;
  // The key is a secret: never quoted.
  if (!value.includes("-----BEGIN ")) throw invalidSecret(setting, { rule: "pem" });
  return `${value}\n`;
}

/** Both or none, readable, and belonging together. */
function checkPair(cert: string | undefined, key: string | undefined): void {
  if (cert === undefined && key === undefined) return;
  if (key === undefined) throw missing("key", "certAndKey");
  if (cert === undefined) throw missing("cert", "certAndKey");
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const value = error instanceof Error ? error.message : "***";
    throw invalid("cert", value, { rule: "pem" });
  }
}

/** Checks the emulator's settings as a command line gives them. Throws SettingError for the first bad one. */
export function resolveEmulator(stored: Stored): EmulatorOptions {
  const whole = (setting: Exclude<keyof typeof EMULATOR_LIMITS, "rate">) =>
    integer(stored, setting, {
      ...EMULATOR_LIMITS[setting],
      fallback: EMULATOR_DEFAULTS[setting],
    });
  const fallback = EMULATOR_DEFAULTS;
  const withDefaults: Stored = { ...fallback, ...definedOnly(stored) };
  const cert = pem(withDefaults, "cert");
  const key = pem(withDefaults, "key");
  checkPair(cert, key);
  const ids = consumerGroupIds(withDefaults);
  const scenario = text(withDefaults, "scenario");
  return {
    ...START_DEFAULTS,
    host: required(withDefaults, "host"),
    port: whole("port"),
    httpPort: whole("httpPort"),
    accessKeyId: signInValue(required(withDefaults, "accessKeyId"), "accessKeyId"),
    accessKeySecret: secret(withDefaults, "accessKeySecret"),
    securityToken: secret(withDefaults, "securityToken"),
    iotInstanceId: signInValue(text(withDefaults, "iotInstanceId"), "iotInstanceId"),
    consumerGroupIds: ids,
    devices: whole("devices"),
    rate: rate(withDefaults),
    cert,
    key,
    strictTimestamp: flag(withDefaults, "strictTimestamp", fallback.strictTimestamp),
    messageIdType: choice(withDefaults, "messageIdType", MESSAGE_ID_TYPES),
    dataSections: whole("dataSections"),
    duplicateClientId: choice(withDefaults, "duplicateClientId", DUPLICATE_CLIENT_ID_MODES),
    scenario: scenario === "" ? undefined : parseScenario(scenario, ids),
  };
}

function definedOnly(stored: Stored): Stored {
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined));
}
