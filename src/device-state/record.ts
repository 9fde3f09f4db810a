import { MessageError } from "../errors/error";
import { readDevice } from "../protocol/flow-message";
import { copyJson, isJsonObject } from "../protocol/json";
import { PARTS } from "./observation";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { Observation, Part } from "./observation";

/**
 * Of a record as JSON: some 5,000 numbers. Each change reads, copies and sends the whole state, so
 * names that a device makes up would make Node-RED slower with each message.
 */
const MAX_RECORD_LENGTH = 500_000;

/** A value and since when it holds. Times in ms since the epoch. */
interface Register {
  readonly value: Json;
  readonly timeMs: number;
  /** Decides between two of the same time. */
  readonly minorMs: number;
}

type Registers = Readonly<Record<string, Register>>;

/**
 * What is known of a device, as the store keeps it. Every field only ever moves on to something
 * newer, so the order and the number of messages do not matter.
 */
export interface DeviceRecord extends Device {
  /** Of the newest thing known. */
  readonly timeMs: number;
  /** Of the newest sign of life. */
  readonly heardMs?: number;
  /** When the device was deleted last; nothing older than this counts any more. */
  readonly deletedMs?: number;
  readonly values: Readonly<Partial<Record<Part, Registers>>>;
}

/** One value that has changed. */
export interface Change {
  readonly part: Part | "deleted";
  /** Of a property, tag or module. */
  readonly name?: string;
  readonly value: Json;
  /** Absent when none was known. */
  readonly previous?: Json;
  /** ms since the epoch. */
  readonly time: number;
}

/** A record after observations, and what differs; the same record if nothing was new. */
export interface MergeResult {
  readonly record: DeviceRecord;
  readonly changes: readonly Change[];
}

/** A device may call a value `constructor`: what an object inherits is no register. */
function registerIn(record: DeviceRecord | undefined, part: Part, name: string) {
  const registers = record?.values[part];
  return registers !== undefined && Object.hasOwn(registers, name) ? registers[name] : undefined;
}

/** Whether the device exists as far as is known; of a deleted one only the time of its end is kept. */
export function isAlive({ values, heardMs }: DeviceRecord): boolean {
  return heardMs !== undefined || Object.keys(values).length > 0;
}

/** What a store returned, if it is a whole record: users can edit what is in a context. */
export function parseRecord(value: unknown): DeviceRecord | undefined {
  return isDeviceRecord(value) ? value : undefined;
}

function isDeviceRecord(value: unknown): value is DeviceRecord {
  if (!isJsonObject(value) || readDevice(value) === undefined) return false;
  const { timeMs, heardMs = 0, deletedMs = 0, values } = value;
  if (![timeMs, heardMs, deletedMs].every(Number.isFinite) || !isJsonObject(values)) return false;
  return PARTS.every((part) => values[part] === undefined || isRegisters(values[part]));
}

function isRegisters(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every(isRegister);
}

function isRegister(value: Json): boolean {
  if (!isJsonObject(value) || value["value"] === undefined) return false;
  return Number.isFinite(value["timeMs"]) && Number.isFinite(value["minorMs"]);
}

/** Merges what was observed of a device into its record. Throws MessageError if that grows too large. */
export function mergeObservations(
  device: Device,
  before: DeviceRecord | undefined,
  observations: readonly Observation[],
): MergeResult {
  const draft = new RecordDraft(device, before);
  for (const observation of observations) draft.add(observation);
  return draft.finish();
}

/** The same text for the same value, whatever the order of a struct's members. */
function canonicalText(value: Json): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function isNewer(candidate: Register, known: Register): boolean {
  if (candidate.timeMs !== known.timeMs) return candidate.timeMs > known.timeMs;
  if (candidate.minorMs !== known.minorMs) return candidate.minorMs > known.minorMs;
  // Nothing says which is newer, but every order of arrival must end with the same one.
  return canonicalText(candidate.value) > canonicalText(known.value);
}

