import { shuffled } from "../random";
import { fault } from "./fault";
import { count, seconds } from "./parameter";

/** Fewer transfers than asked for are held back no longer than this. */
const REORDER_MS = 2_000;

export const REORDER = fault({
  description: "holds the next transfers back and sends them in random order",
  parameters: { count: count(10) },
  start(stage, { count }) {
    const held: (() => void)[] = [];
    let cancel: (() => void) | undefined;
    const sendAll = () => {
      cancel?.();
      for (const send of shuffled(held, stage.random)) send();
    };
    const over = stage.stand({
      left: () => count - held.length,
      calm: sendAll,
      onTransfer({ send }) {
        held.push(send);
        const end = () => {
          over();
          sendAll();
        };
        cancel ??= stage.clock.after(REORDER_MS, end);
        if (held.length === count) end();
        return "taken";
      },
    });
    return { reordering: count };
  },
});

export const DELAY = fault({
  description: "sends the next transfers so much later",
  parameters: { seconds: seconds(1), count: count(1) },
  start(stage, { count, seconds }) {
    let left = count;
    /** What to do for each transfer to be sent now and not later. */
    const held = new Set<() => void>();
    const over = stage.stand({
      left: () => left + held.size,
      calm: () => {
        for (const sendNow of held) sendNow();
      },
      onTransfer({ send }) {
        if (left === 0) return undefined;
        left -= 1;
        const sendNow = () => {
          cancel();
          held.delete(sendNow);
          send();
          if (left + held.size === 0) over();
        };
        const cancel = stage.clock.after(seconds * 1_000, sendNow);
        held.add(sendNow);
        return "taken";
      },
    });
    return { delaying: count };
  },
});
