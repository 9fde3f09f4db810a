/** Why a peer must not send what it has sent, by the name of a text. */
export type ForbiddenReason = "saslChallenge" | "noCredit" | "unaskedLink" | "unaskedSession";

/** Bytes that are not what AMQP 1.0 says; the message says where, in English only. */
export class Malformed extends Error {}

/** A frame or a delivery is larger than was agreed; both in bytes. */
export class TooLarge extends Error {
  readonly of: "frame" | "delivery";
  readonly size: number;
  readonly limit: number;

  constructor(of: "frame" | "delivery", size: number, limit: number) {
    super(`${of} of ${size} bytes`);
    this.of = of;
    this.size = size;
    this.limit = limit;
  }
}

/** What can be read but must not come. */
export class Forbidden extends Error {
  readonly reason: ForbiddenReason;

  constructor(reason: ForbiddenReason) {
    super(reason);
    this.reason = reason;
  }
}
