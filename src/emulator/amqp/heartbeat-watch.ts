import type { Cancel, Clock } from "../../clock";
import type { ClientSocket } from "./client-socket";

/** A client is silent after this many times the idle time-out that we announced. A guess. */
const SILENCE_FACTOR = 1.5;

/**
 * Calls back once when nothing has come from a client for one and a half idle time-outs. rhea's own
 * watch stops while a frame is half received.
 */
export class HeartbeatWatch {
  readonly #socket: ClientSocket;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilent: (limitMs: number) => void;
  #lastMs = 0;
  #cancel: Cancel | undefined;
  readonly #received = () => {
    this.#lastMs = this.#clock.monotonicMs();
  };

  constructor(
    socket: ClientSocket,
    { clock, idleTimeoutMs }: { readonly clock: Clock; readonly idleTimeoutMs: number },
    onSilent: (limitMs: number) => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#limitMs = idleTimeoutMs * SILENCE_FACTOR;
    this.#onSilent = onSilent;
  }

  start(): void {
    this.#received();
    this.#socket.on("data", this.#received);
    this.#check();
  }

  stop(): void {
    this.#cancel?.();
    this.#socket.off("data", this.#received);
  }

  #check(): void {
    const leftMs = this.#lastMs + this.#limitMs - this.#clock.monotonicMs();
    if (leftMs > 0) {
      this.#cancel = this.#clock.after(leftMs, () => {
        this.#check();
      });
    } else this.#onSilent(this.#limitMs);
  }
}
