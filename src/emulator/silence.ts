import type { Socket } from "node:net";
import type { Cancel, Clock } from "../clock";

/**
 * Calls `onSilent` once when a socket has received nothing for `limitMs`; the returned function ends
 * the watch. rhea's own watch stops while a frame is half received.
 */
export function watchSilence(
  socket: Socket,
  limitMs: number,
  { clock, onSilent }: { readonly clock: Clock; readonly onSilent: () => void },
): Cancel {
  let lastMs = clock.monotonicMs();
  let cancelTimer: Cancel;
  const received = () => {
    lastMs = clock.monotonicMs();
  };
  const check = () => {
    const restMs = lastMs + limitMs - clock.monotonicMs();
    if (restMs > 0) cancelTimer = clock.after(restMs, check);
    else onSilent();
  };
  socket.on("data", received);
  cancelTimer = clock.after(limitMs, check);
  return () => {
    cancelTimer();
    socket.off("data", received);
  };
}
