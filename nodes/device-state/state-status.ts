import { StatusLine } from "../shared/status-line";
import { translateError } from "../shared/translation";
import { StoreError } from "../../src/errors/error";
import type { NodeStatus } from "node-red";
import type { StatusNode } from "../shared/status-line";
import type { Translate } from "../shared/translation";
import type { Clock } from "../../src/clock";

/** How many devices are known, and how many may be. */
export interface DeviceCount {
  /** Undefined as long as the store has not been read. */
  readonly devices: number | undefined;
  readonly maxDevices: number;
}

/** The status while all is well. */
export function countStatus(
  { devices, maxDevices }: DeviceCount,
  translate: Translate,
): NodeStatus {
  if (devices === undefined) return {};
  const isFull = devices >= maxDevices;
  const key = `status.${devices === 1 ? "one" : "several"}${isFull ? "Full" : ""}`;
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
  #shown: number | string | undefined;

  constructor(node: StatusNode, translate: Translate, clock: Clock) {
    this.#line = new StatusLine(node, clock);
    this.#translate = translate;
  }

  /** Shows how a call ended. What was wrong with a message says nothing of the store. */
  showCall(failure: unknown, count: DeviceCount): void {
    if (failure !== undefined && !(failure instanceof StoreError)) return;
    const shown = failure === undefined ? count.devices : failure.code;
    // Most messages change neither, and looking a text up takes longer than all else here.
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (failure === undefined) {
      this.#line.show(countStatus(count, this.#translate));
    } else {
      const { short } = translateError(failure, this.#translate);
      this.#line.show({ fill: "red", shape: "ring", text: short });
    }
  }

  /** Shows the last status if it still waits, and leaves no timer behind. */
  close(): void {
    this.#line.close();
  }
}
