import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import {
  ACK,
  EMPTY_FLOW,
  isConnected,
  PLACE,
  settlingFlow,
  SUBSCRIBER,
} from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { LARGE_MESSAGES } from "../support/messages/large-messages";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";

type Message = Readonly<Record<string, unknown>>;

const PROPERTIES = "properties00000";
const ORIGIN = { productKey: "k1", deviceName: "d1" };
const POST = "/k1/d1/thing/event/property/post";
const BATCH = "/k1/d1/thing/property/batch/post";
const HISTORY = "/k1/d1/thing/event/property/history/post";
const CUSTOM = "/k1/d1/user/update";
const OUTPUTS = ["values", "refused", "others"];
const GHOST = { value: 7, time: 4, code: 6304, message: "tsl parse: params not exist -> ghost" };

const nodeRed = NodeRed.forFile({ environment: { TEST_IDENTIFIERS: "pos, on" } });

/** A node between subscriber and ack node; what each output sends is of the kind in OUTPUTS. */
function flow(
  port: number,
  settings: object,
  subscribe: Readonly<Record<string, unknown>> = {},
): FlowNode[] {
  const probe = (kind: string) => ({ id: `${kind}-probe`, type: "test-probe", kind, ...PLACE });
  const nodes = settlingFlow({ port, subscribe }).map((node) => {
    if (node.id === SUBSCRIBER) return { ...node, wires: [[PROPERTIES]] };
    return node.type === "complete" ? { ...node, scope: [PROPERTIES] } : node;
  });
  return [
    ...nodes,
    {
      id: PROPERTIES,
      type: "aliyun-iot-properties",
      ...PLACE,
      ...settings,
      wires: OUTPUTS.map((kind) => [`${kind}-probe`]),
    },
    ...OUTPUTS.map(probe),
  ];
}

/** The node and what is behind it, without a subscriber. */
function alone(settings: object): FlowNode[] {
  return flow(1, settings).filter(({ id }) => id !== SUBSCRIBER);
}

