import { StatusLine } from "../shared/status-line";
import { translateError } from "../shared/texts";
import type { NodeStatus } from "node-red";
import type { Translate } from "../shared/texts";
import { isIotAmqpError, StoreError } from "../../src/errors/error";
import type { Clock } from "../../src/clock";

/** How many devices are known, and how many may be. */
export interface DeviceCount {
  /** Undefined as long as the store has not been read. */
  readonly devices: number | undefined;
  readonly maxDevices: number;
}

/** What a device state node's status says while all is well. */
export function countStatus(
  { devices, maxDevices }: DeviceCount,
  translate: Translate,
): NodeStatus {
  if (devices === undefined) return {};
  const isFull = devices >= maxDevices;
  const key = `status.${devices === 1 ? "one" : "several"}${isFull ? "Most" : ""}`;
  return {
    fill: isFull ? "yellow" : "green",
    shape: "dot",
    text: translate(key, { number: devices }),
  };
}

/** The status of a device state node: the number of devices, or why they cannot be kept. */
export class StateStatus {
  readonly #line: StatusLine;
  readonly #translate: Translate;
  /** What is shown: a number of devices, or the code of an error. */
  #told: number | string | undefined;

  constructor(
    show: (status: NodeStatus) => void,
    { translate, clock }: { readonly translate: Translate; readonly clock: Clock },
  ) {
    this.#line = new StatusLine(show, clock);
    this.#translate = translate;
  }

  /** A setting is wrong: nothing can be kept. */
  refused(error: unknown): void {
    if (!isIotAmqpError(error)) return;
    const { short } = translateError(error, this.#translate);
    this.#line.show({ fill: "red", shape: "ring", text: short });
  }

  /** A call has ended. What was wrong with a message says nothing of the store. */
  ended(failure: unknown, count: DeviceCount): void {
    if (failure !== undefined && !(failure instanceof StoreError)) return;
    const told = failure === undefined ? count.devices : failure.code;
    // Most messages change neither, and looking a text up takes longer than all else here.
    if (told === this.#told) return;
    this.#told = told;
    if (failure === undefined) this.#line.show(countStatus(count, this.#translate));
    else this.refused(failure);
  }

  /** Shows what still waits to be shown, and leaves no timer behind. */
  close(): void {
    this.#line.close();
  }
}
