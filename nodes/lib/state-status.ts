import { isIotAmqpError, StoreError } from "../../src/index";
import { StatusLine } from "./status-line";
import { translateError } from "./texts";
import type { Clock } from "../../src/index";
import type { NodeStatus } from "node-red";
import type { Translate } from "./texts";

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

  /** A call has ended: with the store's failure, or another one's, which says nothing of the store. */
  ended(failure: unknown, count: DeviceCount): void {
    if (failure instanceof StoreError) this.refused(failure);
    else if (failure === undefined) this.#line.show(countStatus(count, this.#translate));
  }

  /** Shows what still waits to be shown, and leaves no timer behind. */
  close(): void {
    this.#line.close();
  }
}
