import { deepEqual, equal, match, notDeepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  ACK,
  EMPTY_FLOW,
  PLACE,
  SUBSCRIBER,
  settlingFlow,
  isConnected,
} from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { EmulatorOptions } from "../../src/emulator/options";
import type { ErrorCode } from "../../src/errors/error";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";
import type { SettlingSettings } from "../support/node-red/flow";

type Message = Readonly<Record<string, unknown>>;

const TOPIC = "/k1/d1/user/update";
const OUTCOMES = ["accepted", "released", "rejected"] as const;

const nodeRed = NodeRed.forFile();

interface Setting {
  readonly emulator?: Partial<EmulatorOptions>;
  readonly flow?: Partial<SettlingSettings>;
  /** More nodes. */
  readonly nodes?: readonly FlowNode[];
}

/** Runs `work` with a subscriber in manual mode that is connected to an emulator of its own. */
function settling(setting: Setting, work: (emulator: Emulator) => Promise<void>): Promise<void> {
  const { emulator: options = {}, flow = {}, nodes = [] } = setting;
  return withEmulator(options, async (emulator) => {
    try {
      await nodeRed.deploy([...settlingFlow({ port: emulator.port, ...flow }), ...nodes]);
      await nodeRed.next("shown", isConnected);
      await work(emulator);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** Pushes a message and takes it when it comes out of the subscriber. */
async function received(emulator: Emulator, payload: unknown = { t: 21 }): Promise<Message> {
  const id = emulator.push({ topic: TOPIC, payload });
  const { message = {} } = await nodeRed.next("message", (event) => messageId(event) === id);
  return message;
}

function messageId({ message }: ProbeEvent): unknown {
  return message?.["messageId"];
}

/** The next error of the ack node: its code, and the message that Catch got with it. */
async function caught(): Promise<{ code: ErrorCode; text: string; message: Message }> {
  const { message = {} } = await nodeRed.next("catch");
  const { code, message: text } = message["error"] as { code: ErrorCode; message: string };
  return { code, text, message };
}

const ackShows =
  (text: string) =>
  ({ id, status }: ProbeEvent): boolean =>
    id === ACK && status?.text === text;

for (const outcome of OUTCOMES) {
  test(`an ack node set to ${outcome} settles so, passes the message on and completes`, () =>
    settling({ flow: { ack: { outcome } } }, async (emulator) => {
      const message = await received(emulator);
      nodeRed.hand(ACK, message);
      await emulator.expectSettled(String(message["messageId"]), outcome);
      const passed = await nodeRed.next("settled");
      deepEqual(
        [passed.message?.["payload"], messageId(passed)],
        [{ t: 21 }, message["messageId"]],
      );
      equal(messageId(await nodeRed.next("complete")), message["messageId"]);
    }));
}

test("an ack node may leave the outcome to the message", () =>
  settling({ flow: { ack: { outcome: "msg" } } }, async (emulator) => {
    for (const outcome of OUTCOMES) {
      const message = await received(emulator);
      nodeRed.hand(ACK, { ...message, outcome });
      await emulator.expectSettled(String(message["messageId"]), outcome);
    }
  }));

test("nothing is settled before the flow says so, and a released message comes again", () =>
  settling(
    { emulator: { backlogRetryMs: 20 }, flow: { ack: { outcome: "msg" } } },
    async (emulator) => {
      const first = await received(emulator);
      equal(emulator.groups()[0]?.unsettled, 1);
      nodeRed.hand(ACK, { ...first, outcome: "released" });
      const { message: second = {} } = await nodeRed.next("message");
      equal(second["messageId"], first["messageId"]);
      notDeepEqual(second["delivery"], first["delivery"]);
      nodeRed.hand(ACK, { ...second, outcome: "accepted" });
      await emulator.expectSettled(String(first["messageId"]), "accepted");
    },
  ));

const node = (id: string, type: string, rest: object): FlowNode => ({ id, type, ...rest });
const functionNode = (id: string, func: string) =>
  node(id, "function", { func, outputs: 1, timeout: 0, initialize: "", finalize: "", libs: [] });

/** What lies between the subscriber and the ack node; each is a way in which flows treat messages. */
const PATHS: Readonly<Record<string, readonly FlowNode[]>> = {
  "a change of everything else": [
    functionNode("f", "return { delivery: msg.delivery, payload: 'other' };"),
  ],
  cloning: [functionNode("f", "return RED.util.cloneMessage(msg);")],
  JSON: [functionNode("f", "return JSON.parse(JSON.stringify(msg));")],
  "split and join": [
    node("s", "split", { splt: "\\n", spltType: "str", arraySplt: 1, arraySpltType: "len" }),
    node("j", "join", { mode: "auto", build: "object", property: "payload", propertyType: "msg" }),
  ],
  "a delay": [
    node("d", "delay", { pauseType: "delay", timeout: "20", timeoutUnits: "milliseconds" }),
  ],
  "a queue": [
    node("d", "delay", {
      ...{ pauseType: "rate", timeout: "1", timeoutUnits: "seconds", rate: "50", nbRateUnits: "1" },
      ...{ rateUnits: "second", randomFirst: "1", randomLast: "5", randomUnits: "seconds" },
      ...{ drop: false, allowrate: false, outputs: 1 },
    }),
  ],
  "a context store": [
    functionNode("in", "flow.set('kept', msg); return { go: true };"),
    functionNode("out", "return flow.get('kept');"),
  ],
};

for (const [what, path] of Object.entries(PATHS)) {
  test(`a delivery can be settled after ${what}`, () =>
    settling({ flow: { path } }, async (emulator) => {
      const message = await received(emulator, [1, 2, 3]);
      await emulator.expectSettled(String(message["messageId"]), "accepted");
      await nodeRed.next("settled");
      deepEqual(nodeRed.taken("catch"), []);
    }));
}

test("a delivery can be settled after a link call", () => {
  const called = [
    node("li", "link in", { ...PLACE, name: "work", links: [], wires: [["lo"]] }),
    node("lo", "link out", { ...PLACE, mode: "return", links: [], wires: [] }),
  ];
  const path = [node("lc", "link call", { links: ["li"], linkType: "static", timeout: "5" })];
  return settling({ flow: { path }, nodes: called }, async (emulator) => {
    const message = await received(emulator);
    await emulator.expectSettled(String(message["messageId"]), "accepted");
  });
});

test("messages joined by their deliveries are settled each", () => {
  const path = [
    node("j", "join", {
      ...{ mode: "custom", build: "array", property: "delivery", propertyType: "msg" },
      ...{ count: "3", accumulate: false, joiner: "", joinerType: "str", timeout: "" },
    }),
  ];
  return settling({ flow: { path, ack: { outcome: "rejected" } } }, async (emulator) => {
    const ids = [1, 2, 3].map((each) => emulator.push({ topic: TOPIC, payload: each }));
    for (const id of ids) await emulator.expectSettled(id, "rejected");
    const { message } = await nodeRed.next("settled");
    equal((message?.["delivery"] as unknown[]).length, 3);
  });
});

test("a subscriber inside a subflow is settled from outside of it", () =>
  withEmulator({}, async (emulator) => {
    const nodes = settlingFlow({ port: emulator.port }).map((each) =>
      each.id === SUBSCRIBER ? { ...each, z: "sub", wires: [[]] } : each,
    );
    const subflow = node("sub", "subflow", {
      ...{ name: "platform", in: [], env: [] },
      out: [{ x: 300, y: 40, wires: [{ id: SUBSCRIBER, port: 0 }] }],
    });
    const instance = node("one", "subflow:sub", { ...PLACE, wires: [["message-probe", ACK]] });
    try {
      await nodeRed.deploy([subflow, ...nodes, instance]);
      const message = await received(emulator);
      await emulator.expectSettled(String(message["messageId"]), "accepted");
      const { subscriber } = message["delivery"] as { subscriber: string };
      ok(subscriber !== SUBSCRIBER, "the node in the subflow has an ID of its own");
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  }));

test("a second settle is DELIVERY_SETTLED, and does not go on", () =>
  settling({}, async (emulator) => {
    const message = await received(emulator);
    nodeRed.hand(ACK, message);
    await nodeRed.next("settled");
    nodeRed.hand(ACK, message);
    const { code, message: told } = await caught();
    equal(code, "DELIVERY_SETTLED");
    equal(told["messageId"], message["messageId"]);
    // What is settled next comes through, and nothing of the second one before it.
    const next = await received(emulator);
    nodeRed.hand(ACK, next);
    equal(messageId(await nodeRed.next("settled")), next["messageId"]);
    for (const { messageId: id } of [message, next]) await emulator.expectSettled(String(id));
    equal(emulator.groups()[0]?.accepted, 2);
  }));

test("a settle after the ack timeout is DELIVERY_EXPIRED, and the time-out is told once", () =>
  settling(
    { flow: { subscribe: { ackTimeout: 1 }, ack: { outcome: "accepted" } } },
    async (emulator) => {
      const [first, second] = [await received(emulator), await received(emulator)];
      for (const { messageId: id } of [first, second]) {
        await emulator.expectSettled(String(id), "released");
      }
      const { code, text } = await caught();
      equal(code, "ACK_TIMEOUT");
      match(text, /1 s.*ack node.*ackTimeout/);
      nodeRed.hand(ACK, first);
      equal((await caught()).code, "DELIVERY_EXPIRED");
      equal(emulator.groups()[0]?.accepted, 0);
    },
  ));

test("a settle after the link is lost is DELIVERY_LINK_LOST, and never one of the next link", () =>
  settling({ emulator: { backlogRetryMs: 20 } }, async (emulator) => {
    const before = await received(emulator);
    emulator.kick();
    await nodeRed.next("catch");
    const { message: again = {} } = await nodeRed.next("message");
    equal(again["messageId"], before["messageId"]);
    nodeRed.hand(ACK, before);
    equal((await caught()).code, "DELIVERY_LINK_LOST");
    equal(emulator.groups()[0]?.unsettled, 1);
    nodeRed.hand(ACK, again);
    await emulator.expectSettled(String(again["messageId"]), "accepted");
  }));

test("a delivery from before a redeploy, or of a subscriber that is gone, is one of a lost link", () =>
  settling({}, async (emulator) => {
    const message = await received(emulator);
    const flow = settlingFlow({ port: emulator.port, subscribe: { name: "renamed" } });
    await nodeRed.deploy(flow, "nodes");
    await nodeRed.next("shown", isConnected);
    nodeRed.hand(ACK, message);
    equal((await caught()).code, "DELIVERY_LINK_LOST");
    await nodeRed.deploy(flow.filter(({ id }) => id !== SUBSCRIBER));
    nodeRed.hand(ACK, message);
    equal((await caught()).code, "DELIVERY_LINK_LOST");
  }));

test("each other misuse is an error of its own, and settles nothing", () =>
  settling({ flow: { ack: { outcome: "msg" } } }, async (emulator) => {
    const { delivery, ...message } = await received(emulator);
    const good = { ...message, delivery };
    const { subscriber, token } = delivery as { subscriber: string; token: string };
    const cases: readonly [string, Message, ErrorCode][] = [
      ["no delivery", { ...message, outcome: "accepted" }, "DELIVERY_MISSING"],
      [
        "made up",
        { delivery: { subscriber, token: "x" }, outcome: "accepted" },
        "DELIVERY_UNKNOWN",
      ],
      ["no outcome", good, "OUTCOME_INVALID"],
      ["an unheard-of one", { ...good, outcome: "modified" }, "OUTCOME_INVALID"],
      ["a prototype's", { ...good, outcome: "constructor" }, "OUTCOME_INVALID"],
    ];
    for (const [what, bad, code] of cases) {
      nodeRed.hand(ACK, bad);
      equal((await caught()).code, code, what);
    }
    // The same once more, each in its own way.
    for (const delivery of [[], { token }, { subscriber, token: 7 }]) {
      nodeRed.hand(ACK, { delivery, outcome: "accepted" });
    }
    await nodeRed.next("shown", ackShows("nothing to settle × 4"));
    deepEqual(nodeRed.taken("catch"), []);
    equal(emulator.groups()[0]?.unsettled, 1);
    nodeRed.hand(ACK, { ...good, outcome: "accepted" });
    await emulator.expectSettled(String(message["messageId"]), "accepted");
    equal(nodeRed.taken("settled").length + nodeRed.taken("complete").length, 2);
  }));

test("of a list of deliveries those that can be settled are, and each other one is told", () =>
  settling({}, async (emulator) => {
    const [one, two] = [await received(emulator), await received(emulator)];
    nodeRed.hand(ACK, one);
    await nodeRed.next("settled");
    const bad = { ...(one["delivery"] as object), token: "made up" };
    nodeRed.hand(ACK, { delivery: [one["delivery"], two["delivery"], bad] });
    const codes = [(await caught()).code, (await caught()).code];
    deepEqual(codes.sort(), ["DELIVERY_SETTLED", "DELIVERY_UNKNOWN"]);
    await emulator.expectSettled(String(two["messageId"]), "accepted");
  }));

test("an ack node behind a subscriber in automatic mode says once that there is nothing to settle", () =>
  settling(
    { flow: { subscribe: { settleMode: "auto" }, path: [functionNode("f", "return msg;")] } },
    async (emulator) => {
      const count = 300;
      for (let payload = 0; payload < count; payload += 1) emulator.push({ topic: TOPIC, payload });
      const { status } = await nodeRed.next("shown", ackShows(`nothing to settle × ${count}`));
      deepEqual([status?.fill, status?.shape], ["red", "ring"]);
      const { code, text, message } = await caught();
      equal(code, "DELIVERY_MISSING");
      match(text, /settleMode.*manual/);
      equal(message["delivery"], undefined);
      deepEqual([nodeRed.taken("catch"), nodeRed.taken("settled")], [[], []]);
    },
  ));

const isOurs = ({ type = "" }: ProbeEvent): boolean => type.startsWith("aliyun-iot-");
const logs = (beginning: string) => (event: ProbeEvent) =>
  isOurs(event) && event.text?.startsWith(beginning) === true;

test("a lost link is told once, and its late settlements once, also where Catch settles", () => {
  const released = "ack-released";
  const nodes = [
    node("catch-all", "catch", { ...PLACE, scope: null, wires: [[released]] }),
    node(released, "aliyun-iot-ack", { ...PLACE, outcome: "released", wires: [["settled-probe"]] }),
  ];
  return settling({ nodes }, async (emulator) => {
    const messages: Message[] = [];
    for (let payload = 0; payload < 10; payload += 1) messages.push(await received(emulator));
    await nodeRed.next("log", logs("Connected to 127.0.0.1:"));
    emulator.kick();
    equal((await caught()).code, "CLOSED_BY_PLATFORM");
    await nodeRed.next("log", logs("Connected again to 127.0.0.1:"));
    for (const message of messages) nodeRed.hand(ACK, message);
    equal((await caught()).code, "DELIVERY_LINK_LOST");
    await nodeRed.next("shown", ackShows("link lost × 10"));
    deepEqual([nodeRed.taken("catch"), nodeRed.taken("settled")], [[], []]);
    deepEqual(nodeRed.taken("log").filter(isOurs), []);
    // What a flow fails is settled behind Catch all the same.
    nodeRed.hand(released, { ...(await received(emulator)), error: { source: { id: "f" } } });
    await nodeRed.next("settled");
  });
});

test("a subscriber that nobody settles for says so in its status, until there is an ack node", () =>
  withEmulator({}, async (emulator) => {
    const nodes = settlingFlow({ port: emulator.port });
    const isSaid = ({ id, status }: ProbeEvent) =>
      id === SUBSCRIBER && status?.text === "connected: no ack node" && status.fill === "yellow";
    await nodeRed.deploy(nodes.map((node) => (node.id === ACK ? { ...node, d: true } : node)));
    await nodeRed.next("shown", isSaid);
    // The subscriber itself goes on.
    await nodeRed.deploy(nodes, "nodes");
    await nodeRed.next("shown", isConnected);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

const WRONG: readonly (readonly [
  outcome: string,
  code: ErrorCode,
  status: string,
  says: RegExp,
])[] = [
  [
    ...(["modified", "SETTING_INVALID", "Outcome invalid"] as const),
    /Outcome.*\(outcome\).*accepted, released, rejected, msg/,
  ],
  ["${NOPE_VAR}", "ENV_MISSING", "${NOPE_VAR} not set", /NOPE_VAR.*\(outcome\)/],
];

for (const [outcome, code, text, says] of WRONG) {
  test(`an ack node with ${outcome} as its outcome shows and tells what is wrong at the deploy`, () =>
    settling({ flow: { ack: { outcome } } }, async (emulator) => {
      const { status } = await nodeRed.next("shown", ({ id }) => id === ACK);
      deepEqual(status, { fill: "red", shape: "ring", text });
      const error = await caught();
      equal(error.code, code);
      match(error.text, says);
      nodeRed.hand(ACK, await received(emulator));
      nodeRed.hand(ACK, await received(emulator));
      await nodeRed.next("shown", ackShows(`${text} × 2`));
      deepEqual(nodeRed.taken("catch"), []);
      equal(emulator.groups()[0]?.unsettled, 2);
      await nodeRed.deploy(settlingFlow({ port: emulator.port }), "nodes");
      deepEqual((await nodeRed.next("shown", ({ id }) => id === ACK)).status, {});
    }));
}

test("a message whose payload does not fit can be rejected by the flow behind Catch", () =>
  settling(
    { flow: { subscribe: { payloadFormat: "json" }, ack: { outcome: "rejected" } } },
    async (emulator) => {
      const id = emulator.push({ topic: TOPIC, payload: "no JSON" });
      const { code, message } = await caught();
      equal(code, "PAYLOAD_FORMAT");
      nodeRed.hand(ACK, message);
      await emulator.expectSettled(id, "rejected");
    },
  ));
