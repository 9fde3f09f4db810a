/** The platform takes messages of this size from devices. */
const MAX_BYTES = 256 * 1_024;

const TIME_MS = 1_790_000_000_000;

/** A message as large as it may be, its payload as text. */
interface LargeMessage extends Readonly<Record<string, unknown>> {
  readonly topic: string;
  readonly payload: string;
}

/** As many parts as fit between two texts; `{"gmtCreate":…` and `}` are around them. */
function filled(open: string, part: (index: number) => string, close: string): string {
  const [head, tail] = [
    `{"gmtCreate":${TIME_MS},"messageCreateTime":${TIME_MS},${open}`,
    `${close}}`,
  ];
  const parts: string[] = [];
  let left = MAX_BYTES - head.length - tail.length;
  for (let next = part(0); next.length < left; next = part(parts.length)) {
    left -= next.length + 1;
    parts.push(next);
  }
  return head + parts.join(",") + tail;
}

const name = (index: number) => `"${index.toString(36)}"`;
const post = (payload: string): LargeMessage => ({
  topic: "/k1/d1/thing/event/property/post",
  payload,
});

/** A struct so many levels deep, each with a name so long, and with as many members as fit. */
function deepStruct(levels: number, nameLength: number): LargeMessage {
  const open = `{"${"n".repeat(nameLength)}":`.repeat(levels);
  const member = (index: number) => `${name(index)}:1`;
  return post(filled(`"items":{"s":{"value":${open}{`, member, `}${"}".repeat(levels)}}}`));
}

const GATEWAY = '"action":"create","gwProductKey":"g","gwDeviceName":"g"';

/** Messages that take the longest, each in its own way. */
export const LARGE_MESSAGES = {
  "a batch of thousands of values": {
    topic: "/k1/d1/thing/property/batch/post",
    payload: filled(
      '"items":{"t":[',
      (index) => `{"value":${index},"time":${TIME_MS + index}}`,
      "]}",
    ),
  },
  "thousands of properties": post(
    filled('"items":{', (index) => `${name(index)}:{"value":1}`, "}"),
  ),
  "a struct with thousands of members": deepStruct(0, 0),
  "structs 100 levels deep with names of 1,000 characters": deepStruct(100, 1_000),
  "structs 190 levels deep with thousands of members": deepStruct(190, 10),
  "a list of thousands of structs": post(filled('"items":{"s":{"value":[', () => "{}", "]}}")),
  "a name of nothing but dots": post(
    filled(`"items":{"s":{"value":{"${".".repeat(MAX_BYTES - 200)}":[`, () => "1", "]}}}"),
  ),
  "thousands of tags": {
    topic: "/k1/d1/thing/deviceinfo/update",
    payload: filled('"value":[', (index) => `{"attrKey":${name(index)}}`, "]"),
  },
  "thousands of sub-devices": {
    topic: "/g/g/thing/topo/lifecycle",
    payload: filled(
      `${GATEWAY},"devices":[`,
      (index) => `{"productKey":"k","deviceName":${name(index)}}`,
      "]",
    ),
  },
} as const satisfies Readonly<Record<string, LargeMessage>>;
