import {
  CODE,
  described,
  EMPTY_FRAME,
  no,
  nothing,
  symbol,
  text,
  ubyte,
  uint,
  yes,
} from "../support/peer/frames";
import { CHANNEL_0 } from "../support/peer/replies";
import type { Random } from "../support/random";
import { bomb, nonsense } from "./nonsense";
import { amqp, flow, pieceOf, transfer } from "./script";
import type { Piece, Stage } from "./script";

/** What a mutation changes: the pieces of a stage, in place. */
interface Target {
  readonly pieces: Piece[];
  readonly stage: Stage;
  readonly random: Random;
}

/** Changes something and says what; undefined if there is nothing that it could change. */
type Mutate = (target: Target) => string | undefined;

/** What comes in a message concerns that message only. */
const BODY = "body";
/** Bytes that mean something at many places. */
const TELLING = [
  0x00, 0x01, 0x40, 0x45, 0x53, 0x7f, 0x80, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0, 0xff,
];
const SIZES = [0, 1, 4, 7, 8, 9, 65_537, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** Another protocol's first words. */
const FOREIGN: Readonly<Record<string, Buffer>> = {
  HTTP: Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
  "AMQP 0-9-1": Buffer.from("AMQP\x00\x00\x09\x01", "latin1"),
  "AMQP 0-10": Buffer.from("AMQP\x01\x01\x00\x0a", "latin1"),
  "AMQP 2.0": Buffer.from("AMQP\x00\x02\x00\x00", "latin1"),
  "AMQP without SASL": Buffer.from("AMQP\x00\x01\x00\x00", "latin1"),
  "AMQP over TLS": Buffer.from("AMQP\x02\x01\x00\x00", "latin1"),
  "a TLS alert": Buffer.from([0x15, 3, 3, 0, 2, 2, 0x28]),
  "an SSH banner": Buffer.from("SSH-2.0-OpenSSH_9.6\r\n"),
  "an MQTT CONNACK": Buffer.from([0x20, 2, 0, 0]),
};

/** Replaces the bytes of one piece by what `change` makes of them. */
function changed({ pieces, random }: Target, change: (bytes: Buffer) => Buffer): string {
  const piece = random.pick(pieces);
  const { name, bytes } = piece;
  pieces[pieces.indexOf(piece)] = { name, bytes: change(Buffer.from(bytes)) };
  return name;
}

/** Replaces a field of one performative, or puts it behind the last one. */
function withField(target: Target, { name, bytes }: { name: string; bytes: Buffer }) {
  const { pieces, random } = target;
  const candidates = pieces.filter(({ performative }) => performative !== undefined);
  if (candidates.length === 0) return undefined;
  const piece = random.pick(candidates);
  const { performative } = piece;
  if (performative === undefined) return undefined;
  const fields = [...performative.fields];
  const field = random.integer(0, fields.length);
  fields[field] = bytes;
  pieces[pieces.indexOf(piece)] = pieceOf({ ...performative, fields });
  return `field ${field} of ${piece.name} is ${name}`;
}

function insert({ pieces, random }: Target, added: readonly Piece[]): void {
  const at = random.chance(0.5) ? 0 : random.integer(0, pieces.length);
  pieces.splice(at, 0, ...added);
}

function resized(bytes: Buffer): Buffer {
  if (bytes.length >= 4) bytes.writeUInt32BE(bytes.length);
  return bytes;
}

const ids = (random: Random) => uint(random.pick([0, 1, 2, 7, 1_000, 0x7fff_ffff, 0xffff_ffff]));

/** Frames that a server has no reason to send, or not so. */
const UNASKED: Readonly<Record<string, (random: Random) => Piece>> = {
  "a session": () => amqp(CODE.begin, [nothing, uint(0), uint(1), uint(1)]),
  "a session again": () => amqp(CODE.begin, [CHANNEL_0, uint(0), uint(1), uint(1)]),
  "a link": (random) => {
    const role = random.pick([yes, no]);
    return amqp(CODE.attach, [text(random.pick(["x", "__proto__"])), ids(random), role]);
  },
  "a drained link": (random) => flow([uint(0), ids(random), ids(random), nothing, yes]),
  "credit of its own": (random) => flow([uint(0), ids(random), ids(random), nothing, no]),
  "a message of some ID": (random) => transfer(random.pick([0, 5, 0xffff_ffff]), Buffer.alloc(9)),
  "a message on another handle": () => amqp(CODE.transfer, [uint(9), uint(0)], Buffer.alloc(9)),
  "a message without an ID": () => amqp(CODE.transfer, [uint(0)], Buffer.alloc(9)),
  "an aborted message": () => {
    const unset = [nothing, nothing, nothing];
    return amqp(CODE.transfer, [uint(0), uint(0), nothing, uint(0), no, yes, ...unset, yes]);
  },
  "outcomes of a range": (random) => {
    const outcome = random.pick([described(CODE.released), described(0x99), yes, nothing]);
    return amqp(CODE.disposition, [random.pick([yes, no]), ids(random), ids(random), yes, outcome]);
  },
  "a detach": (random) => amqp(CODE.detach, [ids(random), random.pick([yes, no])]),
  "an end": () => amqp(CODE.end),
  "an open": () => amqp(CODE.open, [text("again")]),
  "a close": () => amqp(CODE.close),
  "an unknown performative": (random) => amqp(random.integer(0, 255)),
  "a SASL outcome": (random) => {
    const fields = [ubyte(random.pick([0, 1, 2, 3, 4, 9, 255]))];
    return pieceOf({ layer: random.pick(["sasl", "amqp"]), code: CODE.outcome, fields });
  },
  "a SASL challenge": () => {
    return pieceOf({ layer: "sasl", code: CODE.challenge, fields: [Buffer.from([0xa0, 0])] });
  },
  "SASL mechanisms": (random) => {
    const offered = random.pick(["", "ANONYMOUS", "constructor", "__proto__", "PLAIN"]);
    return pieceOf({ layer: "sasl", code: CODE.mechanisms, fields: [symbol(offered)] });
  },
  "a sign of life": () => ({ name: "empty", bytes: EMPTY_FRAME }),
};

type Kind = readonly [name: string, share: number, mutate: Mutate];

/** The kinds of mutations, each as often as its number says. */
const KINDS: readonly Kind[] = [
  [
    "bits",
    4,
    (target) => {
      const count = target.random.integer(1, 8);
      return `${count} bits of ${changed(target, (bytes) => {
        for (let left = count; left > 0; left -= 1) {
          const at = target.random.integer(0, bytes.length - 1);
          bytes[at] = (bytes[at] ?? 0) ^ (1 << target.random.integer(0, 7));
        }
        return bytes;
      })}`;
    },
  ],
  [
    "bytes",
    4,
    (target) => {
      const { random } = target;
      const count = random.integer(1, 4);
      return `${count} bytes of ${changed(target, (bytes) => {
        for (let left = count; left > 0; left -= 1) {
          const at = random.integer(0, bytes.length - 1);
          bytes[at] = random.chance(0.5) ? random.pick(TELLING) : random.integer(0, 255);
        }
        return bytes;
      })}`;
    },
  ],
  [
    "truncation",
    3,
    (target) => {
      const sizeIsRight = target.random.chance(0.5);
      return `truncated, size ${sizeIsRight ? "right" : "wrong"}: ${changed(target, (bytes) => {
        const part = bytes.subarray(0, target.random.integer(0, bytes.length - 1));
        return sizeIsRight ? resized(part) : part;
      })}`;
    },
  ],
  [
    "insertion",
    3,
    (target) => {
      const { random } = target;
      const sizeIsRight = random.chance(0.5);
      return `bytes put in, size ${sizeIsRight ? "right" : "wrong"}: ${changed(target, (bytes) => {
        const at = random.integer(0, bytes.length);
        const added = random.bytes(random.integer(1, 16));
        const longer = Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
        return sizeIsRight ? resized(longer) : longer;
      })}`;
    },
  ],
  [
    "size",
    3,
    (target) => {
      const size = target.random.pick(SIZES);
      return `size ${size} for ${changed(target, (bytes) => {
        if (bytes.length >= 4) bytes.writeUInt32BE(size);
        return bytes;
      })}`;
    },
  ],
  [
    "head",
    3,
    (target) => {
      const at = target.random.integer(4, 7);
      const value = target.random.pick(TELLING);
      return `byte ${at} is ${value} in ${changed(target, (bytes) => {
        if (at < bytes.length) bytes[at] = value;
        return bytes;
      })}`;
    },
  ],
  [
    "duplicate",
    2,
    ({ pieces, random }) => {
      const piece = random.pick(pieces);
      pieces.splice(random.integer(0, pieces.length), 0, piece);
      return `${piece.name} twice`;
    },
  ],
  [
    "drop",
    2,
    ({ pieces, random }) => {
      const [piece] = pieces.splice(random.integer(0, pieces.length - 1), 1);
      return `no ${piece?.name ?? ""}`;
    },
  ],
  [
    "order",
    2,
    ({ pieces, random }) => {
      pieces.reverse();
      if (random.chance(0.5)) pieces.push(...pieces.splice(0, 1));
      return "another order";
    },
  ],
  ["field", 10, (target) => withField(target, nonsense(target.random))],
  ["bomb", 3, (target) => withField(target, bomb(target.random))],
  [
    BODY,
    4,
    ({ pieces, random }) => {
      const piece = pieces.find(({ performative }) => performative?.code === CODE.transfer);
      if (piece?.performative === undefined) return undefined;
      const { name, bytes } = nonsense(random);
      const section = Buffer.from([0, 0x53, random.integer(0x70, 0x78)]);
      const payload = Buffer.concat([section, bytes]);
      pieces[pieces.indexOf(piece)] = pieceOf({ ...piece.performative, payload });
      return `a message of ${name}`;
    },
  ],
  [
    "unasked",
    10,
    (target) => {
      const [name, make] = target.random.pick(Object.entries(UNASKED));
      insert(target, [make(target.random)]);
      return `${name} unasked`;
    },
  ],
  [
    "flood",
    1,
    (target) => {
      const [name, make] = target.random.pick(Object.entries(UNASKED));
      const piece = make(target.random);
      const count = target.random.pick([100, 2_000]);
      insert(
        target,
        Array.from({ length: count }, () => piece),
      );
      return `${count} times ${name} unasked`;
    },
  ],
  [
    "endless delivery",
    1,
    ({ pieces, random }) => {
      const [size, count] = random.pick([
        [60_000, 150],
        [1, 40_000],
        [0, 40_000],
      ] as const);
      const part = transfer(0, Buffer.alloc(size), true);
      pieces.push(...Array.from({ length: count }, () => part));
      return `a message of ${count} frames of ${size} bytes`;
    },
  ],
  [
    "foreign",
    2,
    ({ pieces, random }) => {
      const [name, bytes] = random.pick(Object.entries(FOREIGN));
      pieces.splice(0, random.chance(0.7) ? pieces.length : 0, { name, bytes });
      return `${name} is spoken`;
    },
  ],
  [
    "noise",
    1,
    ({ pieces, random }) => {
      const count = random.pick([1, 3, 8, 100, 5_000]);
      pieces.splice(0, random.chance(0.5) ? pieces.length : 0, {
        name: "noise",
        bytes: random.bytes(count),
      });
      return `${count} bytes of noise`;
    },
  ],
];

const LOTS: readonly Kind[] = KINDS.flatMap((kind) => {
  return Array.from({ length: kind[1] }, () => kind);
});

/** Later stages more often: a session that fails early shows nothing of what comes after. */
const WHERE: readonly Stage[] = [
  ...(["greeting", "outcome", "open", "open", "attach", "attach", "attach"] as const),
  ...(["messages", "messages", "messages", "messages", "messages", "messages"] as const),
  ...(["end", "end"] as const),
];

/** One change of what a server says at a stage. */
export interface Mutation {
  readonly stage: Stage;
  /** The link must live on: only a message's content is nonsense. */
  readonly isHarmless: boolean;
  /** Changes the stage's pieces in place and says how. */
  apply(pieces: Piece[]): string;
}

/** Draws a mutation; how it turns out depends on the stage's pieces and on nothing else. */
export function mutation(random: Random, fork: () => Random): Mutation {
  const [kind, , mutate] = random.pick(LOTS);
  const isHarmless = kind === BODY;
  const stage = isHarmless ? "messages" : random.pick(WHERE);
  const own = fork();
  return {
    stage,
    isHarmless,
    apply(pieces) {
      // There is something to mutate at every stage, also where a good server says nothing.
      if (pieces.length === 0) pieces.push(flow());
      return `${stage}: ${kind}: ${mutate({ pieces, stage, random: own }) ?? "nothing to change"}`;
    },
  };
}
