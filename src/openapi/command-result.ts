import { parseTimeMs } from "../protocol/flow-message";
import { isJsonObject } from "../protocol/json";
import { payloadOf } from "../protocol/payload";
import { propertyValue } from "./property-value";
import type { CommandAction } from "../protocol/command";
import type { Json, JsonObject } from "../protocol/json";
import type { ApiAnswer } from "./client";
import type { Reply } from "./replies";
import type { CommandResult } from "./run-command";

/** What a call has brought; the reply where the answer holds one. */
export interface CallResult {
  readonly result: CommandResult;
  /** The device's own, of a synchronous service that gives it whole. */
  readonly reply?: Reply;
  /** Whether the device has answered already, so that no reply will come. */
  readonly isAnswered: boolean;
}

function objectAt(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  return isJsonObject(value) ? value : {};
}

/** An ID, which some answers give as a number. */
function idOf({ MessageId: id }: JsonObject): { messageId?: string } {
  const isId = (typeof id === "string" && id !== "") || typeof id === "number";
  return isId ? { messageId: String(id) } : {};
}

/** JSON as devices send it, read as a subscriber reads it. */
function deviceData(bytes: Buffer): Json | Buffer {
  const body = { section: "data", chunks: [bytes] } as const;
  return payloadOf(body, { format: "auto", topic: "" }).payload;
}

/** What a synchronous service has brought: the device's data, or its whole reply. */
function serviceReply(text: string): { readonly payload: Json | Buffer; readonly reply?: Reply } {
  const payload = deviceData(Buffer.from(text));
  if (!isJsonObject(payload)) return { payload };
  const { code, data, id, message, version } = payload;
  const isWhole = typeof code === "number" && id !== undefined && version !== undefined;
  if (!isWhole) return { payload };
  const said = typeof message === "string" ? message : "";
  return { payload, reply: { code, message: said, data: data ?? {} } };
}

/** The last known values, in the form in which the properties node sends them. */
function propertyValues(data: JsonObject): Pick<CommandResult, "payload" | "timestamp" | "times"> {
  const list = objectAt(data, "List")["PropertyStatusInfo"];
  const infos: readonly unknown[] = Array.isArray(list) ? list : [];
  const known = infos.filter(isJsonObject).flatMap((info) => {
    const { Identifier: identifier, DataType: type, Value: value, Time: time } = info;
    const isKnown = typeof identifier === "string" && typeof value === "string" && value !== "";
    return isKnown
      ? [{ identifier, value: propertyValue(value, type), timeMs: parseTimeMs(time) }]
      : [];
  });
  const timed = known.flatMap(({ identifier, timeMs }) =>
    timeMs === undefined ? [] : [[identifier, timeMs] as const],
  );
  const newestMs = timed.reduce((newest, [, timeMs]) => Math.max(newest, timeMs), -Infinity);
  return {
    payload: Object.fromEntries(known.map(({ identifier, value }) => [identifier, value])),
    ...(timed.length === 0 ? {} : { timestamp: newestMs, times: Object.fromEntries(timed) }),
  };
}

/** In lower case, as device-status messages have it. */
function status({ Status: text, Timestamp: time }: JsonObject): Json {
  const timeMs = parseTimeMs(time);
  return {
    status: typeof text === "string" ? text.toLowerCase() : "",
    ...(timeMs === undefined ? {} : { time: timeMs }),
  };
}

/** What an answer of the platform means for the command that asked for it. */
export function resultOf(action: CommandAction, { requestId, body }: ApiAnswer): CallResult {
  const data = objectAt(body, "Data");
  const command = { action, requestId };
  switch (action) {
    case "set-properties":
      return {
        result: { payload: {}, command: { ...command, ...idOf(data) } },
        isAnswered: false,
      };
    case "invoke-service": {
      const { Result: text } = data;
      const identified = { ...command, ...idOf(data) };
      if (typeof text !== "string" || text === "") {
        return { result: { payload: {}, command: identified }, isAnswered: false };
      }
      const { payload, reply } = serviceReply(text);
      const result = { payload, command: identified };
      return reply === undefined
        ? { result, isAnswered: true }
        : { result, reply, isAnswered: true };
    }
    case "publish":
      return { result: { payload: {}, command: { ...command, ...idOf(body) } }, isAnswered: true };
    case "request": {
      const { PayloadBase64Byte: bytes } = body;
      const payload = typeof bytes === "string" ? deviceData(Buffer.from(bytes, "base64")) : {};
      return { result: { payload, command: { ...command, ...idOf(body) } }, isAnswered: true };
    }
    case "get-status":
      return { result: { payload: status(data), command }, isAnswered: true };
    case "get-properties":
      return { result: { ...propertyValues(data), command }, isAnswered: true };
  }
}