function isStructured(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** Throws MessageError for a record that has grown beyond the limit. */
function assertLength(record: DeviceRecord, before: DeviceRecord | undefined): void {
  const { length } = JSON.stringify(record);
  if (length <= MAX_RECORD_LENGTH) return;
  if (before !== undefined && length <= JSON.stringify(before).length) return;
  const device = `${record.productKey}/${record.deviceName}`;
  throw new MessageError("STATE_TOO_LARGE", { device, characters: MAX_RECORD_LENGTH });
}

const laterOf = (a: number | undefined, b: number) => (a === undefined ? b : Math.max(a, b));

/** A record while observations are added. */
class RecordDraft {
  readonly #device: Device;
  readonly #before: DeviceRecord | undefined;
  readonly #values = new Map<Part, Map<string, Register>>();
  #timeMs: number | undefined;
  #heardMs: number | undefined;
  #deletedMs: number | undefined;
  /** Whether there is anything that makes the record longer: a new name, a text, a struct, a list. */
  #mayGrow = false;
  /** Names that have a newer value, by part. */
  readonly #touched = new Map<Part, Set<string>>();

  constructor(device: Device, before: DeviceRecord | undefined) {
    this.#device = device;
    this.#before = before;
    this.#timeMs = before?.timeMs;
    this.#heardMs = before?.heardMs;
    this.#deletedMs = before?.deletedMs;
  }

  add(observation: Observation): void {
    const { timeMs } = observation;
    this.#timeMs = laterOf(this.#timeMs, timeMs);
    switch (observation.kind) {
      case "heard":
        this.#heardMs = laterOf(this.#heardMs, timeMs);
        return;
      case "deleted":
        this.#deletedMs = laterOf(this.#deletedMs, timeMs);
        return;
      case "value": {
        const { part, name, value, minorMs } = observation;
        const registers = this.#registers(part);
        const known = registers.get(name);
        const candidate = { value, timeMs, minorMs };
        if (known !== undefined && !isNewer(candidate, known)) return;
        // A memory store keeps the record itself, and the flow may still change the message.
        registers.set(name, { ...candidate, value: copyJson(value) });
        this.#touched.set(part, (this.#touched.get(part) ?? new Set()).add(name));
        this.#mayGrow ||= known === undefined || typeof value === "string" || isStructured(value);
      }
    }
  }

  finish(): MergeResult {
    const before = this.#before;
    const deletedMs = this.#deletedMs;
    const isCurrent = (ms: number) => deletedMs === undefined || ms > deletedMs;
    const values = PARTS.flatMap((part) => {
      const current = [...this.#registers(part)].filter(([, { timeMs }]) => isCurrent(timeMs));
      return current.length === 0 ? [] : [[part, Object.fromEntries(current)] as const];
    });
    const heardMs = this.#heardMs;
    const record: DeviceRecord = {
      productKey: this.#device.productKey,
      deviceName: this.#device.deviceName,
      timeMs: this.#timeMs ?? 0,
      ...(heardMs !== undefined && isCurrent(heardMs) ? { heardMs } : {}),
      ...(deletedMs === undefined ? {} : { deletedMs }),
      values: Object.fromEntries(values),
    };
    if (before !== undefined && this.#isSame(record, before))
      return { record: before, changes: [] };
    if (this.#mayGrow) assertLength(record, before);
    return { record, changes: this.#changes(record) };
  }

  /** The registers of a part, at first those of before. */
  #registers(part: Part): Map<string, Register> {
    const known = this.#values.get(part);
    if (known !== undefined) return known;
    const registers = new Map(Object.entries(this.#before?.values[part] ?? {}));
    this.#values.set(part, registers);
    return registers;
  }

  #isSame({ timeMs, heardMs, deletedMs }: DeviceRecord, before: DeviceRecord): boolean {
    return (
      this.#touched.size === 0 &&
      timeMs === before.timeMs &&
      heardMs === before.heardMs &&
      deletedMs === before.deletedMs
    );
  }

  #changes(record: DeviceRecord): Change[] {
    const before = this.#before;
    if (before !== undefined && isAlive(before) && !isAlive(record)) {
      return [{ part: "deleted", value: true, time: record.deletedMs ?? record.timeMs }];
    }
    return PARTS.flatMap((part) =>
      this.#names(part).flatMap((name) => {
        const now = registerIn(record, part, name);
        const then = registerIn(before, part, name);
        if (now === then || (now && then && canonicalText(now.value) === canonicalText(then.value)))
          return [];
        return [
          {
            part,
            ...(name === "" ? {} : { name }),
            // What was known from before the device was deleted is not known any more.
            value: now === undefined ? null : copyJson(now.value),
            ...(then === undefined ? {} : { previous: copyJson(then.value) }),
            time: now?.timeMs ?? record.timeMs,
          },
        ];
      }),
    );
  }

  /** The names in a part whose values may differ. */
  #names(part: Part): readonly string[] {
    const touched = this.#touched.get(part) ?? [];
    if (this.#deletedMs === this.#before?.deletedMs) return [...touched];
    return [...new Set([...Object.keys(this.#before?.values[part] ?? {}), ...touched])];
  }
}
