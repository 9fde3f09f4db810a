import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "../../src/clock";
import { systemClock } from "../../src/clock";
import { SettingError } from "../../src/errors/error";
import type { ErrorCode } from "../../src/errors/error";
import { ManualClock, settled } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import type { Peer } from "../support/peer/peer";
import type { Script } from "../support/peer/peer-server";
import {
  AMQP_HEADER,
  amqpError,
  CODE,
  dataSection,
  described,
  EMPTY_FRAME,
  frame,
  map,
  no,
  nothing,
  SASL_HEADER,
  symbol,
  text,
  ubyte,
  uint,
  yes,
} from "../support/peer/frames";
import { HEADER } from "../support/peer/read-frames";
import { openTo, PASSWORD, USERNAME } from "../support/peer/open-link";
import type { Heard } from "../support/peer/open-link";
import { until } from "../support/time/until";
import { english } from "../support/english";

type Options = Parameters<typeof openTo>[2];

/** Runs `body` with a link to a server that follows the script. */
async function withLink(
  script: Script,
  clock: Clock,
  { options, body }: { options?: Options; body: (parts: Parts) => Promise<void> },
): Promise<void> {
  const server = await PeerServer.start(script);
  const { link, heard } = openTo(server.port, clock, options);
  try {
    await body({ link, heard, server });
  } finally {
    link.close();
    await server.stop();
    await heard.until("ended");
  }
}
type Parts = ReturnType<typeof openTo> & { server: PeerServer };

function ended(heard: Heard, code: ErrorCode | undefined): void {
  equal(heard.cause?.code, code, String(heard.cause));
  equal(heard.events.filter((name) => name === "ended").length, 1);
  equal(heard.events.at(-1), "ended", heard.events.join(", "));
  const told = `${english(heard.cause)} ${JSON.stringify(heard.cause?.details)}`;
  ok(!told.includes("hush-hush"), told);
  ok(!/__\w+__/.test(told), `a placeholder was left: ${told}`);
}

const wait = (peer: Peer) => peer.expect(CODE.close).then(() => undefined);
const raw =
  (bytes: string | Buffer): Script =>
  (peer) => {
    peer.send(Buffer.from(bytes));
  };
const afterHeaders =
  (...chunks: Buffer[]): Script =>
  async (peer) => {
    await peer.signIn();
    await peer.expect(HEADER);
    peer.send(AMQP_HEADER, ...chunks);
  };
const closing =
  (code: number, error?: Buffer): Script =>
  async (peer) => {
    await peer.attach();
    const fields = code === CODE.detach ? [uint(0), yes, error ?? nothing] : [error ?? nothing];
    peer.performative(code, fields);
    await wait(peer);
    if (code !== CODE.close) peer.performative(CODE.close);
    peer.socket.end();
  };
const closingBeforeAttach =
  (condition: string, description?: string): Script =>
  async (peer) => {
    await peer.open();
    peer.performative(CODE.close, [amqpError(condition, description)]);
    await wait(peer);
    peer.socket.end();
  };

/** A map that takes the place of what JavaScript would make a number with. */
const NO_NUMBER = map(text("toString"), nothing, text("valueOf"), nothing);

interface Scenario {
  readonly title: string;
  readonly code: ErrorCode;
  readonly says?: RegExp;
  readonly script: Script;
  readonly events?: readonly string[];
  /** Granted as soon as the link is attached. */
  readonly credit?: number;
}

/** The head of a frame of 1 GiB. */
const GIANT = Buffer.from([0x40, 0, 0, 0, 2, 0, 0, 0]);

