import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { parseThingModel } from "../../src/protocol/thing-model";
import { withEmulator } from "../support/emulator/with-emulator";
import { commandFlow } from "../support/node-red/command-flow";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import type { Emulator } from "../../src/emulator/emulator";

const INSTANCE = "instance0000000";
const SECRET = "testAccessKeySecret";
const PRODUCT = "k1demoPk01";

const nodeRed = NodeRed.forFile({ environment: { TEST_SECRET: SECRET } });

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(body: unknown, { url } = nodeRed, token?: string): Promise<Answer> {
  const response = await fetch(`${url}/aliyun-iot/thing-model`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      connection: "close",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** What a form asks for; the emulator's API where nothing else is given. */
function form(emulator: Pick<Emulator, "httpPort">, instance: object = {}, more: object = {}) {
  const apiEndpoint = `http://127.0.0.1:${emulator.httpPort ?? 0}`;
  const keys = { accessKeyId: "testAccessKeyId", accessKeySecret: SECRET };
  const settings = { id: "new", host: "127.0.0.1", apiEndpoint, ...keys, ...instance };
  return { language: "en-US", instance: settings, productKey: PRODUCT, ...more };
}

function part({ status, text }: Answer, name: "thingModel" | "problem"): string {
  equal(status, 200, text);
  const found = (JSON.parse(text) as Readonly<Record<string, unknown>>)[name];
  ok(typeof found === "string", text);
  return found;
}

const HTTP = { devices: 1, rate: 0, httpPort: 0 };

test("a product's thing model is handed to the form as the platform writes it", () =>
  withEmulator(HTTP, async (emulator) => {
    const model = parseThingModel(part(await post(form(emulator)), "thingModel"));
    const writable = model?.properties.filter(({ rwFlag }) => rwFlag !== "READ_ONLY") ?? [];
    deepEqual(
      writable.map(({ identifier }) => identifier),
      ["switch", "target"],
    );
    ok(model?.services.some(({ callType }) => callType === "SYNC"));
  }));

test("a secret that was not typed again is the deployed one, and no answer or log has it", () =>
  withEmulator(HTTP, async (emulator) => {
    await nodeRed.deploy(commandFlow(emulator));
    const untyped = { id: INSTANCE, accessKeySecret: "__PWRD__" };
    const answers = [
      await post(form(emulator, untyped)),
      await post(form(emulator, { accessKeySecret: "${TEST_SECRET}" })),
    ];
    for (const answer of answers) part(answer, "thingModel");
    const wrong = await post(form(emulator, { ...untyped, accessKeySecret: "typedSecret123" }));
    match(part(wrong, "problem"), /refused the signature/);
    const elsewhere = await post(form(emulator, { ...untyped, id: "other" }));
    match(part(elsewhere, "problem"), /AccessKey Secret.*empty/);
    for (const { text } of [...answers, wrong, elsewhere]) {
      ok(!text.includes(SECRET) && !text.includes("typedSecret123"), text);
    }
    ok(!nodeRed.output.includes(SECRET) && !nodeRed.output.includes("typedSecret123"));
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("what stands in the way is told with its remedy, in the editor's language", () =>
  withEmulator(HTTP, async (emulator) => {
    const told = async (instance: object, more: object = {}) =>
      part(await post(form(emulator, instance, more)), "problem");
    match(await told({}, { productKey: "unknownKey1" }), /product unknownKey1.*instance ID/);
    match(await told({ apiEndpoint: "" }), /Select the region/);
    match(await told({ accessKeyId: "LTAIunknown" }), /RAM console/);
    match(await told({ apiEndpoint: "http://127.0.0.1:1" }), /cannot be reached/);
    const chinese = { productKey: "unknownKey1", language: "zh-CN" };
    match(await told({}, chinese), /找不到产品 unknownKey1.*请检查 ProductKey/);
    emulator.fault({ fault: "refuse-call", reason: "no-permission" });
    match(await told({}), /iot:QueryThingModelPublished.*Grant/);
  }));

test("a request that no form sends is refused", async () => {
  const { instance } = form({ httpPort: 1 });
  for (const body of [
    [],
    {},
    { instance },
    { instance: "x", productKey: PRODUCT },
    { instance, productKey: "" },
    { instance, productKey: "k".repeat(65) },
    { instance, productKey: 7 },
  ]) {
    equal((await post(body)).status, 400, JSON.stringify(body));
  }
});

test("only who may deploy may ask, and twenty times in a minute", async () => {
  const secured = await NodeRed.start({ environment: { TEST_ADMIN_AUTH: "true" } });
  try {
    // At the settings each ends at once.
    const quick = form({ httpPort: 1 }, { apiEndpoint: "" });
    for (const token of [undefined, "read", "flows.read"]) {
      equal((await post(quick, secured, token)).status, 401, token);
    }
    for (let count = 0; count < 20; count += 1) {
      equal((await post(quick, secured, "flows.write")).status, 200);
    }
    equal((await post(quick, secured, "*")).status, 429);
  } finally {
    await secured.stop();
  }
});
