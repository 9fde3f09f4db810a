import { CODE, dataSection, frame, map } from "../../test/support/peer/frames";

/** A property report as the platform sends them. */
const BODY_BYTES = 354;
const DEVICES = 50;
/** A message ID has 19 digits: these, and those that differ. */
const ID_START = "1790000000";
const ID_END = "000000000";
const GENERATED_MS = 1_715_000_130_190;

/** Where the four bytes of the delivery ID are in a frame, and again as delivery tag. */
const DELIVERY_ID_AT = 16;
const DELIVERY_TAG_AT = 22;
/** Handle 0, delivery ID, delivery tag, format 0, not settled, no more frames. */
const TRANSFER = Buffer.concat([
  Buffer.from([0, 0x53, CODE.transfer, 0xc0, 16, 6, 0x43, 0x70, 0, 0, 0, 0]),
  Buffer.from([0xa0, 4, 0, 0, 0, 0, 0x43, 0x42, 0x42]),
]);

function shortText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([0xa1, bytes.length]), bytes]);
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(0x81);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
}

function body(deviceName: string): string {
  const time = GENERATED_MS - 70;
  const report = (iotId: string) =>
    JSON.stringify({
      deviceType: "Meter",
      iotId,
      requestId: "1790000000123",
      checkFailedData: {},
      productKey: "k1demoPk01",
      gmtCreate: GENERATED_MS,
      deviceName,
      items: {
        temperature: { value: 23.5, time },
        humidity: { value: 55.1, time },
        power: { value: 1_204, time },
      },
    });
  return report("".padEnd(BODY_BYTES - report("").length, "0aZ"));
}

function frameOf(deviceName: string): Buffer {
  const properties = map(
    ...[shortText("topic"), shortText(`/k1demoPk01/${deviceName}/thing/event/property/post`)],
    ...[shortText("messageId"), shortText(ID_START + ID_END)],
    ...[shortText("qos"), Buffer.from([0x54, 1])],
    ...[shortText("generateTime"), long(GENERATED_MS)],
  );
  const applicationProperties = Buffer.concat([Buffer.from([0, 0x53, 0x74]), properties]);
  const data = dataSection(Buffer.from(body(deviceName)));
  return frame(Buffer.concat([TRANSFER, applicationProperties, data]));
}

/** Frames of one size, one for each device. */
const FRAMES = Array.from({ length: DEVICES }, (_, index) =>
  frameOf(`meter-${String(index).padStart(2, "0")}`),
);
const [FIRST = Buffer.alloc(0)] = FRAMES;
const ID_END_AT = FIRST.indexOf(ID_START + ID_END) + ID_START.length;
const GENERATE_TIME_AT = FIRST.indexOf(long(GENERATED_MS)) + 1;

export const FRAME_BYTES = FIRST.length;

/** The messages of a feed, no two with the same ID. */
export class Messages {
  #count = 0;

  /** As many frames, for a link that has had `sent` before. */
  take(count: number, sent: number): Buffer {
    const bytes = Buffer.allocUnsafe(count * FRAME_BYTES);
    for (let index = 0; index < count; index += 1) {
      this.#write(bytes, index * FRAME_BYTES, sent + index);
    }
    return bytes;
  }

  #write(bytes: Buffer, start: number, deliveryId: number): void {
    (FRAMES[this.#count % DEVICES] ?? FIRST).copy(bytes, start);
    bytes.writeUInt32BE(deliveryId, start + DELIVERY_ID_AT);
    bytes.writeUInt32BE(deliveryId, start + DELIVERY_TAG_AT);
    this.#count += 1;
    let digits = this.#count;
    for (let at = start + ID_END_AT + ID_END.length - 1; digits > 0; at -= 1) {
      bytes[at] = 0x30 + (digits % 10);
      digits = Math.floor(digits / 10);
    }
  }
}

/** Puts a time in µs where the only frame of `bytes` has the time of generation. */
export function stamp(bytes: Buffer, timeUs: number): void {
  bytes.writeUInt32BE(Math.floor(timeUs / 2 ** 32), GENERATE_TIME_AT);
  bytes.writeUInt32BE(timeUs % 2 ** 32, GENERATE_TIME_AT + 4);
}
