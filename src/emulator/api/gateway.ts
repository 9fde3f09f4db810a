import { API_VERSION } from "../../protocol/api-signature";
import { sameSecret } from "../secret";
import { gatewayError } from "./api-error";
import type { Account } from "../../settings/emulator";
import type { SignedCall } from "./signed-call";

/** A request is good for so long after its date, and before it as far as the clocks disagree. */
const VALID_MS = 15 * 60_000;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** The oldest are forgotten beyond this; at 1,600 calls a second that is after a minute. */
const MAX_NONCES = 100_000;

/** Decides who may call, and when. */
export class Gateway {
  readonly #account: Account;
  /** Nonces that were used, each with the time until which it counts; the oldest first. */
  readonly #nonces = new Map<string, number>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Checks time, key, token, signature, nonce and version. Throws ApiError for the first wrong one. */
  check(call: SignedCall, nowMs: number): void {
    const { accessKeyId, signature, stringToSign, version } = call;
    this.#checkTime(call.timestamp, nowMs);
    if (!sameSecret(accessKeyId, this.#account.accessKeyId)) {
      throw gatewayError("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404);
    }
    this.#checkToken(call.securityToken);
    if (!sameSecret(signature, call.sign(this.#account.accessKeySecret))) {
      const message = `Specified signature is not matched with our calculation. server string to sign is:${stringToSign}`;
      throw gatewayError("SignatureDoesNotMatch", message);
    }
    this.#useNonce(call.nonce, nowMs);
    if (version !== API_VERSION) {
      throw gatewayError("InvalidProduct.NotFound", "Cannot find this version of the API.", 404);
    }
  }

  #checkTime(timestamp: string, nowMs: number): void {
    const timeMs = TIMESTAMP.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(timeMs)) {
      throw gatewayError("InvalidTimeStamp.Format", "Specified time stamp is not well formatted.");
    }
    if (Math.abs(nowMs - timeMs) > VALID_MS) {
      throw gatewayError("InvalidTimeStamp.Expired", "Specified time stamp or date is expired.");
    }
  }

  #checkToken(token: string | undefined): void {
    const { securityToken } = this.#account;
    if (token === undefined || (securityToken !== "" && sameSecret(token, securityToken))) return;
    throw gatewayError("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.");
  }

  #useNonce(nonce: string, nowMs: number): void {
    for (const [used, untilMs] of this.#nonces) {
      if (untilMs > nowMs && this.#nonces.size < MAX_NONCES) break;
      this.#nonces.delete(used);
    }
    if (this.#nonces.has(nonce)) {
      throw gatewayError("SignatureNonceUsed", "Specified signature nonce was used already.");
    }
    // The same request could come again until its date is too old.
    this.#nonces.set(nonce, nowMs + 2 * VALID_MS);
  }
}