const SCENARIOS: readonly Scenario[] = [
  {
    title: "an HTTP answer",
    code: "PROTOCOL_VIOLATION",
    script: raw("HTTP/1.1 400 Bad Request\r\n\r\n"),
    says: /protocol header/,
  },
  {
    title: "a 0-9-1 header",
    code: "PROTOCOL_VIOLATION",
    script: raw(Buffer.from("AMQP\x00\x00\x09\x01", "latin1")),
    says: /0-9-1/,
  },
  {
    title: "a header without SASL",
    code: "PROTOCOL_VIOLATION",
    script: raw(AMQP_HEADER),
    says: /SASL/,
  },
  {
    title: "garbage after the header",
    code: "PROTOCOL_VIOLATION",
    script: raw(
      Buffer.concat([
        SASL_HEADER,
        Buffer.from("000000190201ffffffffffffffffffffffffffffffffffffff", "hex"),
      ]),
    ),
  },
  {
    title: "a frame of size 0",
    code: "PROTOCOL_VIOLATION",
    script: raw(Buffer.concat([SASL_HEADER, Buffer.alloc(16)])),
  },
  {
    title: "an AMQP frame of an unknown performative",
    code: "PROTOCOL_VIOLATION",
    script: afterHeaders(frame(described(0x77))),
  },
  {
    title: "no PLAIN on offer",
    code: "PROTOCOL_VIOLATION",
    script: (peer) => peer.signIn(0, "constructor").then(() => undefined),
    says: /No suitable mechanism/,
  },
  {
    title: "a SASL challenge",
    code: "PROTOCOL_VIOLATION",
    script: async (peer) => {
      peer.send(
        SASL_HEADER,
        frame(described(CODE.mechanisms, [Buffer.from("\xa3\x05PLAIN", "latin1")]), "sasl"),
      );
      await peer.expect(CODE.init);
      peer.send(frame(described(CODE.challenge, [Buffer.from([0xa0, 0])]), "sasl"));
    },
    says: /challenge/,
  },
  ...[1, 2, 3, 4, 9].map((sasl): Scenario => ({
    title: `SASL code ${sasl}`,
    code: sasl === 2 || sasl === 4 ? "SIGN_IN_UNAVAILABLE" : "SIGN_IN_REFUSED",
    script: (peer) => peer.signIn(sasl).then(() => undefined),
    says: new RegExp(`SASL code ${sasl}`),
    events: ["ended"],
  })),
  {
    title: "FIN at once",
    code: "CONNECTION_LOST",
    script: (peer) => {
      peer.socket.end();
    },
    events: ["ended"],
  },
  {
    title: "FIN during sign-in",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.expect(HEADER);
      peer.send(SASL_HEADER);
      peer.socket.end();
    },
  },
  {
    title: "FIN after sign-in",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.signIn();
      peer.socket.end();
    },
    says: /without an AMQP close/,
  },
  {
    title: "FIN after open",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.open();
      peer.socket.end();
    },
    events: ["signedIn", "opened", "ended"],
  },
  {
    title: "FIN while up",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.attach();
      peer.socket.end();
    },
    events: ["signedIn", "opened", "attached", "ended"],
  },
  {
    title: "RST during sign-in",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.expect(HEADER);
      peer.socket.resetAndDestroy();
    },
    says: /ECONNRESET/,
  },
  {
    title: "RST while up",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.attach();
      await peer.expect(CODE.flow);
      peer.socket.resetAndDestroy();
    },
    credit: 1,
    says: /ECONNRESET/,
  },
  {
    title: "a close without an open",
    code: "TOO_MANY_CONNECTIONS",
    script: afterHeaders(
      frame(described(CODE.close, [amqpError("amqp:resource-limit-exceeded", "64 clients")])),
    ),
    says: /64 clients/,
    events: ["signedIn", "ended"],
  },
  ...(
    [
      ["amqp:unauthorized-access", "REFUSED"],
      ["amqp:not-allowed", "REFUSED"],
      ["amqp:not-found", "GROUP_NOT_FOUND"],
      ["amqp:resource-limit-exceeded", "TOO_MANY_CONNECTIONS"],
      ["amqp:connection:forced", "CLOSED_BY_PLATFORM"],
      ["amqp:internal-error", "CLOSED_BY_PLATFORM"],
      ["amqp:connection:framing-error", "PROTOCOL_VIOLATION"],
      ["aliyun:whatever", "CLOSED_BY_PLATFORM"],
    ] as const
  ).flatMap(([condition, code]): Scenario[] => [
    {
      title: `close with ${condition} after open`,
      code,
      script: closingBeforeAttach(condition, "because of securityToken=hush-hush-token, sorry"),
      says: new RegExp(`${condition}.*because`),
    },
    {
      title: `close with ${condition} while up`,
      code,
      script: closing(CODE.close, amqpError(condition)),
      says: new RegExp(condition),
      events: ["signedIn", "opened", "attached", "ended"],
    },
  ]),
  {
    title: "close, because nothing was heard of us",
    code: "CLOSED_BY_PLATFORM",
    script: closingBeforeAttach("amqp:resource-limit-exceeded", "max idle time exceeded"),
  },
  { title: "close without an error", code: "CLOSED_BY_PLATFORM", script: closing(CODE.close) },
  { title: "detach without an error", code: "LINK_CLOSED", script: closing(CODE.detach) },
  {
    title: "detach with an error",
    code: "LINK_CLOSED",
    script: closing(CODE.detach, amqpError("amqp:link:detach-forced", "moved")),
    says: /moved/,
  },
  {
    title: "detach that says not-found",
    code: "GROUP_NOT_FOUND",
    script: closing(CODE.detach, amqpError("amqp:not-found", "no such group")),
    says: /group-1.*no such group/,
  },
  { title: "end without an error", code: "LINK_CLOSED", script: closing(CODE.end) },
  {
    title: "end with an error",
    code: "REFUSED",
    script: closing(CODE.end, amqpError("amqp:not-allowed", "not for you")),
    says: /not for you/,
  },
  {
    title: "a second open",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      peer.performative(CODE.open, [text("again")]);
    },
    says: /Open already received/,
  },
  {
    title: "a transfer on a handle that is not attached",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      await peer.expect(CODE.flow);
      peer.performative(CODE.transfer, [uint(7), uint(0), Buffer.from([0xa0, 0]), uint(0)]);
    },
    says: /handle 7/,
    credit: 1,
  },
  {
    title: "a delivery without an ID",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      await peer.expect(CODE.flow);
      const fields = [uint(0), nothing, Buffer.from([0xa0, 0]), uint(0)];
      peer.performative(CODE.transfer, fields, dataSection(Buffer.from("x")));
    },
    says: /without an ID/,
    credit: 1,
  },
  {
    title: "a transfer without credit",
    code: "PROTOCOL_VIOLATION",
    script: async (peer) => {
      await peer.attach();
      peer.transfer(0, dataSection(Buffer.from("{}")));
    },
    says: /credit/,
  },
  {
    title: "a link that the server attaches unasked, with a message at once",
    code: "PROTOCOL_VIOLATION",
    script: async (peer) => {
      await peer.attach();
      const fields = [nothing, nothing, nothing, nothing, nothing, nothing, uint(0)];
      const attach = described(CODE.attach, [text("unasked"), uint(1), no, ...fields]);
      const tag = Buffer.from([0xa0, 1, 1]);
      const transfer = described(CODE.transfer, [uint(1), uint(0), tag, uint(0)]);
      const whole = Buffer.concat([transfer, dataSection(Buffer.from("x"))]);
      peer.send(frame(attach), frame(whole));
    },
    says: /was not requested/,
    events: ["signedIn", "opened", "attached", "ended"],
  },
  {
    title: "a session that nobody asked for",
    code: "PROTOCOL_VIOLATION",
    script: async (peer) => {
      await peer.attach();
      peer.performative(CODE.begin, [nothing, uint(0), uint(1), uint(1)]);
    },
    says: /session that was not requested/,
  },
  {
    title: "a begin whose next-outgoing-id cannot be made a number",
    code: "PROTOCOL_VIOLATION",
    script: async (peer) => {
      await peer.open();
      await peer.expect(CODE.begin);
      const channel = Buffer.from([0x60, 0, 0]);
      peer.performative(CODE.begin, [channel, NO_NUMBER, uint(1), uint(1)]);
    },
    says: /next-outgoing-id/,
  },
  ...(
    [
      ["cannot be made a number", NO_NUMBER],
      ["is negative", Buffer.from("7180000000", "hex")],
    ] as const
  ).map(([what, value]): Scenario => ({
    title: `a flow whose next-outgoing-id ${what}`,
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      peer.performative(CODE.flow, [uint(0), uint(1), value, uint(1)]);
    },
    says: /next-outgoing-id/,
  })),
  {
    title: "a giant frame before the attach",
    code: "FRAME_TOO_LARGE",
    script: async (peer) => {
      await peer.open();
      peer.send(GIANT);
    },
    says: /1073741824 bytes/,
  },
  {
    title: "a giant frame over a working link",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      peer.send(GIANT);
    },
    says: /1073741824 bytes/,
  },
  {
    title: "garbage over a working link",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      peer.send(Buffer.from("00000010020000000053ffffffffffff", "hex"));
    },
  },
  {
    title: "thirty bytes that stand for fifty million items",
    code: "CONNECTION_CORRUPTED",
    script: async (peer) => {
      await peer.attach();
      const unset = Array.from({ length: 6 }, () => nothing);
      const items = Buffer.from("f000000005 02faf080 40".replaceAll(" ", ""), "hex");
      peer.performative(CODE.flow, [uint(0), uint(1), uint(0), uint(1), ...unset, items]);
    },
    says: /50000000 items of no width/,
  },
  {
    title: "a refused frame after a close that says why",
    code: "REFUSED",
    script: async (peer) => {
      await peer.attach();
      const close = described(CODE.close, [amqpError("amqp:not-allowed", "go away")]);
      peer.send(frame(close), Buffer.from([0, 0, 0, 4]));
    },
    says: /go away/,
  },
  {
    title: "half a frame, then FIN",
    code: "CONNECTION_LOST",
    script: async (peer) => {
      await peer.attach();
      peer.send(Buffer.from([0, 0, 1, 0, 2, 0, 0, 0]));
      peer.socket.end();
    },
  },
];

