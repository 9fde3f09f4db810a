import { CommandError } from "../errors/error";
import { PayloadReader } from "../protocol/flow-message";
import type { Clock } from "../clock";
import type { Json } from "../protocol/json";
import type { DeviceMessage } from "../protocol/message";
import type { Device } from "../protocol/topic";

/** What a device answered to a command. */
export interface Reply {
  readonly code: number;
  readonly message: string;
  readonly data: Json;
}

/** Commands that may wait at a time. */
const MAX_WATCHES = 10_000;
/** Replies of one device that are kept until the platform has said which is wanted. */
const MAX_EARLY = 100;

/** One command that will want a reply; it begins before the command is sent. */
export class ReplyWatch {
  readonly #early = new Map<string, Reply>();
  readonly #clock: Clock;
  readonly #end: (watch: ReplyWatch) => void;
  readonly #device: Device;
  #wanted: { readonly messageId: string; readonly take: (reply: Reply) => void } | undefined;
  #isEnded = false;
  #giveUp: () => void = () => undefined;

  constructor(clock: Clock, device: Device, end: (watch: ReplyWatch) => void) {
    this.#clock = clock;
    this.#device = device;
    this.#end = end;
  }

  /** The reply to the command with this ID, whether it has come already or is to come. */
  async reply(messageId: string, waitMs: number): Promise<Reply> {
    const early = this.#early.get(messageId);
    if (early !== undefined) return early;
    this.#early.clear();
    const { deviceName } = this.#device;
    const missing = new CommandError("REPLY_MISSING", { deviceName, seconds: waitMs / 1_000 });
    if (this.#isEnded) throw missing;
    return await new Promise((resolve, reject) => {
      const cancel = this.#clock.after(waitMs, () => {
        reject(missing);
      });
      this.#wanted = {
        messageId,
        take: (reply) => {
          cancel();
          resolve(reply);
        },
      };
      this.#giveUp = () => {
        cancel();
        reject(missing);
      };
    });
  }

  /** A reply of the device; the first to an ID counts. */
  hear(messageId: string, reply: Reply): void {
    if (this.#wanted === undefined) {
      if (this.#early.size < MAX_EARLY && !this.#early.has(messageId)) {
        this.#early.set(messageId, reply);
      }
    } else if (this.#wanted.messageId === messageId) this.#wanted.take(reply);
  }

  /** Waits no longer. */
  end(): void {
    this.#isEnded = true;
    this.#end(this);
    this.#giveUp();
  }
}

/** Finds the replies that subscribers hear for the commands that wait for them. */
export class Replies {
  readonly #clock: Clock;
  readonly #watches = new Map<string, Set<ReplyWatch>>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Commands that wait. */
  get size(): number {
    return this.#size;
  }

  /** Begins to keep the replies of a device, for one command. Throws CommandError when full. */
  watch(device: Device): ReplyWatch {
    if (this.#size >= MAX_WATCHES) {
      throw new CommandError("COMMANDS_FULL", { waiting: this.#size });
    }
    const key = keyOf(device);
    const watches = this.#watches.get(key) ?? new Set();
    const watch = new ReplyWatch(this.#clock, device, (ended) => {
      if (!watches.delete(ended)) return;
      this.#size -= 1;
      if (watches.size === 0) this.#watches.delete(key);
    });
    this.#watches.set(key, watches.add(watch));
    this.#size += 1;
    return watch;
  }

  /** A message that a subscriber has received; one that is no reply, or to nobody, is passed over. */
  hear(message: DeviceMessage): void {
    if (this.#size === 0 || message.messageType !== "downlink-reply") return;
    const heard = readReply(message);
    if (heard === undefined) return;
    for (const watch of this.#watches.get(keyOf(heard.device)) ?? []) {
      watch.hear(heard.messageId, heard.reply);
    }
  }

  /** Waits for no reply any longer: the commands end as if none had come. */
  close(): void {
    for (const watches of [...this.#watches.values()]) {
      for (const watch of [...watches]) watch.end();
    }
  }
}

function keyOf({ productKey, deviceName }: Device): string {
  return `${productKey}/${deviceName}`;
}

/** A payload as JSON; a subscriber may have been asked for base64. */
function decoded(message: DeviceMessage): DeviceMessage {
  const { payload } = message;
  const isBase64 = typeof payload === "string" && /^[A-Za-z0-9+/]+=*$/.test(payload);
  return isBase64 ? { ...message, payload: Buffer.from(payload, "base64") } : message;
}

function readReply(
  message: DeviceMessage,
): { readonly device: Device; readonly messageId: string; readonly reply: Reply } | undefined {
  try {
    const reader = new PayloadReader({ ...decoded(message) });
    const { requestId, code: given, message: text = "", data = {} } = reader.fields;
    const code = typeof given === "string" ? Number(given) : given;
    if (typeof requestId !== "string" && typeof requestId !== "number") return undefined;
    if (typeof code !== "number" || !Number.isInteger(code)) return undefined;
    const reply = {
      code,
      message: typeof text === "string" ? text : JSON.stringify(text),
      data: data ?? {},
    };
    return { device: reader.requireDevice(), messageId: String(requestId), reply };
  } catch {
    return undefined; // whoever needs the message itself says what is wrong with it
  }
}
