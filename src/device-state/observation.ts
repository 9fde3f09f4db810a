import { because } from "../errors/error";
import {
  malformedMessage,
  messageTypeOf,
  parseTimeMs,
  PayloadReader,
} from "../protocol/flow-message";
import { readPropertyReport } from "../protocol/property-report";
import { signOfLife } from "./sign-of-life";
import type { FlowMessage } from "../protocol/flow-message";
import type { Json } from "../protocol/json";
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
      /** Decides between two of the same time: of a property, the device's own time. */
      readonly minorMs: number;
    }
  /** A sign of life. */
  | { readonly kind: "heard" }
  | { readonly kind: "deleted" }
);

/** The times of status messages that have no UTC time are those of China; the documentation's are. */
const STATUS_ZONE = "+08:00";

/** Later than this, no report that is not of history comes: it is the device's clock that is wrong. */
const MAX_DELAY_MS = 30 * 24 * 3_600_000;

/**
 * What a message says of the states of devices, also that the device it is of is alive; empty if it
 * says nothing. `nowMs` counts as the time of receipt where the message does not tell the platform's.
 * Throws MessageError if one that says something of a state cannot be read.
 */
export function observationsOf(message: FlowMessage, nowMs: number): readonly Observation[] {
  switch (messageTypeOf(message)) {
    case "property-post":
    case "property-batch-post":
    case "property-history-post":
      return propertyObservations(message, nowMs);
    case "device-status":
      return statusObservations(new PayloadReader(message));
    case "device-lifecycle":
      return lifecycleObservations(new PayloadReader(message));
    case "topology-lifecycle":
      return topologyObservations(new PayloadReader(message));
    case "device-tag-update":
      return tagObservations(new PayloadReader(message));
    case "ota-version":
      return moduleObservations(new PayloadReader(message));
    case "event-post":
    case "event-batch-post":
    case "event-history-post":
    case "downlink-reply":
    case "sub-device-found":
    case "ota-upgrade":
    case "ota-progress":
    case "ota-job-status":
    case "custom":
    case "unknown": {
      const sign = signOfLife(message, nowMs);
      return sign === undefined ? [] : [{ ...sign, kind: "heard" }];
    }
  }
}

function propertyObservations(message: FlowMessage, nowMs: number): Observation[] {
  const { device, receivedMs = nowMs, values } = readPropertyReport(message);
  if (device === undefined) throw malformedMessage(message, because("noDevice"));
  const isLive = messageTypeOf(message) !== "property-history-post";
  return [
    ...values.map(({ identifier: name, value, timeMs: ownMs }) =>
      valueObservation(device, isLive ? liveMs(ownMs, receivedMs) : Math.min(ownMs, receivedMs), {
        part: "properties",
        name,
        value,
        minorMs: ownMs,
      }),
    ),
    // A device whose clock is behind, or that reports its past, is heard of now all the same.
    { device, timeMs: receivedMs, kind: "heard" },
  ];
}

/**
 * The time that counts of a live value: the device's own, or the platform's of the receipt where the
 * device's clock cannot be right, as it is ahead of the receipt or more than 30 days behind. Else the
 * device would hold on to a value, or an old value to it.
 */
function liveMs(ownMs: number, receivedMs: number): number {
  return ownMs > receivedMs || receivedMs - ownMs > MAX_DELAY_MS ? receivedMs : ownMs;
}

function statusObservations(reader: PayloadReader): Observation[] {
  const device = reader.requireDevice();
  const statusText = reader.requireText("status");
  const status = statusText.toLowerCase();
  if (status !== "online" && status !== "offline") return reader.refuse("status", statusText);
  const timeMs =
    readTextTimeMs(reader, "utcTime", "time") ?? reader.refuse("utcTime", reader.fields["utcTime"]);
  const lastMs = readTextTimeMs(reader, "utcLastTime", "lastTime");
  const online = status === "online";
  const heardMs = online ? timeMs : lastMs;
  return [
    valueObservation(device, timeMs, {
      part: "online",
      name: "",
      value: online,
      minorMs: lastMs ?? 0,
    }),
    ...(heardMs === undefined
      ? []
      : [{ device, timeMs: Math.min(heardMs, timeMs), kind: "heard" } as const]),
  ];
}

/** The UTC time where that can be read; else the local one, in the documentation's zone. */
function readTextTimeMs(
  { fields }: PayloadReader,
  utcField: string,
  localField: string,
): number | undefined {
  const local = fields[localField];
  return (
    dateMs(fields[utcField]) ??
    (typeof local === "string" ? dateMs(`${local.replace(" ", "T")}${STATUS_ZONE}`) : undefined) ??
    parseTimeMs(local)
  );
}

function dateMs(value: unknown): number | undefined {
  return typeof value === "string" ? parseTimeMs(Date.parse(value)) : undefined;
}

function lifecycleObservations(reader: PayloadReader): Observation[] {
  const device = reader.requireDevice();
  const timeMs = reader.requireReceivedMs();
  const action = reader.requireText("action");
  switch (action) {
    case "delete":
      return [{ device, timeMs, kind: "deleted" }];
    case "create":
    case "enable":
    case "disable":
      return [
        valueObservation(device, timeMs, {
          part: "enabled",
          name: "",
          value: action !== "disable",
        }),
      ];
    default:
      return reader.refuse("action", action);
  }
}

function topologyObservations(reader: PayloadReader): Observation[] {
  const timeMs = reader.requireReceivedMs();
  const gateway = {
    productKey: reader.requireText("gwProductKey"),
    deviceName: reader.requireText("gwDeviceName"),
  };
  const value = belongsToGateway(reader) ? gateway : null;
  return reader.requireObjects("devices").map(({ productKey, deviceName }, index) => {
    const device = {
      productKey: reader.requireTextAt(`devices[${index}].productKey`, productKey),
      deviceName: reader.requireTextAt(`devices[${index}].deviceName`, deviceName),
    };
    return valueObservation(device, timeMs, { part: "gateway", name: "", value });
  });
}

/** Whether a sub-device belongs to the gateway after this; `add` and `remove` are those of 2018. */
function belongsToGateway(reader: PayloadReader): boolean {
  const action = reader.requireText("action");
  switch (action) {
    case "create":
    case "enable":
    case "add":
      return true;
    case "delete":
    case "disable":
    case "remove":
      return false;
    default:
      return reader.refuse("action", action);
  }
}

function tagObservations(reader: PayloadReader): Observation[] {
  const device = reader.requireDevice();
  const timeMs = reader.requireReceivedMs();
  return reader.requireObjects("value").map(({ attrKey, attrValue = null }, index) => {
    if (typeof attrKey !== "string") return reader.refuse(`value[${index}].attrKey`, attrKey);
    return valueObservation(device, timeMs, { part: "tags", name: attrKey, value: attrValue });
  });
}

function moduleObservations(reader: PayloadReader): Observation[] {
  const device = reader.requireDevice();
  const timeMs = reader.requireReceivedMs();
  const { moduleName } = reader.fields;
  // Older messages name no module: there was one only.
  const name = typeof moduleName === "string" && moduleName !== "" ? moduleName : "default";
  const value = reader.requireText("moduleVersion");
  return [
    valueObservation(device, timeMs, { part: "modules", name, value }),
    { device, timeMs, kind: "heard" },
  ];
}

interface ObservedValue {
  readonly part: Part;
  readonly name: string;
  readonly value: Json;
  /** Absent where the platform itself has set the time. */
  readonly minorMs?: number;
}

function valueObservation(device: Device, timeMs: number, what: ObservedValue): Observation {
  return { device, timeMs, minorMs: 0, kind: "value", ...what };
}