describe("each failure ends the link once, with the first cause, and leaves no timer", () => {
  for (const { title, code, says, script, events, credit } of SCENARIOS) {
    test(title, async () => {
      const clock = new ManualClock();
      const server = await PeerServer.start(script);
      const { link, heard } = openTo(server.port, clock);
      if (credit !== undefined) {
        await heard.until("attached");
        link.grantCredit(credit);
      }
      try {
        await heard.until("ended");
        await settled();
        ended(heard, code);
        if (says !== undefined) match(english(heard.cause), says);
        if (events !== undefined) deepEqual(heard.events, events);
        equal(clock.timers, 0, "timers are left");
      } finally {
        await server.stop();
      }
    });
  }
});

test("a server that goes on after its close leaves no timer of rhea's behind", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const script: Script = async (peer) => {
    await peer.attach();
    const detach = frame(described(CODE.detach, [uint(0), yes]));
    peer.send(frame(described(CODE.close)), detach, detach);
    await peer.expect(CODE.close);
    peer.socket.end();
  };
  await withLink(script, new ManualClock(), {
    body: async ({ heard }) => {
      await heard.until("ended");
      await settled();
    },
  });
  equal(timers(), before);
});

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = await PeerServer.start(() => undefined);
  const { port } = server;
  await server.stop();
  return port;
}

