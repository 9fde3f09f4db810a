import { fault } from "./fault";
import { CONNECTION_CHOICE, optionalSeconds } from "./parameter";
import type { OpenConnection } from "../amqp/behaviour";
import type { FaultContext } from "./fault";

/**
 * A heartbeat with an extended header, which is there to be ignored (AMQP 1.0 part 2.3.1): a frame
 * that means nothing, and is long enough to be cut in two.
 */
const FRAME = Buffer.concat([Buffer.from([0, 0, 0, 64, 16, 0, 0, 0]), Buffer.alloc(56)]);
const HALF_BYTES = 23;
const GARBAGE_BYTES = 64;

/** Silences connections for some seconds, or until they end. */
function silence(
  context: FaultContext,
  connections: readonly OpenConnection[],
  seconds?: number,
): void {
  if (connections.length === 0) return;
  const silent = new Map<OpenConnection, () => void>();
  const resumeAll = () => {
    for (const resume of [...silent.values()]) resume();
  };
  const cancel =
    seconds === undefined ? () => undefined : context.clock.after(seconds * 1_000, resumeAll);
  const remove = context.putInForce({ left: () => silent.size, end: resumeAll });
  for (const connection of connections) {
    const resume = connection.silence(() => {
      silent.delete(connection);
      if (silent.size > 0) return;
      cancel();
      remove();
    });
    silent.set(connection, resume);
  }
}

/** Faults of the bytes between two peers. */
export const STREAM_FAULTS = {
  silent: fault({
    description: "sends nothing and reads nothing, while TCP stays up",
    parameters: { seconds: optionalSeconds("until the client gives up"), ...CONNECTION_CHOICE },
    start(context, values) {
      const chosen = context.pick(values);
      silence(context, chosen, values.seconds);
      return { silent: chosen.length };
    },
  }),
  "half-frame": fault({
    description: "sends the first part of a frame and then is silent, while TCP stays up",
    parameters: CONNECTION_CHOICE,
    start(context, values) {
      const chosen = context.pick(values);
      for (const connection of chosen) connection.write(FRAME.subarray(0, HALF_BYTES));
      silence(context, chosen);
      // Held back until the fault ends: without the second part, all that follows would be garbage.
      for (const connection of chosen) connection.write(FRAME.subarray(HALF_BYTES));
      return { silent: chosen.length };
    },
  }),
  garbage: fault({
    description: `writes ${GARBAGE_BYTES} random bytes between two frames`,
    parameters: CONNECTION_CHOICE,
    start(context, values) {
      const chosen = context.pick(values);
      for (const connection of chosen) {
        const bytes = Array.from({ length: GARBAGE_BYTES }, () =>
          Math.floor(context.random() * 256),
        );
        connection.write(Buffer.from(bytes));
      }
      return { garbled: chosen.length };
    },
  }),
};
