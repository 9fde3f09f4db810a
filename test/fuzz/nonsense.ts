import { described, map, nothing, symbol, text, uint, yes } from "../support/peer/frames";
import type { Random } from "../support/random";

/** Values of AMQP 1.0 that no sender of sound mind sends where they are put, and some that are none. */

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(" ", ""), "hex");
const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "valueOf",
  "then",
  "length",
  "amqp:open:list",
];
const CODES = [0x00, 0x40, 0x45, 0x53, 0x56, 0x70, 0x80, 0x83, 0xa0, 0xb1, 0xc0, 0xd0, 0xe0, 0xf0];

/** A constructor, then size and count of four bytes, both as they are said, then the items. */
function compound(code: number, size: number, rest: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(code);
  head.writeUInt32BE(size, 1);
  return Buffer.concat([head, rest]);
}

function counted(count: number, items: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(count);
  return Buffer.concat([head, items]);
}

/** A list or a map whose size is right, and whose count is what is said. */
function announcing(code: number, count: number, items: Buffer): Buffer {
  return compound(code, 4 + items.length, counted(count, items));
}

function nested(code: number, levels: number): Buffer {
  let value: Buffer = nothing;
  for (let level = 0; level < levels; level += 1) value = announcing(code, 1, value);
  return value;
}

type Maker = (random: Random) => Buffer;

/** Few bytes that stand for very much. */
const BOMBS: Readonly<Record<string, Maker>> = {
  "array without widths": (random) => {
    const item = random.pick([0x40, 0x41, 0x43, 0x44, 0x45]);
    return announcing(0xf0, random.pick([1e5, 5e7, 0xffff_ffff]), Buffer.from([item]));
  },
  "many arrays without widths": () => {
    const one = announcing(0xf0, 400, hex("41"));
    return announcing(0xd0, 300, Buffer.concat(Array.from({ length: 300 }, () => one)));
  },
  "list that announces much": (random) => {
    const count = random.pick([1e6, 3e7, 0x7fff_ffff, 0xffff_ffff]);
    return announcing(random.pick([0xd0, 0xd1]), count, hex("4040"));
  },
  "nested lists that announce much": (random) => {
    let value: Buffer = nothing;
    for (let level = random.integer(2, 30); level > 0; level -= 1) {
      value = announcing(0xd0, 3e7, value);
    }
    return value;
  },
  "array of lists that announce much": () => {
    return announcing(0xf0, 4, hex("d0 00000004 01ffffff 00000004 01ffffff"));
  },
  "deep lists": (random) => nested(random.pick([0xd0, 0xd1]), random.pick([33, 500, 5_000])),
  "many descriptors": (random) => {
    const levels = random.pick([2, 40, 20_000]);
    return Buffer.concat([...Array.from({ length: levels }, () => hex("0044")), yes]);
  },
  "array as descriptor": () => Buffer.concat([hex("00"), announcing(0xf0, 5e7, hex("41")), yes]),
};

/** Values of a wrong type, at the border of their range, or with a name that means something. */
const ODDITIES: Readonly<Record<string, Maker>> = {
  nothing: () => nothing,
  "a uint at its border": (random) => uint(random.pick([0, 1, 0x7fff_ffff, 0xffff_ffff])),
  "a number of another width": (random) => {
    return random.pick(
      ["43", "44", "50ff", "60ffff", "80ffffffffffffffff", "5580", "54ff"].map(hex),
    );
  },
  "a negative number": () => hex("71 80000000"),
  "a double": (random) => {
    return random.pick(
      ["7ff8000000000000", "7ff0000000000000", "3fe0000000000000"].map((bits) => {
        return Buffer.concat([hex("82"), hex(bits)]);
      }),
    );
  },
  "a date that there is not": () => hex("83 7fffffffffffffff"),
  "a char that there is not": () => hex("73 ffffffff"),
  "a decimal": () => hex("94 00000000000000000000000000000000"),
  "a string": (random) => text(random.pick(["", "0", "-1", "\u0000", "客户端", ...KEYS])),
  "a long string": (random) => text("x".repeat(random.pick([300, 10_000, 60_000]))),
  "a symbol": (random) => symbol(random.pick(KEYS)),
  "a string that is not UTF-8": () => hex("a1 04 fffe80c0"),
  "an empty list": () => hex("45"),
  "a list of lists": () => announcing(0xd0, 2, hex("45 45")),
  "a map": (random) => {
    const keys = Array.from({ length: random.integer(1, 4) }, () => random.pick(KEYS));
    return map(...keys.flatMap((key) => [text(key), random.pick([nothing, yes, uint(1)])]));
  },
  "a map without a number in it": () => map(text("toString"), nothing, text("valueOf"), nothing),
  "a map with half a pair": () => announcing(0xd1, 1, yes),
  "an array": () => announcing(0xf0, 3, hex("a3 01 61 01 62 01 63")),
  "an empty array": (random) => random.pick([hex("e0 01 00"), hex("e0 02 00 40")]),
  "an array of arrays": () => announcing(0xf0, 2, hex("e0 03 01 50 01 03 01 50 02")),
  "a described value": (random) => described(random.integer(0, 255), [yes]),
  "a value described by a name": (random) => {
    return Buffer.concat([hex("00"), symbol(random.pick(KEYS)), hex("45")]);
  },
  "a wrong size": (random) => {
    const size = random.pick([0, 3, 5, 0x7fff_ffff, 0xffff_ffff]);
    return compound(random.pick([0xd0, 0xd1, 0xf0]), size, counted(1, nothing));
  },
  "no type": (random) => Buffer.from([random.pick([0x01, 0x30, 0x4f, 0x5f, 0x9f, 0xaf, 0xff])]),
  "a few bytes": (random) => {
    const start = Buffer.from([random.pick(CODES)]);
    return Buffer.concat([start, random.bytes(random.integer(0, 12))]);
  },
};

/** A value and its name for a log. */
interface Nonsense {
  readonly name: string;
  readonly bytes: Buffer;
}

function drawn(from: Readonly<Record<string, Maker>>, random: Random): Nonsense {
  const [name, make] = random.pick(Object.entries(from));
  return { name, bytes: make(random) };
}

export const bomb = (random: Random): Nonsense => drawn(BOMBS, random);

export function nonsense(random: Random): Nonsense {
  return random.chance(0.2) ? bomb(random) : drawn(ODDITIES, random);
}
