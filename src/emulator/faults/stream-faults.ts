import { CHOICE } from "./choice";
import { fault } from "./fault";
import { optionalSeconds } from "./parameter";
import type { OpenConnection } from "../amqp/behaviour";
import type { Stage } from "./fault";

/**
 * A heartbeat with an extended header, which is there to be ignored (AMQP 1.0 part 2.3.1): a frame
 * that means nothing, and is long enough to be cut in two.
 */
const FRAME = Buffer.concat([Buffer.from([0, 0, 0, 64, 16, 0, 0, 0]), Buffer.alloc(56)]);
const HALF_BYTES = 23;
const GARBAGE_BYTES = 64;

/** Silences connections for so long, or until they go. */
function silence(stage: Stage, connections: readonly OpenConnection[], seconds?: number): void {
  if (connections.length === 0) return;
  const silent = new Map<OpenConnection, () => void>();
  const resume = () => {
    for (const resumeOne of [...silent.values()]) resumeOne();
  };
  const cancel =
    seconds === undefined ? () => undefined : stage.clock.after(seconds * 1_000, resume);
  const over = stage.stand({ left: () => silent.size, calm: resume });
  for (const connection of connections) {
    const gone = () => {
      silent.delete(connection);
      if (silent.size > 0) return;
      cancel();
      over();
    };
    silent.set(connection, connection.silence(gone));
  }
}

export const SILENT = fault({
  description: "sends nothing and reads nothing, while TCP stays up",
  parameters: { seconds: optionalSeconds("until the client gives up"), ...CHOICE },
  start(stage, values) {
    const chosen = stage.pick(values);
    silence(stage, chosen, values.seconds);
    return { silent: chosen.length };
  },
});

export const HALF_FRAME = fault({
  description: "sends the first part of a frame and then is silent, while TCP stays up",
  parameters: CHOICE,
  start(stage, values) {
    const chosen = stage.pick(values);
    for (const connection of chosen) connection.write(FRAME.subarray(0, HALF_BYTES));
    silence(stage, chosen);
    // The first that is held back: without it, all that goes on after a calm would be garbage.
    for (const connection of chosen) connection.write(FRAME.subarray(HALF_BYTES));
    return { silent: chosen.length };
  },
});

export const GARBAGE = fault({
  description: `writes ${GARBAGE_BYTES} random bytes between two frames`,
  parameters: CHOICE,
  start(stage, values) {
    const chosen = stage.pick(values);
    for (const connection of chosen) {
      const bytes = Array.from({ length: GARBAGE_BYTES }, () => Math.floor(stage.random() * 256));
      connection.write(Buffer.from(bytes));
    }
    return { garbled: chosen.length };
  },
});
