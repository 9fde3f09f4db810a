import {
  AMQP_HEADER,
  amqpError,
  CODE,
  dataSection,
  described,
  EMPTY_FRAME,
  encode,
  map,
  no,
  nothing,
  SASL_HEADER,
  text,
  uint,
  yes,
} from "../support/peer/frames";
import { HEADER } from "../support/peer/read-frames";
import * as replies from "../support/peer/replies";
import type { Performative } from "../support/peer/frames";
import type { Random } from "../support/random";

/** What a server says, in order; each stage answers something of the client's. */
export const STAGES = ["greeting", "outcome", "open", "attach", "messages", "end"] as const;
export type Stage = (typeof STAGES)[number];

/** Frames of the client that a stage waits for. */
export const AWAITED: Readonly<Record<Stage, readonly number[]>> = {
  greeting: [HEADER],
  outcome: [CODE.init],
  open: [HEADER, CODE.open],
  attach: [CODE.begin, CODE.attach],
  messages: [CODE.flow],
  end: [],
};

/** Bytes that belong together, for as long as nobody mutates them. */
export interface Piece {
  readonly name: string;
  readonly bytes: Buffer;
  /** Undefined: a protocol header, an empty frame, or bytes that are no frame any more. */
  readonly performative?: Performative;
}

export function pieceOf(performative: Performative): Piece {
  const { code } = performative;
  const name =
    Object.entries(CODE).find(([, each]) => each === code)?.[0] ?? `0x${code.toString(16)}`;
  return { name, bytes: encode(performative), performative };
}

export const amqp = (code: number, fields: readonly Buffer[] = [], payload?: Buffer): Piece =>
  pieceOf(replies.amqp(code, fields, payload));

const LONG = Buffer.from("8100000199a1b2c3d4", "hex");
const CONDITIONS = [
  "amqp:connection:forced",
  "amqp:resource-limit-exceeded",
  "amqp:unauthorized-access",
  "amqp:link:detach-forced",
  "aliyun:whatever",
];

export const SECRET = "hush-hush";
/** Some servers repeat what they were signed in with. */
const LEAK = `not for securityToken=${SECRET}`;

/** A message as the platform sends it. */
function messageOf(messageId: string, payload: string): Buffer {
  const properties = map(
    ...[text("topic"), text("/k1/d1/user/update")],
    ...[text("messageId"), text(messageId)],
    ...[text("generateTime"), LONG],
  );
  const content = dataSection(Buffer.from(payload));
  return Buffer.concat([Buffer.from([0, 0x53, 0x74]), properties, content]);
}

/** One frame of a delivery. */
export function transfer(id: number, payload: Buffer, more = false): Piece {
  return pieceOf(replies.transfer(id, payload, { more }));
}

export function flow(fields: readonly Buffer[] = []): Piece {
  return amqp(CODE.flow, [uint(0), uint(1_000), uint(0), uint(1_000), ...fields]);
}

/** What is known of the client when a stage is due. */
interface Client {
  /** The name of its link. */
  readonly linkName: string;
  /** Tells its messages from those of other sessions. */
  readonly session: number;
}

/** What a good server says at a stage. */
export function piecesOf(stage: Stage, client: Client, random: Random): Piece[] {
  switch (stage) {
    case "greeting":
      return [{ name: "SASL header", bytes: SASL_HEADER }, pieceOf(replies.mechanisms())];
    case "outcome":
      return [pieceOf(replies.saslOutcome())];
    case "open": {
      const idleTimeout = random.pick([nothing, uint(30_000), uint(240_000)]);
      return [{ name: "AMQP header", bytes: AMQP_HEADER }, pieceOf(replies.open(idleTimeout))];
    }
    case "attach":
      return [replies.begin(), replies.attach(client.linkName)].map(pieceOf);
    case "messages":
      return messages(client, random);
    case "end":
      return end(random);
  }
}

/** Up to four deliveries, one of them over several frames, with other frames between them. */
function messages({ session }: Client, random: Random): Piece[] {
  const pieces: Piece[] = [];
  const count = random.integer(1, 4);
  for (let id = 0; id < count; id += 1) {
    const payload = random.pick(["{}", '{"t":21}', "not JSON", "x".repeat(30_000)]);
    const whole = messageOf(`${session}-${id}`, payload);
    const at = random.chance(0.3) ? random.integer(0, whole.length) : whole.length;
    if (at < whole.length) pieces.push(transfer(id, whole.subarray(0, at), true));
    pieces.push(transfer(id, whole.subarray(at === whole.length ? 0 : at)));
    if (random.chance(0.2)) pieces.push({ name: "empty", bytes: EMPTY_FRAME });
    if (random.chance(0.2)) pieces.push(flow());
    if (random.chance(0.1)) {
      const accepted = described(CODE.accepted);
      pieces.push(amqp(CODE.disposition, [no, uint(0), uint(id), yes, accepted]));
    }
  }
  return pieces;
}

/** The IDs of the messages among them, in the order of their delivery IDs. */
export function messageIdsOf(pieces: readonly Piece[], { session }: Client): string[] {
  const ids = pieces
    .filter(({ performative }) => performative?.code === CODE.transfer)
    .map(({ performative }) => performative?.fields[1]?.readUInt32BE(1));
  return [...new Set(ids)].map((id) => `${session}-${id ?? ""}`);
}

/** Most servers stay; some take their leave, with a reason or without. */
function end(random: Random): Piece[] {
  const error = random.chance(0.5) ? amqpError(random.pick(CONDITIONS), LEAK) : nothing;
  switch (random.integer(0, 9)) {
    case 0:
      return [amqp(CODE.detach, [uint(0), yes, error])];
    case 1:
      return [amqp(CODE.end, [error])];
    case 2:
      return [amqp(CODE.close, [error])];
    default:
      return [];
  }
}
