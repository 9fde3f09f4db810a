import type { Cancel, Clock } from "../../clock";
import type { Wire } from "./client-socket";

/** Silence is noticed after so many times the idle time-out that we announced. */
const SILENCE_FACTOR = 1.5;

export interface SilenceWatchEnvironment {
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  readonly onSilent: (limitMs: number) => void;
}

/**
 * Tells once when a wire has told of nothing for one and a half idle time-outs. rhea's own watch
 * stops while a frame is half received.
 */
export class SilenceWatch {
  readonly #wire: Wire;
  readonly #environment: SilenceWatchEnvironment;
  #lastMs = 0;
  #cancel: Cancel | undefined;
  readonly #received = () => {
    this.#lastMs = this.#environment.clock.monotonicMs();
  };

  constructor(wire: Wire, environment: SilenceWatchEnvironment) {
    this.#wire = wire;
    this.#environment = environment;
  }

  start(): void {
    this.#received();
    this.#wire.on("data", this.#received);
    this.#check();
  }

  stop(): void {
    this.#cancel?.();
    this.#wire.off("data", this.#received);
  }

  #check(): void {
    const { clock, idleTimeoutMs, onSilent } = this.#environment;
    const limitMs = idleTimeoutMs * SILENCE_FACTOR;
    const restMs = this.#lastMs + limitMs - clock.monotonicMs();
    if (restMs > 0) {
      this.#cancel = clock.after(restMs, () => {
        this.#check();
      });
    } else onSilent(limitMs);
  }
}
