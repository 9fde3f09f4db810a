import type { Cancel, Clock } from "../clock";
import type { Wire } from "./wire";

/** Silence is noticed after so many times the idle time-out that we announced. */
const SILENCE_FACTOR = 1.5;

/**
 * Calls `onSilent` once when a wire has told nothing for one and a half idle time-outs; the returned function ends
 * the watch. rhea's own watch stops while a frame is half received.
 */
export function watchSilence(
  wire: Wire,
  idleTimeoutMs: number,
  { clock, onSilent }: { readonly clock: Clock; readonly onSilent: (limitMs: number) => void },
): Cancel {
  const limitMs = idleTimeoutMs * SILENCE_FACTOR;
  let lastMs = clock.monotonicMs();
  let cancelTimer: Cancel;
  const received = () => {
    lastMs = clock.monotonicMs();
  };
  const check = () => {
    const restMs = lastMs + limitMs - clock.monotonicMs();
    if (restMs > 0) cancelTimer = clock.after(restMs, check);
    else onSilent(limitMs);
  };
  wire.on("data", received);
  cancelTimer = clock.after(limitMs, check);
  return () => {
    cancelTimer();
    wire.off("data", received);
  };
}
