/** Bytes in hex, blanks allowed. */
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Every sort of message that cannot be decoded, made of one that can. */
export const MALFORMED_SORTS: Readonly<Record<string, (encoded: Buffer) => Buffer>> = {
  // In the last section, whose size then tells of more than there is.
  cutOff: (encoded) => encoded.subarray(0, -1),
  // 0x3f is the constructor of no type (AMQP 1.0 part 1.2).
  unknownType: () => hex("00 53 77 3f"),
  // 50 million times null, in an array of 10 bytes.
  zeroWidthArray: () => hex("00 53 77 f0 00000005 02faf080 40"),
  sizeBeyondEnd: () => hex("00 53 75 b0 7fffffff 00"),
  countBeyondEnd: () => hex("00 53 74 d1 00000008 00ffffff a10161 40"),
  keyWithoutValue: () => hex("00 53 74 c1 04 01 a10161"),
  noSection: (encoded) => encoded.subarray(3),
  descriptorWithoutValue: () => hex("00 53 75"),
};

/** Bytes of one of these sorts, chosen by chance. */
export function malformed(encoded: Buffer, random: () => number): Buffer {
  const sorts = Object.values(MALFORMED_SORTS);
  return sorts[Math.floor(random() * sorts.length)]?.(encoded) ?? hex("3f");
}
