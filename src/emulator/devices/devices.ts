import { pickWeighted } from "../random";
import { MESSAGE_KINDS, deviceMessage } from "./device-messages";
import { Device } from "./device";
import type { Cancel, Clock } from "../../clock";
import type { MessageKind } from "./device-messages";
import type { NewMessage } from "../groups/message";

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
const STATUS = MESSAGE_KINDS.filter(({ messageType }) => messageType === "device-status");

/** Simulated devices that together send `rate` messages a second, of every kind. */
export class Devices {
  readonly #devices: readonly Device[];
  readonly #options: DevicesOptions;
  readonly #push: (message: NewMessage) => void;
  #requestId = 900;
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
    return pickWeighted(device.online ? MESSAGE_KINDS : STATUS, this.#options.random);
  }

  #send(device: Device, kind: MessageKind | undefined): void {
    if (kind === undefined) return;
    const { clock, random } = this.#options;
    this.#requestId += 1;
    const context = { nowMs: clock.now(), requestId: String(this.#requestId), random };
    this.#push(deviceMessage(kind, device, context));
  }
}