test("a refused connection ends with CONNECTION_REFUSED", async () => {
  const port = await freePort();
  const { heard } = openTo(port, systemClock);
  deepEqual(heard.events, []);
  await heard.until("ended");
  ended(heard, "CONNECTION_REFUSED");
  match(english(heard.cause), new RegExp(`127.0.0.1:${port}`));
});

test("several addresses that all refuse end with CONNECTION_REFUSED", async () => {
  const { heard } = openTo(await freePort(), systemClock, { host: "localhost" });
  await heard.until("ended");
  ended(heard, "CONNECTION_REFUSED");
});

test("a host name that cannot exist ends with DNS_FAILED", async () => {
  const { heard } = openTo(1, systemClock, { host: "no-such-host.invalid" });
  await heard.until("ended");
  ended(heard, "DNS_FAILED");
  match(english(heard.cause), /no-such-host\.invalid/);
});

test("an address in brackets is connected to without them", async () => {
  const { heard } = openTo(await freePort(), systemClock, { host: "[127.0.0.1]" });
  await heard.until("ended");
  ended(heard, "CONNECTION_REFUSED");
});

for (const [stage, script, events] of [
  ["TCP", () => undefined, ["ended"]],
  ["the SASL header", raw(SASL_HEADER), ["ended"]],
  ["sign-in", (peer: Peer) => peer.signIn().then(() => undefined), ["signedIn", "ended"]],
] as const) {
  test(`silence after ${stage} ends with CONNECT_TIMEOUT after 10 s`, async () => {
    const clock = new ManualClock();
    await withLink(script, clock, {
      body: async ({ heard }) => {
        await clock.advance(9_999);
        ok(!heard.events.includes("ended"));
        await clock.advance(1);
        await heard.until("ended");
        ended(heard, "CONNECT_TIMEOUT");
        match(english(heard.cause), /within 10 s/);
        deepEqual(heard.events, events);
        equal(clock.timers, 0);
      },
    });
  });
}

test("a link that is never attached ends with ATTACH_TIMEOUT 10 s after the open", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.open().then(() => undefined), clock, {
    body: async ({ heard }) => {
      await heard.until("opened");
      await clock.advance(9_999);
      deepEqual(heard.events, ["signedIn", "opened"]);
      await clock.advance(1);
      await heard.until("ended");
      ended(heard, "ATTACH_TIMEOUT");
      equal(clock.timers, 0);
    },
  });
});

for (const [title, sent] of [
  ["nothing at all", Buffer.alloc(0)],
  ["half a frame", Buffer.from([0, 0, 1, 0, 2, 0, 0, 0])],
] as const) {
  test(`a peer that goes silent after ${title} is noticed within 1.5 idle time-outs`, async () => {
    const clock = new ManualClock();
    const script = async (peer: Peer): Promise<void> => {
      await peer.attach();
      peer.send(sent);
      await peer.expect(CODE.flow);
      peer.send(sent.subarray(0, 1));
    };
    await withLink(script, clock, {
      body: async ({ link, heard }) => {
        await heard.until("attached");
        await clock.advance(60_000);
        link.grantCredit(1); // the peer answers with one more byte
        await new Promise((resolve) => setTimeout(resolve, 50));
        const sinceMs = clock.monotonicMs() - (sent.length === 0 ? 60_000 : 0);
        while (heard.cause === undefined && clock.monotonicMs() - sinceMs < 90_000) {
          await clock.advance(2_500);
        }
        await heard.until("ended");
        ended(heard, "PEER_SILENT");
        ok(clock.monotonicMs() - sinceMs >= 75_000, "too early");
        equal(clock.timers, 0);
      },
    });
  });
}

test("heartbeats of the peer keep the link up", async () => {
  const clock = new ManualClock();
  let peer: Peer | undefined;
  await withLink(
    (connected) => {
      peer = connected;
      return connected.attach().then(() => undefined);
    },
    clock,
    {
      body: async ({ heard }) => {
        await heard.until("attached");
        for (let minute = 0; minute < 5; minute += 1) {
          peer?.send(EMPTY_FRAME);
          await new Promise((resolve) => setTimeout(resolve, 10));
          await clock.advance(60_000);
        }
        deepEqual(heard.events, ["signedIn", "opened", "attached"]);
      },
    },
  );
});

