// Of the connection test what needs a host name, its addresses or variables.
import { equal, match, rejects } from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { TestCa } from "../support/certificates";
import { form, keys, postTest, resultOf } from "../support/node-red/connection-test";
import { EMPTY_FLOW, isConnected, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { SilentPort } from "../support/network/silent-port";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";

const nodeRed = NodeRed.forFile({
  nodeArguments: ["--require", resolve("test/support/node-red/name-server.cjs")],
});

const post = (body: unknown, signal?: AbortSignal) => postTest(nodeRed, body, signal);

test("a variable of a subflow is taken as the form tells it, or named as one that cannot be tested", () =>
  withEmulator({}, async (emulator) => {
    const variables = { ...keys, host: "${AMQP_HOST}" };
    const around = (environment: object) => form(emulator.port, { ...variables, environment });
    const known = await post(around({ values: { AMQP_HOST: "127.0.0.1" }, ofSubflow: [] }));
    equal(resultOf(known), "passed");
    const unknown = await post(around({ values: {}, ofSubflow: ["AMQP_HOST"] }));
    match(unknown.text, /"settings".*"failed".*ENV_OF_SUBFLOW/);
    match((await post(around({ values: {}, ofSubflow: [] }))).text, /ENV_MISSING/);
  }));

test("where the first of a host's addresses is dead, the second is used, and both are told", () => {
  const host = "several.example";
  const ca = new TestCa();
  return withEmulator(ca.leaf({ hosts: [host] }), async ({ port }) => {
    const dead = await SilentPort.start("127.0.0.2", port);
    await nodeRed.deploy(subscriberFlow({ port, instance: { host, useTls: true }, ca: ca.cert }));
    await nodeRed.next("shown", isConnected);
    const answer = await post(form(port, { ...keys, host, useTls: true, tls: "tls000000000000" }));
    equal(resultOf(answer), "passed", answer.text);
    const report = String(answer.lines.at(-1)?.["report"]);
    match(
      report,
      /127\.0\.0\.1 answered on port.*\n +- 127\.0\.0\.2 had not answered after \d+ ms/,
    );
    await nodeRed.deploy(EMPTY_FLOW);
    await dead.stop();
  });
});

test("a name server that hangs is asked once, by all connections, deploys and tests", async () => {
  const host = "hangs.example";
  const asked = () => nodeRed.output.split(`asked for ${host}`).length - 1;
  const flow = subscriberFlow({
    port: 5671,
    instance: { host, useTls: true },
    subscribe: { connections: 8 },
  });
  await nodeRed.deploy(flow);
  await nodeRed.deploy(flow);
  const signal = AbortSignal.timeout(200);
  await rejects(post(form(5671, { ...keys, host, useTls: true }), signal));
  await until(() => asked() > 0, "it was asked");
  await nodeRed.deploy(EMPTY_FLOW);
  equal(asked(), 1);
});