interface Setting {
  /** The node's own settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly subscribe?: Readonly<Record<string, unknown>>;
}

/** Runs `work` with a node that gets the messages of an emulator of its own. */
function withProperties(
  { settings = {}, subscribe }: Setting,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  return withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    try {
      await nodeRed.deploy(flow(emulator.port, settings, subscribe));
      await nodeRed.next("shown", isConnected);
      await work(emulator);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

const AUTOMATIC = { settleMode: "auto" };
const at = (value: unknown, time: number) => ({ value, time });
const ITEMS = { on: at(true, 3), pos: at({ lat: 30.1, lon: 120.2 }, 2), list: at([1, 2], 1) };

/** Pushes a message; its ID, once the node has completed it. */
async function pushed(emulator: Emulator, topic: string, payload: object): Promise<string> {
  const id = emulator.push({
    topic,
    payload: { ...ORIGIN, gmtCreate: 9_000, ...payload },
    qos: 1,
  });
  await nodeRed.next("complete", ({ message }) => message?.["messageId"] === id);
  return id;
}

/** What an output has sent since it was last asked. */
function sent(kind: string): Message[] {
  return nodeRed.taken(kind).map(({ message = {} }) => message);
}

const bodies = (messages: readonly Message[]) =>
  messages.map(({ topic, payload, timestamp }) => [topic, payload, timestamp]);

test("by default a report becomes one flat message that says where it came from", () =>
  withProperties({ subscribe: AUTOMATIC }, async (emulator) => {
    const id = await pushed(emulator, POST, { items: ITEMS });
    const [message = {}, ...more] = sent("values");
    deepEqual(more, []);
    const payload = { on: true, "pos.lat": 30.1, "pos.lon": 120.2, list: [1, 2] };
    deepEqual(message["payload"], payload);
    deepEqual(message["times"], { on: 3, "pos.lat": 2, "pos.lon": 2, list: 1 });
    equal(message["timestamp"], 3);
    deepEqual(message["device"], ORIGIN);
    deepEqual(
      [message["topic"], message["messageId"], message["messageType"], message["qos"]],
      [POST, id, "property-post", 1],
    );
    equal(typeof message["generateTime"], "number");
    equal((message["properties"] as Message)["topic"], POST);
    ok(!("delivery" in message));
    deepEqual(sent("refused"), []);
  }));

test("a batch and history become flat messages, a batch one for each time", () =>
  withProperties({ subscribe: AUTOMATIC }, async (emulator) => {
    await pushed(emulator, BATCH, {
      payload: { t: [at(23.4, 8), at(23.1, 5)], on: [at(true, 5)] },
    });
    deepEqual(bodies(sent("values")), [
      [BATCH, { t: 23.1, on: true }, 5],
      [BATCH, { t: 23.4 }, 8],
    ]);
    await pushed(emulator, HISTORY, { items: { t: at(20, 1), on: at(false, 2) } });
    deepEqual(bodies(sent("values")), [[HISTORY, { t: 20, on: false }, 2]]);
  }));

test("set to each, every value is a message, oldest first; several identifiers choose some", () =>
  withProperties(
    { settings: { output: "each", identifiers: ["pos.lat", "on"] }, subscribe: AUTOMATIC },
    async (emulator) => {
      await pushed(emulator, POST, { items: ITEMS });
      deepEqual(bodies(sent("values")), [
        ["pos.lat", 30.1, 2],
        ["on", true, 3],
      ]);
    },
  ));

test("refused values come from the second output before the others, and share nothing with them", () =>
  withProperties({ settings: { output: "each", identifiers: "on" } }, async (emulator) => {
    await nodeRed.deploy([
      ...flow(emulator.port, { output: "each", identifiers: "on" }, AUTOMATIC).map((node) =>
        node.id === PROPERTIES ? { ...node, wires: [["mark"], ["mark"]] } : node,
      ),
      {
        id: "mark",
        type: "function",
        ...PLACE,
        func: "msg.device.seen = (msg.device.seen || 0) + 1; return msg;",
        outputs: 1,
        wires: [["values-probe"]],
      },
    ]);
    await nodeRed.next("shown", isConnected);
    const other = { ...GHOST, value: { a: 1 } };
    emulator.push({
      topic: POST,
      payload: { items: { ...ITEMS, x: at(1, 1) }, checkFailedData: { ghost: GHOST, other } },
    });
    const marked: Message[] = [];
    while (marked.length < 3) marked.push((await nodeRed.next("values")).message ?? {});
    deepEqual(bodies(marked), [
      ["ghost", 7, 4],
      ["other", { a: 1 }, 4],
      ["on", true, 3],
    ]);
    deepEqual(marked[0]?.["refused"], { code: GHOST.code, message: GHOST.message });
    for (const { device } of marked) equal((device as Message)["seen"], 1);
  }));

test("other messages go nowhere, and out of the third output if they are to be passed on", async () => {
  const message = { topic: CUSTOM, payload: { t: 21 } };
  await withProperties({ subscribe: AUTOMATIC }, async (emulator) => {
    await pushed(emulator, CUSTOM, { t: 21 });
    for (const kind of OUTPUTS) deepEqual(sent(kind), []);
  });
  const settings = { passOthers: true, identifiers: ["on"] };
  await withProperties({ settings, subscribe: AUTOMATIC }, async (emulator) => {
    nodeRed.hand(PROPERTIES, message);
    const { message: passed = {} } = await nodeRed.next("others");
    deepEqual({ ...message, _msgid: passed["_msgid"] }, passed);
    const notChosen = await pushed(emulator, POST, { items: { t: at(1, 1) } });
    deepEqual(
      sent("others").map(({ messageId }) => messageId),
      [notChosen],
    );
    await pushed(emulator, POST, { items: { on: at(true, 1) } });
    deepEqual([sent("others").length, sent("values").length], [0, 1]);
  });
});

test("in manual mode a report is accepted once its last message is, and only that can be", () =>
  withProperties({ settings: { output: "each" } }, async (emulator) => {
    const id = await pushed(emulator, POST, { items: ITEMS, checkFailedData: { ghost: GHOST } });
    const messages = [...sent("refused"), ...sent("values")];
    equal(messages.length, 5);
    const last = messages.pop() ?? {};
    // One cause, told once.
    for (const message of messages) nodeRed.hand(ACK, message);
    const caught = await nodeRed.next("catch");
    equal((caught.message?.["error"] as Message)["code"], "DELIVERY_MISSING");
    equal(emulator.groups()[0]?.unsettled, 1);
    nodeRed.hand(ACK, last);
    await emulator.expectSettled(id, "accepted");
  }));

test("a switch that asks for the delivery leads only the last message to an ack node", () =>
  withEmulator({}, async (emulator) => {
    const rules = [{ t: "nnull" }];
    const question = { property: "delivery", propertyType: "msg", rules, outputs: 1 };
    const nodes = flow(emulator.port, { output: "each" }).map((node) =>
      node.id === PROPERTIES ? { ...node, wires: [["switch"], ["switch"]] } : node,
    );
    const last: FlowNode = { id: "switch", type: "switch", ...PLACE, ...question, wires: [[ACK]] };
    await nodeRed.deploy([...nodes, last]);
    await nodeRed.next("shown", isConnected);
    for (const items of [ITEMS, {}]) {
      const id = await pushed(emulator, POST, { items, checkFailedData: { ghost: GHOST } });
      await emulator.expectSettled(id, "accepted");
    }
    deepEqual(nodeRed.taken("catch"), []);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("in manual mode a report with nothing but refused values is settled with the last of them", () =>
  withProperties({}, async (emulator) => {
    const checkFailedData = { ghost: GHOST, other: GHOST };
    const id = await pushed(emulator, POST, { items: {}, checkFailedData });
    const [first = {}, last = {}] = sent("refused");
    ok(!("delivery" in first));
    nodeRed.hand(ACK, last);
    await emulator.expectSettled(id, "accepted");
  }));

test("in manual mode what would go nowhere goes to Catch, and is settled there or further on", async () => {
  await withProperties({}, async (emulator) => {
    const id = emulator.push({ topic: CUSTOM, payload: { t: 21 } });
    const { message = {} } = await nodeRed.next("catch");
    const { code, message: text } = message["error"] as Message;
    equal(code, "DELIVERY_DROPPED");
    match(String(text), /of type custom.*“Pass others on” \(passOthers\)/);
    nodeRed.hand(ACK, message);
    await emulator.expectSettled(id, "accepted");
  });
  await withProperties({ settings: { passOthers: true } }, async (emulator) => {
    const id = emulator.push({ topic: CUSTOM, payload: { t: 21 } });
    nodeRed.hand(ACK, (await nodeRed.next("others")).message ?? {});
    await emulator.expectSettled(id, "accepted");
  });
});

test("a report that cannot be read goes to Catch as it came, with what is wrong, and the next is read", () =>
  withProperties({}, async (emulator) => {
    const id = emulator.push({ topic: POST, payload: { items: { t: { time: 1 } } } });
    const { message = {} } = await nodeRed.next("catch");
    const { code, message: text } = message["error"] as Message;
    equal(code, "MESSAGE_MALFORMED");
    match(String(text), /type property-post on topic “\/k1\/d1\/.*“items\.t\.value” is missing/);
    deepEqual([message["messageId"], message["topic"]], [id, POST]);
    nodeRed.hand(ACK, message);
    await emulator.expectSettled(id, "accepted");
    await pushed(emulator, POST, { items: { t: at(1, 1) } });
    deepEqual(bodies(sent("values")), [[POST, { t: 1 }, 1]]);
  }));

const TYPE = { messageType: "property-post" };
/** What only a flow can make of a message, and what Catch gets for it. */
const HOSTILE: Readonly<Record<string, readonly [func: string, says: RegExp]>> = {
  "a payload that holds itself": [
    "msg.payload = {}; msg.payload.items = { a: msg.payload }",
    /“items\.a\.value” is missing/,
  ],
  "a value that holds itself": [
    "const v = {}; v.v = v; msg.payload = { items: { a: { value: v, time: 1 } } }",
    /deeper than 200 levels/,
  ],
  "a getter that throws": [
    "Object.defineProperty(msg, 'payload', { get() { throw new Error('not today'); } })",
    /not today/,
  ],
  "null as payload": ["msg.payload = null", /not a JSON object/],
  "a number as topic and no type": [
    "msg.topic = 7; delete msg.messageType; msg.delivery = {}",
    /of type unknown produces no output/,
  ],
};

/** Makes a message by a function node in front of the node. */
async function handMade(func: string): Promise<void> {
  const hostile = { id: "hostile", type: "function", ...PLACE, outputs: 1, wires: [[PROPERTIES]] };
  await nodeRed.deploy([...alone({}), { ...hostile, func: `${func}; return msg;` }]);
  nodeRed.hand("hostile", TYPE);
}

async function expectAlive(): Promise<void> {
  nodeRed.hand(PROPERTIES, { ...TYPE, payload: { items: { a: at(1, 1) } } });
  await nodeRed.next("values");
  await nodeRed.deploy(EMPTY_FLOW);
}

for (const [what, [func, says]] of Object.entries(HOSTILE)) {
  test(`a message with ${what} goes to Catch, and the next is read`, async () => {
    await handMade(func);
    const { message } = await nodeRed.next("catch");
    match(String((message?.["error"] as Message)["message"]), says);
    await expectAlive();
  });
}

const isRed = ({ id, status }: ProbeEvent) => id === PROPERTIES && status?.fill === "red";
const WRONG: readonly (readonly [settings: object, short: string, code: string])[] = [
  [{ output: "xml" }, "Output invalid", "SETTING_INVALID"],
  [{ identifiers: [7] }, "Properties invalid", "SETTING_INVALID"],
  [{ passOthers: "perhaps" }, "Pass others on invalid", "SETTING_INVALID"],
  [{ identifiers: "${NOT_SET_ANYWHERE}" }, "${NOT_SET_ANYWHERE} not set", "ENV_MISSING"],
];

for (const [settings, short, code] of WRONG) {
  test(`settings such as ${JSON.stringify(settings)} are told at the deploy, by status and to Catch`, async () => {
    await nodeRed.deploy(alone(settings));
    const { status } = await nodeRed.next("shown", isRed);
    deepEqual([status?.shape, status?.text], ["ring", short]);
    const { message } = await nodeRed.next("catch");
    equal((message?.["error"] as Message)["code"], code);
    const report = { ...TYPE, payload: { items: { a: at(1, 1) } } };
    for (let count = 0; count < 3; count += 1) nodeRed.hand(PROPERTIES, report);
    await nodeRed.next("shown", (event) => isRed(event) && event.status?.text === `${short} × 3`);
    deepEqual(nodeRed.taken("catch"), []);
    await nodeRed.deploy(alone({}), "nodes");
    deepEqual((await nodeRed.next("shown", ({ id }) => id === PROPERTIES)).status, {});
    await expectAlive();
  });
}

test("the identifiers may come from an environment variable", () =>
  withProperties(
    { settings: { output: "each", identifiers: "${TEST_IDENTIFIERS}" }, subscribe: AUTOMATIC },
    async (emulator) => {
      await pushed(emulator, POST, { items: ITEMS });
      deepEqual(
        sent("values").map(({ topic }) => topic),
        ["pos.lat", "pos.lon", "on"],
      );
    },
  ));

/** The longest that the editor waited for an answer while something was done, in ms. */
async function longestWaitMs(work: Promise<unknown>): Promise<number> {
  const progress = { isDone: false };
  const done = () => (progress.isDone = true);
  void work.then(done, done);
  let longestMs = 0;
  while (!progress.isDone) {
    const startMs = performance.now();
    await nodeRed.request("GET", "/settings");
    longestMs = Math.max(longestMs, performance.now() - startMs);
  }
  await work;
  return longestMs;
}

const TAKERS: Readonly<Record<string, object>> = {
  each: { type: "aliyun-iot-properties", output: "each" },
  flat: { type: "aliyun-iot-properties", output: "flat", identifiers: "t, s.n" },
  state: { type: "aliyun-iot-device-state", context: "devices", contextType: "flow" },
};

/** What is too large to be taken apart, or to be kept. */
const TOO_LARGE: Readonly<Record<string, RegExp>> = {
  "thousands of properties": /more than 10000 values/,
  "a struct with thousands of members": /more than 10000 values/,
  "structs 100 levels deep with names of 1,000 characters": /1000000 characters/,
  "structs 190 levels deep with thousands of members": /1000000 characters/,
  "thousands of tags": /state of the device k1\/d1 .* 500000 characters/,
};

/** Far more than the 200 ms or so of an idle computer, far less than the 15 s that it once took. */
const MAX_WAIT_MS = 4_000;

test("the editor does not wait for messages of 256 KB, and what is too large goes to Catch as it came", async (t) => {
  const wires = OUTPUTS.map(() => ["one", "other"]);
  const flow = [
    ...alone({}).map((node) =>
      node.type === "complete" ? { ...node, scope: Object.keys(TAKERS) } : node,
    ),
    ...Object.entries(TAKERS).map(([id, node]) => ({ id, ...PLACE, wires, type: "", ...node })),
    ...["one", "other"].map((id) => ({ id, type: "junction", ...PLACE, wires: [[]] })),
  ];
  // Done or failed: one kind of event for both.
  const ends = flow.map((node) =>
    node.id === "catch-probe" ? { ...node, kind: "complete" } : node,
  );
  await nodeRed.deploy(ends);
  for (const [what, message] of Object.entries(LARGE_MESSAGES)) {
    const errors: string[] = [];
    const work = async () => {
      for (const id of Object.keys(TAKERS)) {
        nodeRed.hand(id, message);
        const { message: end } = await nodeRed.next("complete");
        equal(end?.["payload"], message.payload);
        const error = end["error"] as Message | undefined;
        if (error !== undefined) errors.push(String(error["message"]));
      }
    };
    const waitMs = await longestWaitMs(work());
    t.diagnostic(`${what}: ${waitMs.toFixed(0)} ms`);
    ok(waitMs < MAX_WAIT_MS, `${what} kept the editor waiting for ${waitMs} ms`);
    const expected = TOO_LARGE[what];
    equal(errors.length > 0, expected !== undefined, `${what}: ${errors.join()}`);
    for (const error of errors) match(error, expected ?? /nothing/);
  }
  await nodeRed.deploy(EMPTY_FLOW);
});
