import { deepEqual, equal, match } from "node:assert/strict";
import { describe, test } from "node:test";
import { ManualClock, settled } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import {
  AMQP_HEADER,
  amqpError,
  CODE,
  dataSection,
  described,
  frame,
  map,
  no,
  nothing,
  SASL_HEADER,
  text,
  uint,
  yes,
} from "../support/peer/frames";
import { HEADER } from "../support/peer/read-frames";
import { openTo } from "../support/peer/open-link";
import { assertEnded, raw, withLink } from "../support/peer/with-link";
import { english } from "../support/english";
import type { ErrorCode } from "../../src/errors/error";
import type { Peer } from "../support/peer/peer";
import type { Script } from "../support/peer/peer-server";

const wait = (peer: Peer) => peer.expect(CODE.close).then(() => undefined);
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
        assertEnded(heard, code);
        if (says !== undefined) match(english(heard.cause), says);
        if (events !== undefined) deepEqual(heard.events, events);
        equal(clock.timers, 0, "timers are left");
      } finally {
        await server.stop();
      }
      server.check();
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
