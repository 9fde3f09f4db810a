import { weighted } from "../random";
import { DEVICE_MESSAGES, deviceMessage } from "./device-messages";
import { Device } from "./device";
import type { Cancel, Clock } from "../../clock";
import type { DeviceMessage } from "./device-messages";
import type { Push } from "../groups/message";

export interface DevicesEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly push: (push: Push) => void;
}

/** Finer than this timers are not; above 100 messages a second several go at once. */
const MIN_TICK_MS = 10;
const STATUS = DEVICE_MESSAGES.filter(({ messageType }) => messageType === "device-status");

/** Simulated devices that together send `rate` messages a second, of every kind. */
export class Devices {
  readonly #devices: readonly Device[];
  readonly #rate: number;
  readonly #environment: DevicesEnvironment;
  #requestId = 900;
  #sent = 0;
  #cancel: Cancel | undefined;

  constructor(count: number, rate: number, environment: DevicesEnvironment) {
    const { clock, random } = environment;
    this.#devices = Array.from(
      { length: count },
      (_, index) => new Device(index + 1, clock.now(), random),
    );
    this.#rate = rate;
    this.#environment = environment;
  }

  /** Each device comes online, then they send. */
  start(): void {
    for (const device of this.#devices) for (const status of STATUS) this.#send(device, status);
    if (this.#devices.length > 0 && this.#rate > 0) {
      this.#tick(this.#environment.clock.monotonicMs());
    }
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Counts from the start, so that late timers do not lower the rate. */
  #tick(startMs: number): void {
    const { clock, random } = this.#environment;
    const delayMs = Math.max(MIN_TICK_MS, 1_000 / this.#rate);
    this.#cancel = clock.after(delayMs, () => {
      const due = Math.floor(((clock.monotonicMs() - startMs) * this.#rate) / 1_000);
      // After a pause of the computer there is no need to make up for it.
      this.#sent = Math.max(this.#sent, due - Math.ceil(this.#rate));
      for (; this.#sent < due; this.#sent += 1) {
        const device = this.#devices[Math.floor(random() * this.#devices.length)];
        if (device !== undefined) this.#send(device, this.#pick(device));
      }
      this.#tick(startMs);
    });
  }

  /** By weight; but a device that is offline can only come online again. */
  #pick(device: Device): DeviceMessage | undefined {
    return weighted(device.online ? DEVICE_MESSAGES : STATUS, this.#environment.random);
  }

  #send(device: Device, kind: DeviceMessage | undefined): void {
    if (kind === undefined) return;
    const { clock, random, push } = this.#environment;
    this.#requestId += 1;
    const moment = { nowMs: clock.now(), requestId: String(this.#requestId), random };
    push(deviceMessage(kind, device, moment));
  }
}
