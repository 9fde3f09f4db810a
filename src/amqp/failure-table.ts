import { codeTable } from "../errors/node-codes";
import type { Reason } from "../errors/reasons";

/** AMQP 1.0 error conditions (part 2.8.14 to 2.8.18, part 3.5) that say more than "closed". */
export const CONDITIONS = codeTable({
  REFUSED: `amqp:unauthorized-access amqp:not-allowed amqp:precondition-failed amqp:resource-locked`,
  GROUP_NOT_FOUND: "amqp:not-found amqp:resource-deleted",
  TOO_MANY_CONNECTIONS: "amqp:resource-limit-exceeded",
  // The peer says that we broke the protocol: no retry within seconds mends that.
  PROTOCOL_VIOLATION: `amqp:connection:framing-error amqp:decode-error amqp:frame-size-too-small amqp:illegal-state
    amqp:invalid-field amqp:not-implemented amqp:link:message-size-exceeded
    amqp:link:transfer-limit-exceeded amqp:session:errant-link amqp:session:handle-in-use
    amqp:session:unattached-handle amqp:session:window-violation`,
});

/** SASL outcome codes (part 5.3.3.6). The user has to correct 1 and 3, but not 2 and 4. */
export const SASL_CODES: ReadonlyMap<
  number,
  { readonly code: "SIGN_IN_REFUSED" | "SIGN_IN_UNAVAILABLE"; readonly reason: Reason }
> = new Map([
  [1, { code: "SIGN_IN_REFUSED", reason: "sasl1" }],
  [2, { code: "SIGN_IN_UNAVAILABLE", reason: "sasl2" }],
  [3, { code: "SIGN_IN_REFUSED", reason: "sasl3" }],
  [4, { code: "SIGN_IN_UNAVAILABLE", reason: "sasl4" }],
]);

/** Node's codes for a peer that hung up; in the TLS handshake a sign that the port has no TLS. */
export const HUNG_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
