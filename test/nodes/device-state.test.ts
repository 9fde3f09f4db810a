import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { deviceStatus, propertyPost, T0 } from "../support/messages/device-messages";
import { PLACE } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { STATE, stateFlow } from "../support/node-red/state-flow";
import type { DeviceState } from "../../src/device-state/device-state";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";

const OTHER = "other0000000000";
/** Node-RED forgets the context of a flow that is gone. */
const ANOTHER_FLOW: readonly FlowNode[] = [{ id: "another", type: "tab", label: "another" }];
const D1 = { productKey: "k1", deviceName: "d1" };

const nodeRed = NodeRed.forFile({ environment: { TEST_STORES: "memory,slow" } });

/** Runs `work` with device state nodes that know nothing yet. */
async function stating(flow: readonly FlowNode[], work: () => Promise<void>): Promise<void> {
  try {
    await nodeRed.deploy(flow);
    await work();
  } finally {
    await nodeRed.deploy(ANOTHER_FLOW);
  }
}

type Message = Readonly<Record<string, unknown>>;

/** Hands a node a message and waits until that is done. */
async function take(message: Message, id = STATE): Promise<void> {
  nodeRed.hand(id, { ...message });
  await nodeRed.next("complete");
}

/** Asks a node and returns the answer. */
async function asked(request: Message, id = STATE): Promise<unknown> {
  nodeRed.hand(id, { ...request });
  const { message } = await nodeRed.next(id, ({ message: m }) => m?.["action"] !== undefined);
  await nodeRed.next("complete");
  return message?.["payload"];
}

async function refused(message: unknown): Promise<{ code: string; message: string }> {
  nodeRed.hand(STATE, message as Message);
  const caught = await nodeRed.next("catch");
  return caught.message?.["error"] as { code: string; message: string };
}

const shows =
  (text: string, fill: string, id = STATE) =>
  (event: ProbeEvent) =>
    event.id === id && event.status?.text === text && event.status.fill === fill;

test("a changed state is sent with what has changed and what the message said of itself", () =>
  stating(stateFlow({}), async () => {
    const cause = { messageId: "7", generateTime: T0 + 99, messageType: "property-post" };
    await take({ ...propertyPost("d1", { t: 21 }), ...cause, delivery: { token: "x" } });
    await take({ ...propertyPost("d1", { t: 22 }, T0 + 1_000) });
    const [first, second] = nodeRed.taken(STATE).map(({ message }) => message);
    deepEqual(
      { ...first, _msgid: undefined },
      {
        topic: "k1/d1",
        payload: {
          ...D1,
          properties: { t: { value: 21, time: T0 } },
          ...{ tags: {}, modules: {}, lastHeard: T0 + 50, time: T0 + 50 },
        },
        changed: [{ part: "properties", name: "t", value: 21, time: T0 }],
        device: D1,
        ...cause,
        _msgid: undefined,
      },
    );
    const changed = { part: "properties", name: "t", value: 22, previous: 21, time: T0 + 1_000 };
    deepEqual(second?.["changed"], [changed]);
    equal(second["messageType"], "property-post");
    equal("messageId" in Object(second), false);
  }));

test("what is no news is not sent, nor what says nothing of a state, and yet both are done", () =>
  stating(stateFlow({}), async () => {
    await take(propertyPost("d1", { t: 21 }));
    nodeRed.taken(STATE);
    await take(propertyPost("d1", { t: 21 }));
    await take(propertyPost("d1", { t: 20 }, T0 - 1));
    await take({ topic: "/k1/d1/user/update", payload: { t: 99 } });
    await take({ topic: "/k1/d1/thing/event/overheat/post", payload: { value: { t: 99 } } });
    await take({ payload: "no device message at all" });
    deepEqual(nodeRed.taken(STATE), []);
  }));

test("a device whose clock fell back shows what it reports now, and any message of it is a sign of life", () =>
  stating(stateFlow({}), async () => {
    await take(propertyPost("d1", { t: 21 }));
    const fallenMs = Date.parse("2000-01-01");
    const { topic, payload } = propertyPost("d1", { t: 22 }, fallenMs);
    await take({ topic, payload: { ...payload, gmtCreate: T0 + 9_000 } });
    const get = async (deviceName = "d1") =>
      (await asked({ action: "get", device: { ...D1, deviceName } })) as DeviceState;
    const { properties, lastHeard } = await get();
    deepEqual(properties["t"], { value: 22, time: T0 + 9_000, deviceTime: fallenMs });
    equal(lastHeard, T0 + 9_000);
    await take({ topic: "/k1/d1/user/update", payload: "on", generateTime: T0 + 10_000 });
    equal((await get()).lastHeard, T0 + 10_000);
    const pressed = "/k1/button/thing/event/pressed/post";
    await take({ topic: pressed, payload: { gmtCreate: T0 + 11_000, value: {} } });
    equal((await get("button")).lastHeard, T0 + 11_000);
  }));

