// What a server says that does nothing wrong, from the sign-in to its messages.
import { AMQP_HEADER, binary, CODE, described, encode, no, nothing } from "./frames";
import { SASL_HEADER, symbol, text, ubyte, uint, yes } from "./frames";
import type { Performative } from "./frames";

/** What a server may choose in its begin and attach. */
export interface Numbers {
  /** On which the peer's own frames go. */
  readonly channel: number;
  /** What the peer calls the link. */
  readonly handle: number;
  /** Of the begin: the number of the first transfer frame. */
  readonly nextOutgoingId: number;
  /** Of the attach. */
  readonly initialDeliveryCount: number;
}

export const NUMBERS: Numbers = {
  channel: 0,
  handle: 0,
  nextOutgoingId: 0,
  initialDeliveryCount: 0,
};

const MAX_FRAME_BYTES = 65_536;
/** Most frames in a session that wait, in both directions. */
const WINDOW = uint(1_000);
export const CHANNEL_0 = Buffer.from([0x60, 0, 0]);

const sasl = (code: number, fields: readonly Buffer[]): Performative => {
  return { layer: "sasl", code, fields };
};

/** A frame of the AMQP layer. */
export function amqp(code: number, fields: readonly Buffer[] = [], payload?: Buffer): Performative {
  return { layer: "amqp", code, fields, ...(payload === undefined ? {} : { payload }) };
}

export const mechanisms = (name = "PLAIN") => sasl(CODE.mechanisms, [symbol(name)]);
export const saslOutcome = (code = 0) => sasl(CODE.outcome, [ubyte(code)]);

/** `idleTimeout` is an encoded number of ms; without it the server asks for no heartbeats. */
export function open(idleTimeout = nothing): Performative {
  return amqp(CODE.open, [text("peer"), nothing, uint(MAX_FRAME_BYTES), nothing, idleTimeout]);
}

/** The answer to the client's begin on a channel, which is encoded. */
export function begin(remoteChannel = CHANNEL_0, { nextOutgoingId } = NUMBERS): Performative {
  return amqp(CODE.begin, [remoteChannel, uint(nextOutgoingId), WINDOW, WINDOW]);
}

/** The answer to the client's attach of its receiver. */
export function attach(name: string, { handle, initialDeliveryCount } = NUMBERS): Performative {
  const [unsettledAndSettled, first] = [ubyte(2), ubyte(0)];
  const [source, target] = [described(0x28, [text("queue")]), described(0x29)];
  return amqp(CODE.attach, [
    ...[text(name), uint(handle), no, unsettledAndSettled, first, source, target],
    ...[nothing, nothing, uint(initialDeliveryCount)],
  ]);
}

/** One frame of a delivery. */
export function transfer(
  id: number,
  payload: Buffer,
  { more = false, aborted = false }: { more?: boolean; aborted?: boolean } = {},
): Performative {
  const tag = binary(Buffer.from([id % 256]));
  const fields = [uint(0), uint(id), tag, uint(0), no, more ? yes : no];
  const lastFields = aborted ? [nothing, nothing, no, yes] : [];
  return amqp(CODE.transfer, [...fields, ...lastFields], payload);
}

/** The answers to the client's two protocol headers. */
export const greeting = (mechanism?: string) =>
  Buffer.concat([SASL_HEADER, encode(mechanisms(mechanism))]);
export const opening = (idleTimeout?: Buffer) =>
  Buffer.concat([AMQP_HEADER, encode(open(idleTimeout))]);
