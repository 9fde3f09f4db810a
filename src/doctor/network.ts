import { lookup } from "node:dns/promises";
import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { translateError } from "../amqp/translate-error";
import type { LinkRequest } from "../amqp/link";
import type { Failure } from "../amqp/translate-error";
import type { Clock } from "../clock";

/** How long each step on the network may take. */
export const STEP_MS = 10_000;
export const TIMED_OUT: Failure = { at: "deadline", code: "CONNECT_TIMEOUT", afterMs: STEP_MS };

/** What a step on the network works with. */
export interface StepEnvironment {
  readonly clock: Clock;
  /** Ends the step early: what it waits for then rejects. */
  readonly stopping: AbortSignal;
}

/** Calls `stop` when the signal is aborted, at once if it has been. */
export function whenStopped(stopping: AbortSignal, stop: () => void): void {
  if (stopping.aborted) stop();
  else stopping.addEventListener("abort", stop, { once: true });
}

/** All addresses of a host name, in the order in which they are tried. Rejects with NetworkError. */
export async function addressesOf(
  request: LinkRequest,
  { clock, stopping }: StepEnvironment,
): Promise<string[]> {
  const { host } = request;
  if (isIP(host) !== 0) return [host];
  const found = await new Promise<LookupAddress[]>((resolve, reject) => {
    const failed = (failure: Failure) => {
      cancel();
      reject(translateError(failure, request));
    };
    const cancel = clock.after(STEP_MS, () => {
      failed(TIMED_OUT);
    });
    // Node.js cannot call a look-up off.
    whenStopped(stopping, () => {
      failed({ at: "connect", error: stopping.reason });
    });
    lookup(host, { all: true }).then(
      (addresses) => {
        cancel();
        resolve(addresses);
      },
      (error: unknown) => {
        failed({ at: "connect", error });
      },
    );
  });
  return found.map(({ address }) => address);
}

/** Throws TlsError for certificates and keys that Node.js cannot read; it connects nowhere. */
export function checkMaterial(request: LinkRequest): void {
  try {
    createSecureContext(request.tls);
  } catch (error) {
    throw translateError({ at: "tls", error }, request);
  }
}
