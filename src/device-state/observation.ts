import { shown } from "../errors/invalid-setting";
import { because } from "../errors/texts";
import {
  deviceOf,
  malformed,
  messageTypeOf,
  namedDevice,
  payloadFields,
  receivedMs,
  timeMsOf,
} from "../protocol/flow-message";
import { isJsonObject } from "../protocol/json";
import { readPropertyReport } from "../protocol/property-report";
import type { FlowMessage } from "../protocol/flow-message";
import type { Json, JsonObject } from "../protocol/json";
import type { Device } from "../protocol/topic";

/** The parts of a device's state. */
export const PARTS = ["online", "enabled", "gateway", "properties", "tags", "modules"] as const;
export type Part = (typeof PARTS)[number];

/** One thing that a message says of one device. */
export type Observation = {
  readonly device: Device;
  /** When it was so, ms since the epoch, never later than the platform heard of it. */
  readonly timeMs: number;
} & (
  | {
      readonly kind: "value";
      readonly part: Part;
      /** Of a property, tag or module; empty for the parts that are one value. */
      readonly name: string;
      readonly value: Json;
      /** Decides between two of the same time: the device's own time, where it was ahead. */
      readonly minorMs: number;
    }
  /** A sign of life. */
  | { readonly kind: "heard" }
  | { readonly kind: "deleted" }
);

/** The times of status messages that have no UTC time are those of China; the documentation's are. */
const STATUS_ZONE = "+08:00";
/** Characters of a wrong value that an error quotes. */
const MOST_QUOTED = 40;

/**
 * What a message says of the states of devices; empty for message types that say nothing of them.
 * Throws MessageError if one that does cannot be read.
 */
export function observationsOf(message: FlowMessage): readonly Observation[] {
  switch (messageTypeOf(message)) {
    case "property-post":
    case "property-batch-post":
    case "property-history-post":
      return propertyObservations(message);
    case "device-status":
      return statusObservations(new Reading(message));
    case "device-lifecycle":
      return lifecycleObservations(new Reading(message));
    case "topology-lifecycle":
      return topologyObservations(new Reading(message));
    case "device-tag-update":
      return tagObservations(new Reading(message));
    case "ota-version":
      return moduleObservations(new Reading(message));
    case "event-post":
    case "event-batch-post":
    case "event-history-post":
    case "downlink-reply":
    case "sub-device-found":
    case "ota-upgrade":
    case "ota-progress":
    case "ota-job-status":
    case "custom":
    case "unknown":
      return [];
  }
}

function propertyObservations(message: FlowMessage): Observation[] {
  const { device, receivedMs: received, madeMs, values, refused } = readPropertyReport(message);
  if (device === undefined) throw malformed(message, because("noDevice"));
  // A device whose clock is ahead would otherwise hold on to its value for ever.
  const notLater = (ownMs: number) => Math.min(ownMs, received ?? ownMs);
  // A device whose clock is behind, or that tells of its past, is heard of now all the same.
  const times = [...values, ...refused].map(({ timeMs }) => notLater(timeMs));
  const heardMs = madeMs ?? (times.length > 0 ? Math.max(...times) : undefined);
  return [
    ...values.map(({ identifier, value, timeMs: ownMs }): Observation => {
      const what = { part: "properties", name: identifier, value, minorMs: ownMs } as const;
      return { device, timeMs: notLater(ownMs), kind: "value", ...what };
    }),
    ...(heardMs === undefined ? [] : [{ device, timeMs: heardMs, kind: "heard" } as const]),
  ];
}

/** A message whose fields are read one by one; what is missing or wrong is named. */
class Reading {
  readonly #message: FlowMessage;
  readonly fields: JsonObject;

  constructor(message: FlowMessage) {
    this.#message = message;
    this.fields = payloadFields(message);
  }