test("empty frames are sent twice per idle time-out although the server asks for none", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach().then(() => undefined), clock, {
    body: async ({ heard, server }) => {
      await heard.until("attached");
      await clock.advance(60_000);
      const peer = server.peers[0];
      await peer?.expect(0);
      await peer?.expect(0);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 2);
    },
  });
});

test("a server that wants no sign of life for 49 days gets one twice per idle time-out", async (t) => {
  const warnings = t.mock.method(process, "emitWarning");
  const clock = new ManualClock();
  await withLink((peer) => peer.attach(0xffff_ffff).then(() => undefined), clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      await clock.advance(30_000);
      const peer = server.peers[0];
      await peer?.expect(0);
      link.grantCredit(1);
      await peer?.expect(CODE.flow);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 1);
      equal(warnings.mock.callCount(), 0);
    },
  });
});

test("a server that wants a sign of life each ms does not get it", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach(1).then(() => undefined), clock, {
    body: async ({ link, server, heard }) => {
      await heard.until("attached");
      await clock.advance(99);
      link.grantCredit(1);
      const peer = server.peers[0];
      await peer?.expect(CODE.flow);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 1);
    },
  });
});

test("the open and the attach say what the platform wants to see", async () => {
  await withLink((peer) => peer.attach(30_000).then(() => undefined), new ManualClock(), {
    body: async ({ heard, server }) => {
      await heard.until("attached");
      const frames = server.peers[0]?.frames ?? [];
      const open = frames.find(({ code }) => code === CODE.open)?.fields;
      deepEqual(open?.slice(0, 5), ["client-7", "127.0.0.1", 65_536, null, 60_000]);
      const attach = frames.find(({ code }) => code === CODE.attach)?.fields ?? [];
      equal(attach[2], true, "it is a receiver");
      equal(attach[5] ?? null, null, "no source");
      ok(!frames.some(({ code }) => code === CODE.flow), "no credit unless granted");
      equal(frames.filter(({ code }) => code === 0).length, 0);
    },
  });
});

test("the sign-in is asked for when the server wants it, and sent as UTF-8", async () => {
  let asked = 0;
  let response: Buffer = Buffer.alloc(0);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  await withLink(
    async (peer) => {
      await peer.expect(HEADER);
      await gate;
      peer.send(
        SASL_HEADER,
        frame(described(CODE.mechanisms, [Buffer.from("\xa3\x05PLAIN", "latin1")]), "sasl"),
      );
      const init = await peer.expect(CODE.init);
      response = init.fields[1] as Buffer;
      peer.socket.end();
    },
    new ManualClock(),
    {
      options: {
        signIn: () => {
          asked += 1;
          return { username: "客户端|x|", password: "geheim" };
        },
      },
      body: async ({ heard }) => {
        await settled(20);
        equal(asked, 0);
        go();
        await heard.until("ended");
        equal(asked, 1);
        equal(response.toString("utf8"), "\0客户端|x|\0geheim");
      },
    },
  );
});

test("a sign-in that throws a SettingError ends the link with it", async () => {
  const cause = new SettingError("SETTING_MISSING", { setting: "accessKeySecret" });
  await withLink((peer) => peer.signIn().then(() => undefined), new ManualClock(), {
    options: {
      signIn: () => {
        throw cause;
      },
    },
    body: async ({ heard }) => {
      await heard.until("ended");
      equal(heard.cause, cause);
    },
  });
});

test("a sign-in that throws something else ends the link without telling its message", async () => {
  await withLink((peer) => peer.signIn().then(() => undefined), new ManualClock(), {
    options: {
      signIn: () => {
        throw new RangeError(`bad ${PASSWORD} of ${USERNAME}`);
      },
    },
    body: async ({ heard }) => {
      await heard.until("ended");
      ended(heard, "CONNECTION_LOST");
      match(english(heard.cause), /RangeError/);
    },
  });
});

const message = (content: string): Buffer => dataSection(Buffer.from(content));

/** Attaches, waits for credit, then sends what `send` says. */
const sending =
  (send: (peer: Peer) => void): Script =>
  async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    send(peer);
  };

test("messages come in order, and an undecodable one leaves the link up", async () => {
  const script = sending((peer) => {
    peer.transfer(0, message("first"));
    peer.transfer(1, Buffer.from([0, 0x53, 0x77, 0xff]));
    peer.performative(CODE.transfer, [uint(0), uint(2), Buffer.from([0xa0, 1, 2]), uint(0)]);
    peer.transfer(3, message("last"));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(10);
      await heard.until("delivery", 4);
      equal(heard.bodies[0], "first");
      deepEqual(
        heard.errors.map(({ raw }) => raw),
        [Buffer.from([0, 0x53, 0x77, 0xff])],
      );
      for (const { content } of heard.deliveries) {
        ok("body" in content && content.body.section === "none", "it keeps the bytes");
      }
      equal(heard.bodies[3], "last");
      ok(!heard.events.includes("ended"));
    },
  });
});

