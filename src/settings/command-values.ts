import { RequestError } from "../errors/error";
import { shown } from "../errors/invalid-setting";
import { fullTopic, parseDevice } from "../protocol/command";
import { readDevice } from "../protocol/flow-message";
import { isJsonObject } from "../protocol/json";
import { utf8Text } from "../protocol/utf8";
import type { ErrorDetails } from "../errors/error";
import type { Rule } from "../errors/setting-texts";
import type { Command } from "../protocol/command";
import type { Device } from "../protocol/topic";
import type { CommandField, CommandOptions, ValueSource } from "./command";

/** What the fields of a command node hold for one message; nobody has looked at them yet. */
export type CommandValues = Readonly<Partial<Record<CommandField, unknown>>>;

/** The platform takes messages of 256 KB. */
export const MAX_CONTENT_BYTES = 256 * 1024;

/** Where a field's value came from, as the form shows it, such as `msg.payload`. */
function placeOf({ type, value }: ValueSource): ErrorDetails {
  const isTyped = type === "str" || type === "json";
  return isTyped ? { source: "", sourceCode: "theForm" } : { source: `${type}.${value}` };
}

/** Whether a text can name a service, also one of a module. */
export function isServiceIdentifier(text: string): boolean {
  return /^(\w+:)?\w+$/.test(text);
}

/** Whether a text is a topic to send to: a short name, or a whole topic, which names its device. */
export function isSendTopic(text: string): boolean {
  return /^(\/[^/]+\/)?[^/]/.test(text) && !/[+#${}\s]/.test(text);
}

/** Reads the fields of one command. Each method throws RequestError for a value that will not do. */
class FieldReader {
  readonly #options: CommandOptions;
  readonly #values: CommandValues;

  constructor(options: CommandOptions, values: CommandValues) {
    this.#options = options;
    this.#values = values;
  }

  device(): Device {
    const value = this.#values.device;
    const parsed = typeof value === "string" ? parseDevice(value) : undefined;
    const device = isJsonObject(value) ? readDevice(value) : parsed;
    if (device === undefined) throw this.#wrong("device", "device");
    return device;
  }

  identifier(): string {
    const identifier = this.#text("identifier");
    if (!isServiceIdentifier(identifier)) throw this.#wrong("identifier", "serviceIdentifier");
    return identifier;
  }

  /** The whole topic, and the device that it or the device field names. */
  topic(): { readonly topic: string; readonly device: Device } {
    const given = this.#text("topic");
    if (!isSendTopic(given)) throw this.#wrong("topic", "sendTopic");
    if (!given.startsWith("/")) {
      const device = this.device();
      return { topic: fullTopic(given, device), device };
    }
    const [, first = "", second = ""] = given.split("/");
    const isBroadcast = first === "broadcast";
    const device = isBroadcast
      ? { productKey: second, deviceName: first }
      : { productKey: first, deviceName: second };
    return { topic: given, device };
  }

  /** Text is a JSON object already and stays as it is. */
  json(whenEmpty?: string): string {
    const value = this.#values.data;
    if (isEmpty(value) && whenEmpty !== undefined) return whenEmpty;
    const text = Buffer.isBuffer(value) ? utf8Text(value) : value;
    const json = typeof text === "string" ? text.trim() : toJson(text);
    if (json === undefined || !isObjectText(json)) throw this.#wrong("data", "dataObject");
    return json;
  }

  content(): Buffer {
    const value = this.#values.data;
    const text = typeof value === "string" ? value : toJson(value);
    const content = Buffer.isBuffer(value) ? value : Buffer.from(text ?? "");
    if (isEmpty(value) || content.length === 0) throw this.#wrong("data", "content");
    if (content.length > MAX_CONTENT_BYTES) {
      const details = { setting: "data", size: content.length, limit: MAX_CONTENT_BYTES };
      throw new RequestError("INPUT_TOO_LARGE", details);
    }
    return content;
  }

  hasTopic(): boolean {
    return !isEmpty(this.#values.topic);
  }

  #text(field: "identifier" | "topic"): string {
    const value = this.#values[field];
    return typeof value === "string" ? value.trim() : "";
  }

  #wrong(field: CommandField, rule: Rule): RequestError {
    const value = this.#values[field];
    return new RequestError("INPUT_INVALID", {
      setting: field,
      ...placeOf(this.#options[field]),
      ...(isEmpty(value) ? { value: "", valueCode: "emptyValue" } : { value: shown(value) }),
      rule,
    });
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** JSON of a value; undefined for one that JSON would change or cannot hold. */
function toJson(value: unknown): string | undefined {
  const exact = (_key: string, inner: unknown): unknown => {
    if (typeof inner === "number" && !Number.isFinite(inner)) throw new TypeError("not in JSON");
    return inner;
  };
  try {
    return JSON.stringify(value, exact);
  } catch {
    return undefined;
  }
}

/** Whether a text is a JSON object. */
export function isObjectText(text: string): boolean {
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The command that a message asks for. Throws RequestError for the first value that will not do. */
export function commandFrom(options: CommandOptions, values: CommandValues): Command {
  const { action, qos } = options;
  const read = new FieldReader(options, values);
  switch (action) {
    case "set-properties":
      return { action, device: read.device(), data: read.json(), qos };
    case "invoke-service":
      return {
        action,
        device: read.device(),
        identifier: read.identifier(),
        data: read.json("{}"),
        qos,
      };
    case "publish":
      return { action, ...read.topic(), content: read.content(), qos };
    case "request": {
      const topic = read.hasTopic() ? read.topic().topic : undefined;
      return { action, device: read.device(), topic, content: read.content() };
    }
    case "get-status":
    case "get-properties":
      return { action, device: read.device() };
  }
}
