import { CODE, described, frame, no, nothing, symbol, uint, yes } from "./frames";

/** How a transfer is encoded: a sender may choose each of these (AMQP 1.0 part 1.6 and 2.3). */
export interface Encoding {
  readonly descriptor: "smallulong" | "ulong" | "sym8" | "sym32";
  readonly list: "list8" | "list32";
  /** `short`: uint0 and smalluint where the value allows it. */
  readonly uint: "short" | "long";
  readonly boolean: "short" | "long";
  /** Words of four bytes between the frame's head and its body, to be passed over. */
  readonly extendedHeaderWords: number;
}

/** One frame of a delivery. */
interface TransferFrame {
  readonly channel: number;
  readonly handle: number;
  /** May be missing in all frames of a delivery but the first. */
  readonly deliveryId: number | undefined;
  readonly settled: boolean | undefined;
  readonly more: boolean;
  readonly aborted: boolean;
  readonly payload: Buffer;
}

const HEAD_BYTES = 8;
const WORD_BYTES = 4;
const NAME = Buffer.from("amqp:transfer:list");

const DESCRIPTORS: Readonly<Record<Encoding["descriptor"], Buffer>> = {
  smallulong: Buffer.from([0x53, CODE.transfer]),
  ulong: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, CODE.transfer]),
  sym8: Buffer.concat([Buffer.from([0xa3, NAME.length]), NAME]),
  sym32: symbol(NAME.toString()),
};

function shortUint(value: number): Buffer {
  if (value === 0) return Buffer.from([0x43]);
  return value < 256 ? Buffer.from([0x52, value]) : uint(value);
}

function fieldsOf(transfer: TransferFrame, encoding: Encoding | undefined): readonly Buffer[] {
  const uintOf = encoding?.uint === "short" ? shortUint : uint;
  const longFlag = (value: boolean) => Buffer.from([0x56, value ? 1 : 0]);
  const shortFlag = (value: boolean) => (value ? yes : no);
  const flagOf = encoding?.boolean === "long" ? longFlag : shortFlag;
  const { handle, deliveryId, settled, more, aborted } = transfer;
  const head =
    deliveryId === undefined
      ? [nothing, nothing, nothing]
      : [uintOf(deliveryId), Buffer.from([0xa0, 1, deliveryId % 256]), uintOf(0)];
  return [
    uintOf(handle),
    ...head,
    settled === undefined ? nothing : flagOf(settled),
    flagOf(more),
    nothing,
    nothing,
    nothing,
    // The last field may be left out where it says nothing.
    ...(aborted ? [flagOf(true)] : []),
  ];
}

function performative(fields: readonly Buffer[], encoding: Encoding | undefined): Buffer {
  if (encoding === undefined) return described(CODE.transfer, fields);
  const items = Buffer.concat(fields);
  const list = Buffer.alloc(encoding.list === "list8" ? 3 : 9);
  if (encoding.list === "list8") {
    list.set([0xc0, items.length + 1, fields.length]);
  } else {
    list.writeUInt8(0xd0);
    list.writeUInt32BE(items.length + 4, 1);
    list.writeUInt32BE(fields.length, 5);
  }
  return Buffer.concat([Buffer.from([0]), DESCRIPTORS[encoding.descriptor], list, items]);
}

/** The bytes of a transfer frame. */
export function transferFrame(transfer: TransferFrame, encoding?: Encoding): Buffer {
  const words = encoding?.extendedHeaderWords ?? 0;
  const extendedHeader = Buffer.alloc(words * WORD_BYTES, 0xff);
  const body = performative(fieldsOf(transfer, encoding), encoding);
  const whole = frame(Buffer.concat([extendedHeader, body, transfer.payload]));
  whole.writeUInt8(HEAD_BYTES / WORD_BYTES + words, 4);
  whole.writeUInt16BE(transfer.channel, 6);
  return whole;
}