test("a message of 250 KB over several frames comes whole", async () => {
  const content = Buffer.alloc(250_000, "0123456789").toString();
  const script = sending((peer) => {
    const whole = message(content);
    for (let from = 0; from < whole.length; from += 60_000) {
      const part = whole.subarray(from, from + 60_000);
      peer.transfer(0, part, { more: from + 60_000 < whole.length });
    }
    peer.transfer(1, message("next"));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(2);
      await heard.until("delivery", 2);
      equal(heard.bodies[0], content);
      equal(heard.bodies[1], "next");
    },
  });
});

test("a message whose first frame has no payload comes whole", async () => {
  const script = sending((peer) => {
    peer.transfer(0, Buffer.alloc(0), { more: true });
    peer.transfer(0, message("whole"));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(1);
      await heard.until("delivery");
      equal(heard.bodies[0], "whole");
    },
  });
});

test("frames that come byte by byte are understood", async () => {
  const script: Script = async (peer) => {
    const whole = peer.socket.write.bind(peer.socket);
    peer.send = (...chunks) => {
      for (const byte of Buffer.concat(chunks)) whole(Buffer.from([byte]));
    };
    await sending(() => {
      peer.transfer(0, message("first"));
      peer.send(EMPTY_FRAME);
      peer.transfer(1, message("second"));
    })(peer);
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(2);
      await heard.until("delivery", 2);
      deepEqual([heard.bodies[0], heard.bodies[1]], ["first", "second"]);
    },
  });
});

test("a server that does not wait after its sign-in outcome is understood at once", async () => {
  const script: Script = async (peer) => {
    await peer.expect(HEADER);
    const mechanisms = frame(described(CODE.mechanisms, [symbol("PLAIN")]), "sasl");
    peer.send(SASL_HEADER, mechanisms);
    await peer.expect(CODE.init);
    const outcome = frame(described(CODE.outcome, [ubyte(0)]), "sasl");
    peer.send(outcome, AMQP_HEADER, frame(described(CODE.open, [text("peer")])));
  };
  await withLink(script, new ManualClock(), {
    body: ({ heard }) => heard.until("opened"),
  });
});

test("an aborted delivery is no message, and its credit is given back", async () => {
  const script = sending((peer) => {
    peer.transfer(0, message("never mind").subarray(0, 5), { more: true });
    peer.transfer(0, Buffer.alloc(0), { aborted: true, more: true });
    peer.transfer(1, message("real"));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(2);
      await heard.until("delivery");
      equal(heard.bodies[0], "real");
      const flow = await server.peers[0]?.expect(CODE.flow);
      deepEqual(flow?.fields.slice(5, 7), [2, 1], "delivery count and credit");
      equal(heard.deliveries.length, 1);
    },
  });
});

test("what a sender says of credit, outcomes and addresses changes nothing and is not printed", async (t) => {
  const printed = (["error", "warn", "log"] as const).map((name) => t.mock.method(console, name));
  const script: Script = async (peer) => {
    const send = peer.performative.bind(peer);
    const unknown = described(0x99);
    peer.performative = (code, fields, payload) => {
      const all = fields ?? [];
      if (code !== CODE.attach) send(code, all, payload);
      else send(code, [...all.slice(0, 5), unknown, unknown, ...all.slice(7)]);
    };
    await sending(() => {
      const ids = [uint(0), uint(100), uint(0), uint(100)];
      peer.transfer(0, message("first"));
      peer.performative(CODE.disposition, [no, uint(0), uint(0xffff_ffff), yes, unknown]);
      const list = Buffer.from([0x45]);
      peer.performative(CODE.flow, [...ids, uint(0), uint(0), uint(5), nothing, yes]);
      peer.performative(CODE.flow, [...ids, uint(0), list, uint(0), nothing, yes]);
      for (const id of [1, 2, 3]) peer.transfer(id, message("further"));
    })(peer);
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      heard.onDelivery = () => {
        if (heard.deliveries.length === 2) link.grantCredit(1);
      };
      link.grantCredit(2);
      await heard.until("ended");
      deepEqual(heard.events.slice(3), ["delivery", "delivery", "delivery", "ended"]);
      match(english(heard.cause), /more messages than it had credit/);
      deepEqual(
        printed.map(({ mock }) => mock.callCount()),
        [0, 0, 0],
      );
    },
  });
});

test("a delivery that grows over the limit ends the link with FRAME_TOO_LARGE", async () => {
  const script = sending((peer) => {
    for (let part = 0; part < 4; part += 1) peer.transfer(0, Buffer.alloc(40_000), { more: true });
  });
  await withLink(script, new ManualClock(), {
    options: { limits: { maxDeliveryBytes: 100_000 } },
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(1);
      await heard.until("ended");
      ended(heard, "FRAME_TOO_LARGE");
      match(english(heard.cause), /120000 bytes.*100000/);
    },
  });
});

