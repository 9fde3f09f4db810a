import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../support/time/manual-clock";
import {
  CODE,
  dataSection,
  described,
  EMPTY_FRAME,
  no,
  nothing,
  uint,
  yes,
} from "../support/peer/frames";
import { assertEnded, message, sending, withLink } from "../support/peer/with-link";
import { english } from "../support/english";
import type { Script } from "../support/peer/peer-server";

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
      assertEnded(heard, "FRAME_TOO_LARGE");
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
        assertEnded(heard, "FRAME_TOO_LARGE");
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
      assertEnded(heard, "CONNECTION_LOST");
      match(english(heard.cause), /TypeError/);
    },
  });
});
