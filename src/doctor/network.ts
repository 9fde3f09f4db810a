import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { translateError } from "../amqp/translate-error";
import type { LinkRequest } from "../amqp/link";
import type { Failure } from "../amqp/translate-error";
import type { Clock } from "../clock";

/** How long each step on the network may take. */
export const STEP_MS = 10_000;
export const TIMED_OUT: Failure = { at: "deadline", code: "CONNECT_TIMEOUT", afterMs: STEP_MS };

/** All addresses of a host name, in the order in which they are tried. Throws NetworkError. */
export async function addressesOf(request: LinkRequest, clock: Clock): Promise<string[]> {
  const { host } = request;
  if (isIP(host) !== 0) return [host];
  const found = lookup(host, { all: true }).then(
    (addresses) => addresses.map(({ address }) => address),
    (error: unknown) => {
      throw translateError({ at: "connect", error }, request);
    },
  );
  return await inTime(found, request, clock);
}

/** Rejects with CONNECT_TIMEOUT where an answer takes too long. */
function inTime<T>(answer: Promise<T>, request: LinkRequest, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(STEP_MS, () => {
      reject(translateError(TIMED_OUT, request));
    });
    answer.then(resolve, reject).finally(cancel);
  });
}

/** Throws TlsError for certificates and keys that Node.js cannot read; it connects nowhere. */
export function checkMaterial(request: LinkRequest): void {
  try {
    createSecureContext(request.tls);
  } catch (error) {
    throw translateError({ at: "tls", error }, request);
  }
}