for (const size of [0, 1]) {
  test(`a delivery in countless frames of ${size} bytes ends at the limit too`, async () => {
    const script = sending((peer) => {
      for (let part = 0; part < 500; part += 1) {
        peer.transfer(0, Buffer.alloc(size), { more: true });
      }
    });
    await withLink(script, new ManualClock(), {
      options: { limits: { maxDeliveryBytes: 100_000 } },
      body: async ({ link, heard }) => {
        await heard.until("attached");
        link.grantCredit(1);
        await heard.until("ended");
        ended(heard, "FRAME_TOO_LARGE");
      },
    });
  });
}

test("the limit is one delivery's, not that of all of them together", async () => {
  const script = sending((peer) => {
    for (let id = 0; id < 4; id += 1) peer.transfer(id, dataSection(Buffer.alloc(40_000)));
  });
  await withLink(script, new ManualClock(), {
    options: { limits: { maxDeliveryBytes: 100_000 } },
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(4);
      await heard.until("delivery", 4);
      deepEqual(heard.events.slice(-1), ["delivery"]);
    },
  });
});

test("outcomes go over the wire as they were asked for, each delivery once", async () => {
  const clock = new ManualClock();
  const script = sending((peer) => {
    for (let id = 0; id < 6; id += 1) peer.transfer(id, message(String(id)));
  });
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(6);
      await heard.until("delivery", 6);
      const outcomes = [
        "accepted",
        "released",
        "rejected",
        "accepted",
        "accepted",
        "accepted",
      ] as const;
      outcomes.forEach((outcome, index) => heard.deliveries[index]?.settle(outcome));
      heard.deliveries[0]?.settle("released"); // the second call does nothing
      await clock.advance(40);
      const sent = new Map<number, number>();
      while (sent.size < 6) {
        const [role, first, last, isSettled, state] =
          (await server.peers[0]?.expect(CODE.disposition))?.fields ?? [];
        deepEqual([role, isSettled], [true, true]);
        for (let id = Number(first); id <= Number(last); id += 1) {
          ok(!sent.has(id), `delivery ${id} was settled twice`);
          sent.set(id, (state as { code: number }).code);
        }
      }
      const { accepted, released, rejected } = CODE;
      deepEqual(
        [...sent].sort(([one], [other]) => one - other).map(([, outcome]) => outcome),
        [accepted, released, rejected, accepted, accepted, accepted],
      );
      equal(heard.settledCount, 6);
    },
  });
});

test("one delivery that stays unsettled holds up none of the thousands behind it", async () => {
  // More than any buffer of rhea's that was ever used here; and in chunks, as credit comes.
  const behind = 40_000;
  const chunk = 500;
  const script: Script = async (peer) => {
    await peer.attach();
    for (let sent = 0; sent <= behind; sent += chunk) {
      await peer.expect(CODE.flow);
      for (let id = sent; id < sent + chunk; id += 1) peer.transfer(id, message("m"));
    }
  };
  await withLink(script, systemClock, {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      let come = 0;
      heard.onDelivery = (delivery) => {
        if (come > 0) delivery.settle("accepted");
        come += 1;
        if (come % chunk === 0 && come < behind) link.grantCredit(chunk);
      };
      link.grantCredit(chunk);
      await until(() => heard.settledCount === behind - 1, "all but one have their outcome");
      heard.deliveries[0]?.settle("rejected");
      link.flush();
      await settled();
      equal(heard.settledCount, behind);
      ok(!heard.events.includes("ended"), String(heard.cause));
    },
  });
});

test("what is given back while the sender drains goes on when credit is granted anew", async () => {
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    const drain = await peer.expect(CODE.flow);
    deepEqual(drain.fields.slice(5, 9), [0, 10, null, true], "count, credit, available, drain");
    // The sender counts what it gives back as sent, and has no credit left (part 2.6.7).
    peer.performative(CODE.flow, [
      uint(0),
      uint(1_000),
      uint(0),
      uint(1_000),
      uint(0),
      uint(10),
      uint(0),
      nothing,
      yes,
    ]);
    const anew = await peer.expect(CODE.flow);
    deepEqual(anew.fields.slice(5, 7), [10, 5]);
    ok(anew.fields[8] !== true, "it still drains");
    peer.transfer(0, message("after"));
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(10);
      await settled();
      link.returnCredit();
      await heard.until("creditReturned");
      link.grantCredit(5);
      await heard.until("delivery");
      equal(heard.bodies[0], "after");
    },
  });
});

test("credit granted on `settled` follows the outcome on the wire", async () => {
  const clock = new ManualClock();
  const script = sending((peer) => {
    peer.transfer(0, message("only"));
  });
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(1);
      await heard.until("delivery");
      heard.settled = () => {
        link.grantCredit(1);
      };
      heard.deliveries[0]?.settle("accepted");
      link.flush();
      await server.peers[0]?.expect(CODE.flow);
      const codes = server.peers[0]?.frames.map(({ code }) => code) ?? [];
      deepEqual(codes.slice(-2), [CODE.disposition, CODE.flow]);
    },
  });
});

