import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { CERTIFICATES } from "../support/certificates";
import { EMPTY_FLOW, isConnected, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { EmulatorOptions } from "../../src/emulator/options";
import type { FlowSettings } from "../support/node-red/flow";

const TOPIC = "/a1B2/meter-07/thing/event/property/post";

const nodeRed = NodeRed.forFile();

/** Runs `work` with an emulator of its own; the flow ends before it, so that no test hears it end. */
function withPlatform(
  options: Partial<EmulatorOptions>,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  return withEmulator(options, async (emulator) => {
    try {
      await work(emulator);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** Deploys a subscriber to the emulator and waits until its status is green. */
async function subscribe(emulator: Emulator, settings: Partial<FlowSettings> = {}): Promise<void> {
  await nodeRed.deploy(subscriberFlow({ port: emulator.port, ...settings }));
  await nodeRed.next("shown", isConnected);
}

async function message(): Promise<Readonly<Record<string, unknown>>> {
  return (await nodeRed.next("message")).message ?? {};
}

test("a device's message arrives in the flow with all that the platform says of it", () =>
  withPlatform({}, async (emulator) => {
    await subscribe(emulator);
    const payload = { items: { Temperature: { value: 23.5, time: 1_715_000_130_190 } } };
    const messageId = "1790000000000000123";
    emulator.push({ topic: TOPIC, payload, messageId, generateTime: 1_715_000_130_190, qos: 1 });
    const { _msgid, properties, ...rest } = await message();
    equal(typeof _msgid, "string");
    deepEqual(rest, {
      topic: TOPIC,
      payload,
      messageId,
      generateTime: 1_715_000_130_190,
      qos: 1,
      messageType: "property-post",
      device: { productKey: "a1B2", deviceName: "meter-07" },
    });
    equal((properties as Record<string, unknown>)["topic"], TOPIC);
    await emulator.expectSettled(messageId);
  }));

test("a subscriber receives over TLS from a server whose authority the TLS settings name", () =>
  withPlatform({ cert: CERTIFICATES.cert, key: CERTIFICATES.key }, async (emulator) => {
    const instance = { host: "localhost", useTls: true };
    await subscribe(emulator, { ca: CERTIFICATES.ca, instance });
    emulator.push({ topic: TOPIC, payload: { value: 1 } });
    deepEqual((await message())["payload"], { value: 1 });
  }));

for (const signMethod of ["hmacsha1", "hmacsha256", "hmacmd5"]) {
  for (const securityToken of [undefined, "testSecurityToken"]) {
    const how = securityToken === undefined ? "an AccessKey" : "an STS token";
    test(`a subscriber signs in with ${how} and ${signMethod}`, () =>
      withEmulator({}, async (emulator) => {
        const credentials = securityToken === undefined ? {} : { securityToken };
        await subscribe(emulator, { instance: { signMethod }, credentials });
        const messageId = emulator.push({ topic: TOPIC, payload: "text" });
        equal((await message())["payload"], "text");
        await emulator.expectSettled(messageId);
        const [signIn] = emulator.signIns;
        match(signIn?.username ?? "", new RegExp(`signMethod=${signMethod}`));
        const authMode = securityToken === undefined ? "aksign" : "ststoken";
        match(signIn?.username ?? "", new RegExp(`authMode=${authMode}`));
      }));
  }
}

test("every sort of payload arrives as it was sent", () =>
  withPlatform({ dataSections: 3 }, async (emulator) => {
    await subscribe(emulator);
    const binary = Buffer.from([0, 255, 254, 128, 10]);
    const large = { text: "x".repeat(250 * 1_024) };
    const sent: readonly (readonly [unknown, unknown])[] = [
      [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
      ["temperature=23.5", "temperature=23.5"],
      ["温度", "温度"],
      [binary, binary],
      [undefined, ""],
      [large, large],
      // A number that JavaScript would change is text.
      [
        '{"id":1724442618569203714,"t":0.1,"n":[1e400]}',
        { id: "1724442618569203714", t: 0.1, n: ["1e400"] },
      ],
    ];
    for (const [payload, expected] of sent) {
      const messageId = emulator.push({ topic: "/a1B2/meter-07/user/up", payload });
      const received = await message();
      equal(received["messageId"], messageId);
      const found = received["payload"];
      if (Buffer.isBuffer(expected)) ok(found instanceof Uint8Array && binary.equals(found));
      else deepEqual(found, expected);
      await emulator.expectSettled(messageId);
    }
  }));

test("a subscriber that the platform kicks receives again, signed anew", () =>
  withPlatform({ backlogRetryMs: 100 }, async (emulator) => {
    await subscribe(emulator);
    equal(emulator.kick(), 1);
    const { message: caught } = await nodeRed.next("catch");
    equal((caught?.["error"] as { code?: string }).code, "CLOSED_BY_PLATFORM");
    // No wait for a green status: a quick recovery changes nothing that is shown.
    emulator.push({ topic: TOPIC, payload: { value: 2 } });
    deepEqual((await message())["payload"], { value: 2 });
    const [first, second] = emulator.signIns.map(({ timestamp }) => timestamp);
    ok(first !== undefined && second !== undefined && second > first, `${first} ${second}`);
  }));

test("a redeploy leaves one connection, and another client ID replaces the old one", () =>
  withPlatform({}, async (emulator) => {
    await subscribe(emulator);
    for (const type of ["full", "nodes", "flows"] as const) {
      const subscribeAs = { clientId: `client-${type}` };
      const flow = subscriberFlow({ port: emulator.port, subscribe: subscribeAs });
      await nodeRed.deploy(flow, type);
      await nodeRed.next("shown", isConnected);
      deepEqual(
        emulator.connections().map(({ clientId }) => clientId),
        [subscribeAs.clientId],
      );
    }
    await nodeRed.deploy(EMPTY_FLOW);
    deepEqual(emulator.connections(), []);
  }));

test("several connections have client IDs of their own, and the status counts them", () =>
  withPlatform({}, async (emulator) => {
    const settings = { connections: 3, clientId: "meter-hall" };
    await nodeRed.deploy(subscriberFlow({ port: emulator.port, subscribe: settings }));
    await nodeRed.next("shown", ({ status }) => status?.text === "connected 3/3");
    const clientIds = emulator.connections().map(({ clientId }) => clientId);
    deepEqual(clientIds.sort(), ["meter-hall-1", "meter-hall-2", "meter-hall-3"]);
  }));

test("a payload that is not in the format asked for goes to Catch with its bytes, not on", () =>
  withPlatform({}, async (emulator) => {
    await subscribe(emulator, { subscribe: { payloadFormat: "json" } });
    emulator.push({ topic: TOPIC, payload: "no JSON", messageId: "17" });
    emulator.push({ topic: TOPIC, payload: "nor this", messageId: "18" });
    emulator.push({ topic: TOPIC, payload: { fine: true }, messageId: "19" });
    for (const messageId of ["17", "18"]) {
      const { message: caught = {} } = await nodeRed.next("catch");
      equal(caught["messageId"], messageId);
      equal(caught["topic"], TOPIC);
      ok(caught["payload"] instanceof Uint8Array);
      equal((caught["error"] as { code?: string }).code, "PAYLOAD_FORMAT");
    }
    equal((await message())["messageId"], "19");
    deepEqual(nodeRed.taken("message"), []);
  }));

test("an expired STS token is replaced by a deploy of the editor's environment variables", () =>
  withEmulator({}, async (emulator) => {
    const credentials = { securityToken: "${TOKEN}" };
    const subscriber = subscriberFlow({ port: emulator.port, credentials });
    const deploy = (value: string) => {
      const env = [{ name: "TOKEN", value, type: "str" }];
      return nodeRed.deploy(
        [{ id: "variables0000000", type: "global-config", env }, ...subscriber],
        "nodes",
      );
    };
    await deploy("expired");
    const { message: caught } = await nodeRed.next("catch");
    equal((caught?.["error"] as { code?: string }).code, "SIGN_IN_REFUSED");
    await deploy("testSecurityToken");
    await nodeRed.next("shown", isConnected);
  }));

test("settings and credentials take environment variables, one that is not set is named", async () => {
  const environment = { TEST_SECRET: "testAccessKeySecret", TEST_HOST: "127.0.0.1" };
  await withEmulator({}, async (emulator) => {
    const other = await NodeRed.start({ environment });
    try {
      const credentials = { accessKeySecret: "${TEST_SECRET}" };
      const instance = { host: "${TEST_HOST}" };
      await other.deploy(subscriberFlow({ port: emulator.port, credentials, instance }));
      await other.next("shown", isConnected);
      const unset = { accessKeySecret: "${TEST_UNSET}" };
      await other.deploy(subscriberFlow({ port: emulator.port, credentials: unset, instance }));
      const { message: caught } = await other.next("catch");
      const error = caught?.["error"] as { code?: string; message?: string };
      equal(error.code, "ENV_MISSING");
      match(error.message ?? "", /environment variable TEST_UNSET.*AccessKey Secret/);
    } finally {
      await other.stop();
    }
  });
});
