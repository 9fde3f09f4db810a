import { readMaterial } from "../amqp/socket";
import { translateError } from "../amqp/translate-error";
import type { LinkRequest } from "../amqp/link";
import type { Failure } from "../amqp/translate-error";
import type { DialEnvironment } from "../network/dial";

/** How long each step on the network may take. */
export const STEP_MS = 10_000;
export const NO_NAME_SERVER: Failure = { at: "look-up", afterMs: STEP_MS };
export const TIMED_OUT: Failure = { at: "deadline", code: "CONNECT_TIMEOUT", afterMs: STEP_MS };

/** What a step on the network works with. */
export interface StepEnvironment extends DialEnvironment {
  /** Ends the step early: what it waits for then rejects. */
  readonly stopping: AbortSignal;
}

/** Calls `stop` when the signal is aborted, at once if it has been. */
export function whenStopped(stopping: AbortSignal, stop: () => void): void {
  if (stopping.aborted) stop();
  else stopping.addEventListener("abort", stop, { once: true });
}

/** All addresses of a host name, best first. Rejects with NetworkError. */
export function addressesOf(
  request: LinkRequest,
  { clock, names, stopping }: StepEnvironment,
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const failed = (failure: Failure) => {
      cancel();
      reject(translateError(failure, request));
    };
    const cancel = clock.after(STEP_MS, () => {
      failed(NO_NAME_SERVER);
    });
    // A look-up cannot be called off.
    whenStopped(stopping, () => {
      failed({ at: "connect", error: stopping.reason });
    });
    names.addresses(request.host).then(
      (addresses) => {
        cancel();
        resolve(addresses);
      },
      (error: unknown) => {
        failed({ at: "connect", error });
      },
    );
  });
}

/** Throws TlsError for certificates and keys that Node.js cannot read; it connects nowhere. */
export function checkMaterial(request: LinkRequest): void {
  try {
    readMaterial(request.tls ?? {});
  } catch (error) {
    throw translateError({ at: "tls", error }, request);
  }
}
