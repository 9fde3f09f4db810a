import type { Socket } from "node:net";
import type { Connection } from "rhea";
import type { Failure } from "./translate-error";

// A part of rhea 3.0.5 that its typings do not give; test/amqp/rhea-link.test.ts covers it.
declare module "rhea/typings/connection" {
  interface Connection {
    /** Whole size of the frame of which a part has arrived. */
    readonly frame_size: number | undefined;
  }
}

/** What frames may be, and whom to tell of others. */
export interface FrameRules {
  readonly maxFrameBytes: number;
  readonly failed: (failure: Failure) => void;
}

/** rhea announces a max-frame-size and then gathers whatever size a peer names, up to 4 GiB. */
export function guardFrames(
  connection: Connection,
  socket: Socket,
  { maxFrameBytes: limit, failed }: FrameRules,
): void {
  // To be called after `connect`, so that rhea's own listener has read the size before.
  socket.on("data", () => {
    const size = connection.frame_size;
    if (size !== undefined && size > limit) failed({ at: "size", of: "frame", size, limit });
  });
}
