import { pickWeighted } from "../random";
import { MESSAGE_KINDS, deviceMessage, replyMessage, reportMessage } from "./device-messages";
import { Device } from "./device";
import { PRODUCT_KEY } from "./device-model";
import type { Cancel, Clock } from "../../clock";
import type { MessageKind } from "./device-messages";
import type { PayloadContext } from "./device-payloads";
import type { NewMessage } from "../groups/message";
import type { Reply } from "./registry-payloads";

/** How many devices there are and how much they send. */
export interface DevicesOptions {
  readonly devices: number;
  /** Messages a second of all devices together; may be a fraction. */
  readonly rate: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The shortest delay of a timer: above 100 messages a second several are sent at once. */
const MIN_TICK_MS = 10;
const ALERTS = MESSAGE_KINDS.filter(({ isAlert }) => isAlert);
const OTHERS = MESSAGE_KINDS.filter(({ isAlert }) => !isAlert);
const STATUS = MESSAGE_KINDS.filter(({ messageType }) => messageType === "device-status");

/** Request IDs are text of a number up to this, and unique per device and day. */
const MAX_REQUEST_ID = 2 ** 32 - 1;
/** They rise from the time of the start in hundredths of a second: the emulator may be started often a day. */
const REQUEST_ID_MS = 10;

/** Simulated devices that together send `rate` messages a second, of every kind. */
export class Devices {
  readonly #devices: readonly Device[];
  readonly #options: DevicesOptions;
  readonly #push: (message: NewMessage) => void;
  #requestId: number;
  #sent = 0;
  #cancel: Cancel | undefined;

  constructor(options: DevicesOptions, push: (message: NewMessage) => void) {
    const { devices, clock, random } = options;
    this.#devices = Array.from(
      { length: devices },
      (_, index) => new Device(index + 1, clock.now(), random),
    );
    this.#options = options;
    this.#push = push;
    this.#requestId = Math.floor(clock.now() / REQUEST_ID_MS) % MAX_REQUEST_ID;
  }

  /** As product key and device name. */
  get names(): readonly string[] {
    return this.#devices.map(({ deviceName }) => `${PRODUCT_KEY}/${deviceName}`);
  }

  /** By its name, or by its ID in the platform. */
  find(key: "deviceName" | "iotId", value: string): Device | undefined {
    return this.#devices.find((device) => device[key] === value);
  }

  /** A number that no device has used yet. */
  nextRequestId(): string {
    this.#requestId = (this.#requestId + 1) % MAX_REQUEST_ID;
    return String(this.#requestId);
  }

  /** Sends what a device answers to a command. */
  reply(device: Device, reply: Reply): void {
    this.#push(replyMessage(device, reply, this.#options.clock.now()));
  }

  /** Sends all properties of a device. */
  report(device: Device): void {
    this.#push(reportMessage(device, this.#context()));
  }

  /** Sends a device's message on a topic of its own. */
  publish({ productKey, deviceName }: Device, topic: string, payload: unknown): void {
    const generateTime = this.#options.clock.now();
    const path = `/${productKey}/${deviceName}/${topic}`;
    this.#push({ topic: path, payload, generateTime, qos: 1 });
  }

  /** Each device comes online, then they send. */
  start(): void {
    for (const device of this.#devices) for (const status of STATUS) this.#send(device, status);
    const { rate, clock } = this.#options;
    if (this.#devices.length > 0 && rate > 0) this.#tick(clock.monotonicMs());
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Counts from the start, so that late timers do not lower the rate. */
  #tick(startMs: number): void {
    const { rate, clock, random } = this.#options;
    const delayMs = Math.max(MIN_TICK_MS, 1_000 / rate);
    this.#cancel = clock.after(delayMs, () => {
      const due = Math.floor(((clock.monotonicMs() - startMs) * rate) / 1_000);
      // After the computer has slept, what was missed is not sent.
      this.#sent = Math.max(this.#sent, due - Math.ceil(rate));
      for (; this.#sent < due; this.#sent += 1) {
        const device = this.#devices[Math.floor(random() * this.#devices.length)];
        if (device !== undefined) this.#send(device, this.#pick(device));
      }
      this.#tick(startMs);
    });
  }

  /** A kind by weight; a device that is offline can only come online again. */
  #pick(device: Device): MessageKind | undefined {
    const { random } = this.#options;
    if (!device.online) return pickWeighted(STATUS, random);
    return pickWeighted(device.alertDue ? ALERTS : OTHERS, random);
  }

  #send(device: Device, kind: MessageKind | undefined): void {
    if (kind === undefined) return;
    this.#push(deviceMessage(kind, device, this.#context()));
  }

  #context(): PayloadContext {
    const { clock, random } = this.#options;
    return { nowMs: clock.now(), requestId: this.nextRequestId(), random };
  }
}