test("a message that names several devices is sent once for each that it changes", () =>
  stating(stateFlow({}), async () => {
    const devices = ["d1", "d2"].map((deviceName) => ({ productKey: "k1", deviceName }));
    const gateway = { gwProductKey: "k9", gwDeviceName: "gw" };
    await take({
      topic: "/k9/gw/thing/topo/lifecycle",
      payload: { action: "create", ...gateway, devices, messageCreateTime: T0 },
    });
    const sent = nodeRed.taken(STATE).map(({ message }) => message?.["topic"]);
    deepEqual(sent, ["k1/d1", "k1/d2"]);
  }));

test("states are sent in the order of the messages that brought them", () =>
  stating(stateFlow({ context: "#:(slow)::devices" }), async () => {
    const count = 40;
    for (let index = 0; index < count; index += 1) {
      nodeRed.hand(STATE, propertyPost(`d${index % 3}`, { t: index }, T0 + index));
    }
    const values: unknown[] = [];
    while (values.length < count) {
      const { message } = await nodeRed.next(STATE);
      values.push((message?.["changed"] as [{ value: unknown }])[0].value);
    }
    deepEqual(
      values,
      Array.from({ length: count }, (_, index) => index),
    );
  }));

test("get, list and clear are answered with the request and a new payload", () =>
  stating(stateFlow({}), async () => {
    await take(propertyPost("d1", { t: 21 }));
    await take(deviceStatus("d2", "offline"));
    await take(deviceStatus("d3", "online", Date.now()));
    nodeRed.hand(STATE, { action: "get", device: D1, topic: "asked", res: "kept" });
    const { message } = await nodeRed.next(STATE, ({ message: m }) => m?.["topic"] === "asked");
    await nodeRed.next("complete");
    deepEqual([message?.["action"], message?.["device"], message?.["res"]], ["get", D1, "kept"]);
    const { properties } = message?.["payload"] as { properties: unknown };
    deepEqual(properties, { t: { value: 21, time: T0 } });
    equal(await asked({ action: "get", device: { ...D1, deviceName: "d9" } }), null);

    const names = async (filter?: object) =>
      ((await asked({ action: "list", filter })) as { deviceName: string }[]).map(
        ({ deviceName }) => deviceName,
      );
    deepEqual(await names(), ["d1", "d2", "d3"]);
    deepEqual(await names({ online: false }), ["d2"]);
    deepEqual(await names({ productKey: "k2" }), []);
    deepEqual(await names({ silentSeconds: 60 }), ["d1", "d2"]);

    deepEqual(await asked({ action: "clear", device: D1 }), { cleared: 1 });
    deepEqual(await names(), ["d2", "d3"]);
    deepEqual(await asked({ action: "clear" }), { cleared: 2 });
    deepEqual(await names(), []);
  }));

test("a request that cannot be read is an error that says what may be asked for", () =>
  stating(stateFlow({}), async () => {
    await take(propertyPost("d1", { t: 21 }));
    const cases: readonly [request: Message, code: string, says: RegExp][] = [
      [{ action: "remove" }, "ACTION_INVALID", /get, list, clear/],
      [{ action: "" }, "ACTION_INVALID", /get, list, clear/],
      [{ action: null }, "ACTION_INVALID", /null.*get, list, clear/],
      [{ action: "stats" }, "ACTION_INVALID", /get, list, clear/],
      [{ action: "get" }, "DEVICE_MISSING", /msg\.device/],
      [{ action: "clear", device: { productKey: "k1" } }, "DEVICE_MISSING", /deviceName/],
      [{ action: "list", filter: { online: "yes" } }, "FILTER_INVALID", /“online”.*“yes”/],
      [{ action: "list", filter: { offline: true } }, "FILTER_INVALID", /silentSeconds/],
    ];
    for (const [request, code, says] of cases) {
      const error = await refused({ ...request, ...propertyPost("d1", { t: 99 }, T0 + 9) });
      equal(error.code, code, JSON.stringify(request));
      match(error.message, says);
    }
    equal(((await asked({ action: "list" })) as unknown[]).length, 1);
    equal(nodeRed.taken(STATE).length, 1);
  }));

test("a message that is not what its type promises goes to Catch, and the next one is taken", () =>
  stating(stateFlow({}), async () => {
    const { topic } = propertyPost("d1", {});
    const bad: readonly Message[] = [
      { topic, payload: "no JSON" },
      { topic, payload: { items: [] } },
      { topic: "/as/mqtt/status/k1/d1", payload: { status: "asleep" } },
      { messageType: "property-post", payload: { items: { t: { value: 1, time: T0 } } } },
    ];
    for (const message of bad) {
      const { code, message: text } = await refused(message);
      equal(code, "MESSAGE_MALFORMED", text);
    }
    await take(propertyPost("d1", { t: 21 }));
    equal(nodeRed.taken(STATE).length, 1);
  }));

