import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { message as codec } from "rhea";
import {
  EMPTY_FLOW,
  PLACE,
  SUBSCRIBER,
  subscriberFlow,
  isConnected,
} from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { PeerServer } from "../support/peer/peer-server";
import {
  AMQP_HEADER,
  CODE,
  dataSection,
  described,
  frame,
  nothing,
  SASL_HEADER,
  uint,
} from "../support/peer/frames";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { Peer } from "../support/peer/peer";
import type { Script } from "../support/peer/peer-server";
import type { FlowNode } from "../support/node-red/node-red";

const TOPIC = "/k1/d1/user/update";

const nodeRed = NodeRed.forFile();

/** Whatever has happened before: a message still gets through. */
async function stillReceives(emulator: Emulator): Promise<void> {
  const id = emulator.push({ topic: TOPIC, payload: "still here" });
  await nodeRed.next("message", ({ message }) => message?.["messageId"] === id);
  await emulator.expectSettled(id, "accepted");
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const saying =
  (...chunks: readonly Buffer[]): Script =>
  (peer) => {
    peer.send(...chunks);
  };
const opened =
  (say: (peer: Peer) => void): Script =>
  async (peer) => {
    await peer.open();
    say(peer);
  };
const attached =
  (say: (peer: Peer) => void): Script =>
  async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    say(peer);
  };