  get device(): Device {
    const device = deviceOf(this.#message, this.fields);
    if (device === undefined) throw malformed(this.#message, because("noDevice"));
    return device;
  }

  /** When the platform sent it. */
  get sentMs(): number {
    const sent = receivedMs(this.#message, this.fields);
    return sent ?? this.refuse("messageCreateTime");
  }

  /** Fails for a field that is not there, or not what it should be. */
  refuse(field: string): never {
    const value = this.fields[field];
    if (value === undefined) {
      throw malformed(this.#message, because("fieldMissing", { place: "", field }));
    }
    const brief = typeof value === "string" ? value.slice(0, MOST_QUOTED) : value;
    const details = { place: "", field, value: shown(brief) };
    throw malformed(this.#message, because("fieldWrong", details));
  }

  text(field: string): string {
    const value = this.fields[field];
    return typeof value === "string" && value !== "" ? value : this.refuse(field);
  }

  list(field: string): readonly JsonObject[] {
    const value = this.fields[field];
    if (!Array.isArray(value)) return this.refuse(field);
    return value.map((entry: unknown, index) =>
      isJsonObject(entry) ? entry : this.refuse(`${field}[${index}]`),
    );
  }

  /** A time as text, in UTC if it says so; else in the zone of the documentation's examples. */
  textTimeMs(utcField: string, localField: string): number | undefined {
    const utc = this.fields[utcField];
    const local = this.fields[localField];
    const text =
      typeof utc === "string"
        ? utc
        : typeof local === "string"
          ? `${local.replace(" ", "T")}${STATUS_ZONE}`
          : "";
    return timeMsOf(Date.parse(text)) ?? timeMsOf(local);
  }
}

function statusObservations(reading: Reading): Observation[] {
  const { device } = reading;
  const status = reading.text("status").toLowerCase();
  if (status !== "online" && status !== "offline") return reading.refuse("status");
  const timeMs = reading.textTimeMs("utcTime", "time") ?? reading.refuse("utcTime");
  const lastMs = reading.textTimeMs("utcLastTime", "lastTime");
  const online = status === "online";
  const what = { kind: "value", part: "online", name: "", value: online } as const;
  const heardMs = online ? timeMs : lastMs;
  return [
    { device, timeMs, minorMs: lastMs ?? 0, ...what },
    ...(heardMs === undefined
      ? []
      : [{ device, timeMs: Math.min(heardMs, timeMs), kind: "heard" } as const]),
  ];
}

function lifecycleObservations(reading: Reading): Observation[] {
  const { device, sentMs: timeMs } = reading;
  const action = reading.text("action");
  switch (action) {
    case "delete":
      return [{ device, timeMs, kind: "deleted" }];
    case "create":
    case "enable":
    case "disable":
      return [of(device, timeMs, { part: "enabled", name: "", value: action !== "disable" })];
    default:
      return reading.refuse("action");
  }
}

function topologyObservations(reading: Reading): Observation[] {
  const { fields, sentMs: timeMs } = reading;
  const { gwProductKey = null, gwDeviceName = null } = fields;
  const gateway = namedDevice({ productKey: gwProductKey, deviceName: gwDeviceName });
  if (gateway === undefined) return reading.refuse("gwDeviceName");
  const value = belongs(reading) ? { ...gateway } : null;
  return reading.list("devices").map((entry, index) => {
    const device = namedDevice(entry) ?? reading.refuse(`devices[${index}].deviceName`);
    return of(device, timeMs, { part: "gateway", name: "", value });
  });
}

/** Whether a sub-device belongs to the gateway after this; `add` and `remove` are those of 2018. */
function belongs(reading: Reading): boolean {
  switch (reading.text("action")) {
    case "create":
    case "enable":
    case "add":
      return true;
    case "delete":
    case "disable":
    case "remove":
      return false;
    default:
      return reading.refuse("action");
  }
}

function tagObservations(reading: Reading): Observation[] {
  const { device, sentMs } = reading;
  return reading.list("value").map(({ attrKey, attrValue = null }, index) => {
    if (typeof attrKey !== "string") return reading.refuse(`value[${index}].attrKey`);
    return of(device, sentMs, { part: "tags", name: attrKey, value: attrValue });
  });
}

function moduleObservations(reading: Reading): Observation[] {
  const { device, fields, sentMs: timeMs } = reading;
  const { moduleName } = fields;
  // Older messages name no module: there was one only.
  const name = typeof moduleName === "string" && moduleName !== "" ? moduleName : "default";
  const value = reading.text("moduleVersion");
  return [of(device, timeMs, { part: "modules", name, value }), { device, timeMs, kind: "heard" }];
}

/** A value whose time the platform itself has set. */
function of(
  device: Device,
  timeMs: number,
  what: { readonly part: Part; readonly name: string; readonly value: Json },
): Observation {
  return { device, timeMs, minorMs: 0, kind: "value", ...what };
}
