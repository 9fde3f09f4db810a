import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { form, keys, postTest, resultOf, stepsOf } from "../support/node-red/connection-test";
import { CERTIFICATES } from "../support/certificates";
import { EMPTY_FLOW, isConnected, SUBSCRIBER, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { PATIENCE_MS, until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Line } from "../support/node-red/connection-test";

const INSTANCE = "instance0000000";
const TOPIC = "/k1/d1/user/update";

let nodeRed = NodeRed.forFile({ environment: { TEST_SECRET: "testAccessKeySecret" } });

const post = (body: unknown, signal?: AbortSignal) => postTest(nodeRed, body, signal);

test("a form's unsaved settings are tested, step by step, with a report at the end", () =>
  withEmulator({}, async (emulator) => {
    const answer = await post(form(emulator.port));
    equal(answer.status, 200, answer.text);
    deepEqual(stepsOf(answer), [
      ...["settings passed", "dns passed", "tcp passed", "tls skipped", "signIn passed"],
      ...["open passed", "attach passed"],
    ]);
    equal(resultOf(answer), "passed");
    match(
      String(answer.lines.at(-1)?.["report"]),
      /node-red-aliyun-iot \d+\.\d+[^]*\[ok\] Sign-in/,
    );
    ok(!answer.text.includes("testAccessKeySecret"));
    ok(!nodeRed.output.includes("testAccessKeySecret"), "The log has the secret.");
  }));

test("where the form says where commands go, the API is tested too, with the same secret", () =>
  withEmulator({ devices: 1, rate: 0, httpPort: 0 }, async (emulator) => {
    const apiEndpoint = `http://127.0.0.1:${emulator.httpPort ?? 0}`;
    const answer = await post(form(emulator.port, { ...keys, apiEndpoint }));
    deepEqual(stepsOf(answer).slice(-2), ["attach passed", "api passed"]);
    equal(resultOf(answer), "passed");
    await nodeRed.deploy(subscriberFlow({ port: 1 }));
    const untyped = { id: INSTANCE, accessKeySecret: "__PWRD__", apiEndpoint };
    equal(resultOf(await post(form(emulator.port, untyped))), "passed");
    const wrong = await post(form(emulator.port, { ...keys, region: "Shanghai" }));
    match(wrong.text, /"settings".*"failed".*cn-shanghai/);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("secrets that were not typed again are those of the deployed node, and of that only", () =>
  withEmulator({}, async (emulator) => {
    await nodeRed.deploy(subscriberFlow({ port: 1 }));
    const untyped = { accessKeyId: "testAccessKeyId", accessKeySecret: "__PWRD__" };
    const ofNode = { id: INSTANCE, ...untyped };
    equal(resultOf(await post(form(emulator.port, ofNode))), "passed");
    equal(resultOf(await post(form(emulator.port, { id: INSTANCE }))), "passed");
    const failed = await post(form(emulator.port, { ...ofNode, accessKeySecret: "typed" }));
    match(failed.text, /SIGN_IN_REFUSED/);
    for (const id of ["other", SUBSCRIBER]) {
      match((await post(form(emulator.port, { ...untyped, id }))).text, /SETTING_MISSING/, id);
    }
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("variables are replaced as a deploy does, and one that is not set is named", () =>
  withEmulator({}, async (emulator) => {
    const variable = { ...keys, accessKeySecret: "${TEST_SECRET}" };
    equal(resultOf(await post(form(emulator.port, variable))), "passed");
    const unset = await post(form(emulator.port, { ...keys, accessKeySecret: "${NOT_SET}" }));
    match(unset.text, /"settings".*"failed".*NOT_SET/);
  }));

test("the subscriber's consumer group is tested, and a message is waited for and given back", () =>
  withEmulator({ consumerGroupIds: ["G1"] }, async (emulator) => {
    const wrong = await post(form(emulator.port));
    match(wrong.text, /GROUP_NOT_FOUND/);
    emulator.push({ topic: TOPIC, payload: "x" });
    const more = { subscribe: { consumerGroupId: "G1" }, waitForMessage: true };
    const answer = await post(form(emulator.port, keys, more));
    deepEqual(stepsOf(answer).slice(-2), ["attach passed", "message passed"]);
    match(answer.text, /\/k1\/d1\/user\/update/);
    const [group] = emulator.groups();
    deepEqual([group?.released, group?.accepted, group?.backlog], [1, 0, 1]);
  }));

test("an untrusted certificate is told with cause, remedy and issuer, in the editor's language", () =>
  withEmulator(CERTIFICATES, async (emulator) => {
    const language = { language: "zh-CN" };
    const answer = await post(form(emulator.port, { ...keys, useTls: true }, language));
    const failed = answer.lines.find((line) => line["state"] === "failed");
    equal(failed?.["step"], "tls");
    equal(failed["code"], "TLS_UNTRUSTED");
    match(String(failed["text"]), /证书不受信任/);
    match(String(failed["remedy"]), /NODE_EXTRA_CA_CERTS/);
    match(JSON.stringify(failed["hints"]), /Test CA/);
    match(String(answer.lines.at(-1)?.["text"]), /^在“TLS”一步失败/);
  }));

test("a TLS configuration that is not deployed is told at the settings", async () => {
  const answer = await post(form(1, { ...keys, useTls: true, tls: "gone" }));
  match(answer.text, /"settings".*"failed".*not deployed yet/);
});

test("an instance that is disabled, or none, is told at the settings", async () => {
  const disabled = await post(form(1, { ...keys, disabled: true }));
  match(disabled.text, /"settings".*"failed".*NODE_DISABLED/);
  const none = await post(form(1, { id: "" }));
  match(none.text, /"settings".*"failed".*Select or add an instance/);
});

test("plain TCP to another computer is refused before anything is looked up", async () => {
  const answer = await post(form(22, { ...keys, host: "192.0.2.1" }));
  deepEqual(stepsOf(answer).slice(0, 2), ["settings failed", "dns skipped"]);
  match(answer.text, /TLS_REQUIRED/);
});

test("a request that no form sends is refused", async () => {
  for (const body of [[], { instance: "x" }, { instance: {}, subscribe: [] }, {}]) {
    const { status, text } = await post(body);
    equal(status, 400);
    match(text, /no settings/);
  }
});

test("more than two tests at once, or twenty in a minute, are refused, and a closed form ends its own", () =>
  withEmulator({}, async (emulator) => {
    const own = await NodeRed.start();
    const before = nodeRed;
    nodeRed = own;
    try {
      const stop = new AbortController();
      const waiting = { waitForMessage: true };
      const held = [1, 2].map(() =>
        post(form(emulator.port, keys, waiting), stop.signal).catch(() => "closed"),
      );
      await until(() => emulator.connections().length === 2, "the two connect");
      equal((await post(form(emulator.port))).status, 429);
      stop.abort();
      deepEqual(await Promise.all(held), ["closed", "closed"]);
      await until(() => emulator.connections().length === 0, "the connections stayed");
      // At the settings each ends at once; what is refused does not count.
      const quick = form(emulator.port, { ...keys, host: "" });
      const deadline = AbortSignal.timeout(PATIENCE_MS);
      while ((await post(quick)).status !== 200) ok(!deadline.aborted, "the two did not end");
      for (let count = 3; count < 20; count += 1) equal((await post(quick)).status, 200);
      const { status, text } = await post({ ...quick, language: "zh-CN" });
      equal(status, 429);
      match(text, /请稍后再试/);
    } finally {
      nodeRed = before;
      await own.stop();
    }
  }));

test("only who may deploy may test, and only who may read flows sees statistics", async () => {
  const secured = await NodeRed.start({ environment: { TEST_ADMIN_AUTH: "true" } });
  const ask = async (method: string, path: string, token: string) => {
    const answer = await fetch(`${secured.url}/aliyun-iot/${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        connection: "close",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(method === "POST" ? { body: JSON.stringify(form(1, { ...keys, host: "" })) } : {}),
    });
    await answer.text();
    return answer.status;
  };
  try {
    for (const [token, test, statistics] of [
      ["", 401, 401],
      ["read", 401, 404],
      ["flows.read", 401, 404],
      ["flows.write", 200, 401],
      ["*", 200, 404],
    ] as const) {
      equal(await ask("POST", "connection-test", token), test, `${token}: test`);
      equal(await ask("GET", "subscribers/none", token), statistics, `${token}: statistics`);
    }
  } finally {
    await secured.stop();
  }
});

test("a subscriber's statistics tell its state, its counters and its last error", () =>
  withEmulator({}, async (emulator) => {
    await nodeRed.deploy(subscriberFlow({ port: emulator.port }));
    await nodeRed.next("shown", isConnected);
    const id = emulator.push({ topic: TOPIC, payload: "x" });
    await emulator.expectSettled(id);
    const ask = async (language: string) =>
      (await nodeRed.request(
        "GET",
        `/aliyun-iot/subscribers/${SUBSCRIBER}?language=${language}`,
      )) as {
        readonly state: Line;
        readonly sinceMs: number;
        readonly counters: Line;
        readonly lastError: Line | null;
      };
    const well = await ask("en-US");
    deepEqual(well.state, { value: "subscribed", connected: 1, connections: 1 });
    ok(Math.abs(Date.now() - well.sinceMs) < 60_000);
    deepEqual([well.counters["delivered"], well.counters["accepted"]], [1, 1]);
    equal(well.lastError, null);

    emulator.kick();
    await nodeRed.next("catch");
    const kicked = await ask("zh-CN");
    equal(kicked.lastError?.["code"], "CLOSED_BY_PLATFORM");
    match(String(kicked.lastError["text"]), /平台关闭了连接.*。无需处理/);
    await nodeRed.deploy(EMPTY_FLOW);
    await rejects(ask("en-US"), /404/);
  }));

test("a subscriber whose setting is wrong tells it in its statistics", async () => {
  await nodeRed.deploy(subscriberFlow({ port: 1, subscribe: { heartbeat: 10 } }));
  await nodeRed.next("shown", ({ status }) => status?.fill === "red");
  const path = `/aliyun-iot/subscribers/${SUBSCRIBER}?language=en-US`;
  const told = JSON.stringify(await nodeRed.request("GET", path));
  match(told, /"value":"failed","cause":\{"code":"SETTING_INVALID","text":"The setting “Heartbeat/);
  await nodeRed.deploy(EMPTY_FLOW);
});
