import type { Device } from "../protocol/topic";

/** The part of a context store that device states need. Keys are letters, digits, `_` and `$`. */
export interface StateStore {
  /** How users call it. */
  readonly name: string;
  /** All keys, ours and others; some stores tell one more than once. */
  readonly keys: () => Promise<readonly string[]>;
  readonly get: (keys: readonly string[]) => Promise<readonly unknown[]>;
  /** `undefined` removes the key. */
  readonly set: (key: string, value: unknown) => Promise<void>;
}

/** A name as a part of a key: letters and digits stay, each other byte becomes `$` and two digits. */
function encoded(name: string): string {
  return name.replace(/[^A-Za-z0-9]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `$${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}

/** The key of a device's record: one key per device, so that an update writes that one only. */
export function recordKey(prefix: string, { productKey, deviceName }: Device): string {
  return `${prefix}_${encoded(productKey)}_${encoded(deviceName)}`;
}

/** Whether a key is one of those that begin with this prefix and no longer one. */
export function isRecordKey(prefix: string, key: string): boolean {
  return key.startsWith(`${prefix}_`) && /^[^_]+_[^_]+$/.test(key.slice(prefix.length + 1));
}