test("close writes what is queued, of every outcome, then closes in order", async () => {
  const clock = new ManualClock();
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    for (let id = 0; id < 4; id += 1) peer.transfer(id, message(String(id)));
    await peer.expect(CODE.close);
    peer.performative(CODE.close);
    peer.socket.end();
  };
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(4);
      await heard.until("delivery", 4);
      heard.deliveries[0]?.settle("accepted");
      heard.deliveries[1]?.settle("released");
      heard.deliveries[2]?.settle("rejected");
      link.close();
      await heard.until("ended");
      ended(heard, undefined);
      heard.deliveries[3]?.settle("accepted"); // too late
      await settled();
      const written = server.peers[0]?.frames.slice(-4) ?? [];
      deepEqual(
        written.map(({ code, fields }) => [
          code,
          fields[1],
          (fields[4] as { code?: number } | undefined)?.code,
        ]),
        [
          [CODE.disposition, 0, CODE.accepted],
          [CODE.disposition, 1, CODE.released],
          [CODE.disposition, 2, CODE.rejected],
          [CODE.close, undefined, undefined],
        ],
      );
      equal(clock.timers, 0);
    },
  });
});

test("messages that were read but not yet handed over when the link closed stay unsettled", async () => {
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    peer.socket.cork(); // one chunk, so that the client reads them all before the first event
    for (let id = 0; id < 10; id += 1) peer.transfer(id, message(String(id)));
    peer.socket.uncork();
    await peer.expect(CODE.close);
    peer.performative(CODE.close);
    peer.socket.end();
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      heard.onDelivery = (delivery) => {
        delivery.settle("accepted");
        link.close();
      };
      link.grantCredit(10);
      await heard.until("ended");
      equal(heard.deliveries.length, 1);
      const outcomes = server.peers[0]?.frames.filter(({ code }) => code === CODE.disposition);
      deepEqual(
        outcomes?.map(({ fields }) => [fields[1], fields[2]]),
        [[0, 0]],
      );
    },
  });
});

test("a close that the server does not answer ends after 2 s", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach().then(() => undefined), clock, {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.close();
      await clock.advance(1_999);
      ok(!heard.events.includes("ended"));
      await clock.advance(1);
      await heard.until("ended");
      ended(heard, undefined);
      equal(clock.timers, 0);
    },
  });
});

test("a server that refuses but does not hang up is left after 2 s", async () => {
  const clock = new ManualClock();
  const script: Script = async (peer) => {
    await peer.attach();
    peer.performative(CODE.detach, [uint(0), yes, amqpError("amqp:not-found")]);
  };
  await withLink(script, clock, {
    body: async ({ heard, server }) => {
      await heard.until("attached");
      await server.peers[0]?.expect(CODE.close);
      await clock.advance(2_000);
      await heard.until("ended");
      ended(heard, "GROUP_NOT_FOUND");
    },
  });
});

for (const [stage, script] of [
  ["connecting", () => undefined],
  ["signing in", raw(SASL_HEADER)],
] as const) {
  test(`close while ${stage} ends at once, without a cause`, async () => {
    const clock = new ManualClock();
    await withLink(script, clock, {
      body: async ({ link, heard }) => {
        link.close();
        link.close();
        await heard.until("ended");
        ended(heard, undefined);
        equal(clock.timers, 0);
      },
    });
  });
}

test("a close during the name look-up ends at once, and what comes after it does nothing", async () => {
  const { link, heard } = openTo(1, systemClock, { host: "no-such-host.invalid" });
  link.close();
  await heard.until("ended");
  ended(heard, undefined);
  link.close();
  link.grantCredit(1);
  link.returnCredit();
  link.flush();
  ended(heard, undefined);
});

test("a message whose further frames do not repeat its ID comes whole", async () => {
  const script = sending((peer) => {
    const whole = message("whole");
    peer.transfer(0, whole.subarray(0, 3), { more: true });
    const further = [uint(0), nothing, nothing, nothing, nothing];
    peer.performative(CODE.transfer, [...further, yes], whole.subarray(3, 5));
    peer.performative(CODE.transfer, [...further, no], whole.subarray(5));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(1);
      await heard.until("delivery");
      equal(heard.bodies[0], "whole");
    },
  });
});

test("an owner that throws on a message ends the link, not the process", async () => {
  const script = sending((peer) => {
    peer.transfer(0, message("m"));
  });
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      heard.onDelivery = () => {
        throw new TypeError("a fault of ours");
      };
      link.grantCredit(1);
      await heard.until("ended");
      ended(heard, "CONNECTION_LOST");
      match(english(heard.cause), /TypeError/);
    },
  });
});
