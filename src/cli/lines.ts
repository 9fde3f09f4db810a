import { jsonLine } from "./json-line";
import type { ExitCode } from "./io";
import type { Subscription } from "../subscription/subscription";
import type { Outcome } from "../protocol/amqp-message";

/** Where the lines go, and how many. */
export interface LineOutput {
  readonly stdout: NodeJS.WritableStream;
  readonly log: (failure: unknown) => void;
  /** After so many messages it ends. */
  readonly count: number;
  /** Most lines that wait for a reader. */
  readonly maxUnwritten: number;
}

/** Writes and then accepts; resolves after `count` messages or when the reader is gone. */
export function writeLines(subscription: Subscription, output: LineOutput): Promise<ExitCode> {
  const { stdout, log, maxUnwritten } = output;
  let left = output.count;
  let unwritten = 0;
  const settle = (token: string, outcome: Outcome) => {
    try {
      subscription.settle(token, outcome);
    } catch (failure) {
      // The link was lost meanwhile, or the reader is slower than the ack timeout: it comes again.
      log(failure);
    }
  };
  return new Promise((resolve) => {
    // `listen | head` closes the pipe: the rest stays with the platform, and that is no failure.
    stdout.on("error", () => {
      resolve(0);
    });
    subscription.on("delivered", ({ token, message, error }) => {
      if (error !== undefined) log(error);
      if (token === undefined) return;
      if (left === 0) {
        settle(token, "released");
        return;
      }
      // Lines of expired messages wait on, and credit for them is granted anew. Left unsettled until
      // the ack timeout, this one holds its credit back; released now, it would only make room.
      if (unwritten >= maxUnwritten) return;
      left -= 1;
      unwritten += 1;
      const last = left === 0;
      stdout.write(jsonLine(message), (failure) => {
        unwritten -= 1;
        settle(token, failure == null ? "accepted" : "released");
        if (last) resolve(0);
      });
    });
    subscription.on("undecodable", log);
  });
}