test("beyond the bound the oldest device goes, and the status says that it is reached", () =>
  stating(stateFlow({ maxDevices: "2" }), async () => {
    await nodeRed.next("shown", shows("0 devices", "green"));
    for (const [index, name] of ["d1", "d2", "d3"].entries()) {
      await take(propertyPost(name, { t: 21 }, T0 + index));
    }
    await nodeRed.next("shown", shows("2 devices, limit reached", "yellow"));
    const list = (await asked({ action: "list" })) as { deviceName: string }[];
    deepEqual(
      list.map(({ deviceName }) => deviceName),
      ["d2", "d3"],
    );
    await asked({ action: "clear", device: { ...D1, deviceName: "d2" } });
    await nodeRed.next("shown", shows("1 device", "green"));
  }));

test("wrong settings make a red status and one error, and one for each request", () =>
  stating(
    [
      ...stateFlow({ maxDevices: 0 }),
      ...stateFlow({ id: OTHER, context: "#:(attic)::devices" }).filter(({ id }) =>
        id.startsWith(OTHER),
      ),
    ],
    async () => {
      await nodeRed.next("shown", shows("Device limit invalid", "red"));
      await nodeRed.next("shown", shows("Kept in invalid", "red", OTHER));
      const next = async (): Promise<string> => {
        const { message } = await nodeRed.next("catch");
        const error = message?.["error"] as { code: string; message: string };
        equal(error.code, "SETTING_INVALID");
        return error.message;
      };
      match(await next(), /Device limit.*\(maxDevices\).*1 to 100000/);
      match(await next(), /Kept in.*attic.*settings\.js: memory, slow/);
      for (const t of [21, 22]) nodeRed.hand(STATE, propertyPost("d1", { t }));
      nodeRed.hand(OTHER, { action: "list" });
      match(await next(), /Kept in.*attic/);
      await nodeRed.next("shown", shows("Device limit invalid × 2", "red"));
      deepEqual(nodeRed.taken("catch"), []);
      deepEqual(nodeRed.taken(STATE), []);
    },
  ));

test("two nodes that write the same devices into a slow store lose nothing", () =>
  stating(
    stateFlow(
      { context: "#:(slow)::devices", contextType: "global" },
      { id: OTHER, context: "#:(slow)::devices", contextType: "global" },
    ),
    async () => {
      const [rounds, names] = [30, ["d1", "d2", "d3"]];
      for (let index = 0; index < rounds; index += 1) {
        for (const name of names) {
          // Each writes properties of its own into the same records.
          nodeRed.hand(STATE, propertyPost(name, { [`a${index}`]: index }));
          nodeRed.hand(OTHER, propertyPost(name, { [`b${index}`]: index }));
        }
      }
      for (let done = 0; done < 2 * rounds * names.length; done += 1)
        await nodeRed.next("complete");
      const states = (await asked({ action: "list" }, OTHER)) as { properties: object }[];
      deepEqual(
        states.map(({ properties }) => Object.keys(properties).length),
        names.map(() => 2 * rounds),
      );
      await asked({ action: "clear" });
    },
  ));

test("the usual store under its own name is the same one", () =>
  stating(stateFlow({}, { id: OTHER, context: "#:(memory)::devices" }), async () => {
    await take(propertyPost("d1", { t: 21 }));
    equal(((await asked({ action: "list" }, OTHER)) as unknown[]).length, 1);
    await nodeRed.next("shown", shows("1 device", "green", OTHER));
  }));

test("nodes of two flows, or with two keys, do not see each other's devices", () => {
  const second: FlowNode = { id: "tab2", type: "tab", label: "second" };
  return stating(
    [second, ...stateFlow({}, { id: OTHER, z: second.id }, { id: "key", context: "meters" })],
    async () => {
      nodeRed.hand(STATE, propertyPost("d1", { t: 21 }));
      await nodeRed.next(STATE);
      nodeRed.hand(OTHER, { action: "list" });
      deepEqual((await nodeRed.next(OTHER)).message?.["payload"], []);
      nodeRed.hand("key", { action: "list" });
      deepEqual((await nodeRed.next("key")).message?.["payload"], []);
    },
  );
});

test("what a flow does with a state does not change what is kept", () =>
  stating(stateFlow({}), async () => {
    const spoil: FlowNode = {
      ...{ id: "spoil", type: "function", ...PLACE, outputs: 1, wires: [["spoilt-probe"]] },
      func: "msg.payload.properties.pos.value.lat = 'spoilt'; return msg;",
    };
    const probe: FlowNode = { id: "spoilt-probe", type: "test-probe", kind: "spoilt", ...PLACE };
    const flow = stateFlow({}).map((node) =>
      node.id === STATE ? { ...node, wires: [[spoil.id]] } : node,
    );
    await nodeRed.deploy([...flow, spoil, probe]);
    nodeRed.hand(STATE, propertyPost("d1", { pos: { lat: 30 } }));
    await nodeRed.next("spoilt");
    for (let time = 0; time < 2; time += 1) {
      nodeRed.hand(STATE, { action: "get", device: D1 });
      await nodeRed.next("spoilt");
    }
    nodeRed.hand(STATE, propertyPost("d1", { pos: { lat: 31 } }, T0 + 1));
    const { message } = await nodeRed.next("spoilt");
    const [{ previous }] = message?.["changed"] as [{ previous: unknown }];
    deepEqual(previous, { lat: 30 });
  }));
