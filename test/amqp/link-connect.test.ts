import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { SettingError } from "../../src/errors/error";
import { ManualClock, settled } from "../support/time/manual-clock";
import {
  AMQP_HEADER,
  CODE,
  described,
  frame,
  SASL_HEADER,
  symbol,
  text,
  ubyte,
} from "../support/peer/frames";
import { freePort } from "../support/programs/free-port";
import { HEADER } from "../support/peer/read-frames";
import { openTo, PASSWORD, USERNAME } from "../support/peer/open-link";
import { assertEnded, raw, withLink } from "../support/peer/with-link";
import { english } from "../support/english";
import type { Peer } from "../support/peer/peer";
import type { Script } from "../support/peer/peer-server";

test("a refused connection ends with CONNECTION_REFUSED", async () => {
  const port = await freePort();
  const { heard } = openTo(port, systemClock);
  deepEqual(heard.events, []);
  await heard.until("ended");
  assertEnded(heard, "CONNECTION_REFUSED");
  match(english(heard.cause), new RegExp(`127.0.0.1:${port}`));
});

test("several addresses that all refuse end with CONNECTION_REFUSED", async () => {
  const { heard } = openTo(await freePort(), systemClock, { host: "localhost" });
  await heard.until("ended");
  assertEnded(heard, "CONNECTION_REFUSED");
});

test("a host name that cannot exist ends with DNS_FAILED", async () => {
  const { heard } = openTo(1, systemClock, { host: "no-such-host.invalid" });
  await heard.until("ended");
  assertEnded(heard, "DNS_FAILED");
  match(english(heard.cause), /no-such-host\.invalid/);
});

test("an address in brackets is connected to without them", async () => {
  const { heard } = openTo(await freePort(), systemClock, { host: "[127.0.0.1]" });
  await heard.until("ended");
  assertEnded(heard, "CONNECTION_REFUSED");
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
        assertEnded(heard, "CONNECT_TIMEOUT");
        match(english(heard.cause), /within 10 s/);
        deepEqual(heard.events, events);
        equal(clock.timers, 0);
      },
    });
  });
}

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
      assertEnded(heard, "CONNECTION_LOST");
      match(english(heard.cause), /RangeError/);
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