const PEERS: Readonly<Record<string, Script>> = {
  "hangs up at once": (peer) => {
    peer.socket.resetAndDestroy();
  },
  "speaks HTTP": saying(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
  "speaks AMQP 0.9.1": saying(bytes("414d5150 00000901")),
  "speaks nothing known": saying(Buffer.alloc(4_096, 0xa5)),
  "offers mechanisms of a prototype": async (peer) => {
    await peer.signIn(0, "__proto__");
  },
  "opens with nonsense and leaves": async (peer) => {
    await peer.signIn();
    peer.send(AMQP_HEADER, frame(described(CODE.open, [uint(7), uint(8), uint(9)])));
    peer.socket.end();
  },
  "announces a giant frame": opened((peer) => {
    peer.send(bytes("7fffffff 02000000"));
  }),
  "announces a frame smaller than its head": opened((peer) => {
    peer.send(bytes("00000004 02000000"));
  }),
  "sends a performative that does not exist": opened((peer) => {
    peer.send(frame(described(0x99, [nothing])));
  }),
  "sends half a frame and no more": attached((peer) => {
    peer.send(bytes("00000100 02000000 0053"));
  }),
  "sends a transfer to nowhere": attached((peer) => {
    peer.performative(CODE.transfer, [uint(99), uint(0), bytes("a000"), uint(0)]);
  }),
  "settles what was never sent": attached((peer) => {
    peer.performative(CODE.disposition, [bytes("41"), uint(0), uint(0xffff_ffff), bytes("41")]);
  }),
  "sends more than it may": attached((peer) => {
    for (let id = 0; id < 500; id += 1) peer.transfer(id, dataSection(Buffer.from("{}")));
  }),
  "lets in who has not signed in, and leaves": (peer) => {
    peer.send(SASL_HEADER, frame(described(CODE.outcome, [bytes("5000")]), "sasl"));
    peer.socket.end();
  },
};

/** Half a frame looks like a slow network until the heartbeat is missed; the others change nothing. */
const HARMLESS = ["sends half a frame and no more", "settles what was never sent"];

test("while hostile servers of every sort answer other subscribers, one goes on receiving", () =>
  withEmulator({}, async (emulator) => {
    const servers = await Promise.all(
      Object.values(PEERS).map((script) => PeerServer.start(script)),
    );
    const hostile = servers.flatMap(({ port }, index): FlowNode[] => {
      const own = subscriberFlow({ port }).slice(1, 3);
      return own.map((node) => ({
        ...node,
        id: `${node.id}-${index}`,
        ...("instance" in node
          ? { instance: `${String(node["instance"])}-${index}`, wires: [[]] }
          : {}),
      }));
    });
    try {
      await nodeRed.deploy([...subscriberFlow({ port: emulator.port }), ...hostile]);
      const startMs = performance.now();
      await nodeRed.next("shown", isConnected);
      // Sixteen bytes can ask for four thousand million steps.
      const tookMs = performance.now() - startMs;
      ok(tookMs < 15_000, `a server has kept the process busy for ${tookMs} ms`);
      for (const [index, what] of Object.keys(PEERS).entries()) {
        const wanted = HARMLESS.includes(what) ? /^connected$/ : /retry/;
        await nodeRed.next("shown", ({ id, status }) => {
          return id === `${SUBSCRIBER}-${index}` && wanted.test(status?.text ?? "");
        });
        await stillReceives(emulator);
      }
      equal(emulator.signIns.length, 1, "the good connection was lost");
      ok(!/uncaught|unhandled|Error: /i.test(nodeRed.output), nodeRed.output);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
      for (const server of servers) await server.stop();
    }
    for (const server of servers) server.check();
  }));

test("messages that cannot be decoded go to Catch, and the connection stays", () =>
  withEmulator({}, async (emulator) => {
    await nodeRed.deploy(subscriberFlow({ port: emulator.port }));
    await nodeRed.next("shown", isConnected);
    const bad = [
      "00",
      "0053",
      "005375b0ffffffff",
      "005374d100000010ffffffff",
      "f0",
      "005377f00000000affffffff40",
    ];
    for (const hex of bad) {
      const remove = emulator.use({
        onTransfer: ({ send }) => {
          send(bytes(hex));
          return "taken";
        },
      });
      const id = emulator.push({ topic: TOPIC, payload: "never seen" });
      const { message } = await nodeRed.next("catch");
      equal((message?.["error"] as { code: string }).code, "MESSAGE_UNDECODABLE", hex);
      deepEqual(Buffer.from(message?.["payload"] as Uint8Array), bytes(hex));
      await emulator.expectSettled(id, "rejected");
      remove();
    }
    await stillReceives(emulator);
    equal(emulator.signIns.length, 1);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

/** A message whose properties and payload have names that change prototypes where they are set. */
function polluting(): Buffer {
  const properties: Record<string, unknown> = { topic: TOPIC, messageId: "1", constructor: "x" };
  const own = { value: "polluted", enumerable: true };
  Object.defineProperty(properties, "__proto__", own);
  Object.defineProperty(properties, "toString", own);
  const payload = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  const body: unknown = codec.data_section(Buffer.from(payload));
  return codec.encode({ application_properties: properties, body });
}

test("property names that pollute prototypes are only names, in messages and in their clones", () =>
  withEmulator({}, async (emulator) => {
    const wires = [["message-probe", "look", "clone"]];
    const flow = subscriberFlow({ port: emulator.port }).map((node) =>
      node.id === SUBSCRIBER ? { ...node, wires } : node,
    );
    const func =
      "msg.payload = { kept: msg.payload, clean: {}.polluted === undefined && `${{}}` }; return msg;";
    const look = {
      id: "look",
      type: "function",
      ...PLACE,
      func,
      outputs: 1,
      wires: [["look-probe"]],
    };
    const clone = {
      id: "clone",
      type: "change",
      ...PLACE,
      rules: [{ t: "set", p: "copy", pt: "msg", to: "payload", tot: "msg", dc: true }],
      wires: [["look-probe"]],
    };
    const probe = { id: "look-probe", type: "test-probe", kind: "look", ...PLACE };
    await nodeRed.deploy([...flow, look, clone, probe]);
    await nodeRed.next("shown", isConnected);
    const remove = emulator.use({
      onTransfer: ({ send }) => {
        send(polluting());
        return "taken";
      },
    });
    emulator.push({ topic: TOPIC, payload: "replaced" });
    const { message } = await nodeRed.next("message");
    const properties = message?.["properties"] as object;
    equal(Object.getOwnPropertyDescriptor(properties, "__proto__")?.value, "polluted");
    equal(Object.getPrototypeOf(properties), Object.prototype);
    remove();
    const first = await nodeRed.next("look");
    const second = await nodeRed.next("look");
    const looked = [first, second].find(({ message: m }) => m?.["copy"] === undefined);
    match(JSON.stringify(looked?.message?.["payload"]), /"clean":"\[object Object\]"/);
    await stillReceives(emulator);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("a flow that throws at once costs no message and no connection", () =>
  withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    const wires = [["thrower", "message-probe"]];
    const flow = subscriberFlow({ port: emulator.port }).map((node) =>
      node.id === SUBSCRIBER ? { ...node, wires } : node,
    );
    const thrower = {
      id: "thrower",
      type: "test-probe",
      kind: "throws",
      throws: "at once",
      ...PLACE,
    };
    await nodeRed.deploy([...flow, thrower]);
    await nodeRed.next("shown", isConnected);
    for (let round = 0; round < 20; round += 1) await stillReceives(emulator);
    equal(emulator.signIns.length, 1);
    equal(emulator.groups()[0]?.accepted, 20);
    await nodeRed.deploy(EMPTY_FLOW);
  }));
