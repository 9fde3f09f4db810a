import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { errorText } from "../../../src/errors/texts";
import { CERTIFICATES } from "../certificates";
import { expectFailed, expectPassed, expectStale, testConnection } from "./connection-test";
import { withEditor } from "./editor";
import { EMPTY_FLOW } from "../node-red/flow";
import { CHINESE, expectTranslated, UNTRANSLATED } from "./form-texts";
import { freePort } from "../programs/free-port";
import { withEmulator } from "../emulator/with-emulator";
import type { Browser } from "playwright-core";
import type { Emulator } from "../../../src/emulator/emulator";
import type { Language } from "../node-red/built-nodes";
import type { Editor } from "./editor";
import type { EditorForm } from "./editor-form";
import type { NodeRed } from "../node-red/node-red";

const SUBSCRIBE = "aliyun-iot-subscribe";
// Not the emulator's usual ones, which the remedies name.
const ACCESS_KEY_ID = "workshopAccessKeyId";
const SECRET = "workshopAccessKeySecret";
const WRONG_SECRET = "mistypedAccessKeySecret";
/** Details of the error for an action that does not exist. */
const ACTION_INVALID = {
  value: "“restart”",
  choices: "connect, disconnect, pause, resume, stats",
};
const TOPIC_FILTERS = "#aliyun-iot-subscribe-topic-filters";

/** Where a journey goes, and in which language. */
export interface JourneyOptions {
  readonly nodeRed: NodeRed;
  readonly language: Language;
}

async function expectReason(form: EditorForm, property: string, language: Language): Promise<void> {
  const reason = await form.reason(property);
  doesNotMatch(reason, UNTRANSLATED);
  equal(CHINESE.test(reason), language === "zh-CN", reason);
}

/** What the form says is missing goes away as it is filled in. */
async function fillInstance(form: EditorForm, emulator: Emulator, language: Language) {
  const isMissing = ["accessKeyId", "accessKeySecret", "host"];
  deepEqual(
    (await form.wrong()).filter((property) => isMissing.includes(property)),
    isMissing,
  );
  await expectReason(form, "accessKeyId", language);
  await form.fill("iotInstanceId", "iot-${SITE}");
  ok((await form.wrong()).includes("iotInstanceId"), "Half a variable is not refused.");
  await form.fill("iotInstanceId", "");
  // As the console's page and an input method for Chinese give them.
  await form.fill("host", `AMQP接入域名：${emulator.host}：${emulator.port}`);
  equal(await form.field("host").inputValue(), emulator.host);
  equal(await form.field("port").inputValue(), String(emulator.port));
  await form.fill("useTls", false);
  await form.fill("accessKeyId", `\u200b${ACCESS_KEY_ID.replace("w", "ｗ")}`);
  equal(await form.field("accessKeyId").inputValue(), ACCESS_KEY_ID);
  await form.fill("accessKeySecret", SECRET);
  await form.fill("name", "Workshop");
  deepEqual(await form.wrong(), []);
  await expectTranslated(form, language);
}

/** Tests connections that fail for the usual reasons, then the good one. */
async function testConnections(form: EditorForm, emulator: Emulator, language: Language) {
  expectPassed(await testConnection(form));

  await form.fill("accessKeySecret", WRONG_SECRET);
  await expectStale(form);
  expectFailed(await testConnection(form), { step: "signIn", code: "SIGN_IN_REFUSED", language });
  await form.fill("accessKeySecret", SECRET);
  await expectStale(form);

  await form.fill("port", String(await freePort()));
  expectFailed(await testConnection(form), { step: "tcp", code: "CONNECTION_REFUSED", language });

  await withEmulator({ cert: CERTIFICATES.cert, key: CERTIFICATES.key }, async (withTls) => {
    await form.fill("port", String(withTls.port));
    await form.fill("useTls", true);
    expectFailed(await testConnection(form), { step: "tls", code: "TLS_UNTRUSTED", language });
  });
  await expectTranslated(form, language);
  await form.fill("useTls", false);
  await form.fill("port", String(emulator.port));
  expectPassed(await testConnection(form));
}

/** Drags, fills in, tests, deploys and receives; then reopens and finds everything as saved. */
async function travel(editor: Editor, emulator: Emulator, { nodeRed, language }: JourneyOptions) {
  const id = await editor.drag(SUBSCRIBE, { x: 240, y: 120 });
  let form = await editor.edit(id);
  deepEqual(await form.wrong(), ["instance"]);

  let instance = await form.add("instance");
  await fillInstance(instance, emulator, language);
  await testConnections(instance, emulator, language);
  const savedInstance = await instance.values();
  await instance.ok();
  deepEqual(await form.wrong(), []);

  await form.fill("name", "Meters");
  await form.fill("connections", "x");
  deepEqual(await form.wrong(), ["connections"]);
  await expectReason(form, "connections", language);
  await form.fill("connections", "2");
  await form.fill("heartbeat", "45");
  await form.fill("payloadFormat", "json");
  await form.addRow(TOPIC_FILTERS, "/+/+/user/#");
  deepEqual(await form.wrong(), []);
  await expectTranslated(form, language);
  await form.addRow(TOPIC_FILTERS, "/+/+/user/twice");
  expectPassed(await testConnection(form));
  await form.removeLastRow(TOPIC_FILTERS);
  await expectStale(form);
  const saved = await form.values();
  await form.ok();

  const debug = await editor.drag("debug", { x: 520, y: 120 });
  await editor.wire(id, debug);
  const messages = await editor.debugMessages();
  await editor.deploy();
  await nodeRed.next("shown", ({ status }) => status?.fill === "green" && status.shape === "dot");
  emulator.push({ topic: "/k1/meter-07/user/update", payload: { greeting: "hello" } });
  const message = messages.filter({ hasText: "hello" });
  await message.waitFor();
  match(await message.innerText(), /user\/update/);
  ok((await editor.node(id).textContent())?.includes("2/2"), "The status is not shown.");

  // Nothing catches it: the sidebar shows the whole sentence, with remedy and code, as the log has it.
  nodeRed.hand(id, { action: "restart" });
  const failure = messages.filter({ hasText: "[ACTION_INVALID]" });
  await failure.waitFor();
  const { text, remedy } = errorText("ACTION_INVALID", ACTION_INVALID);
  const shown = await failure.innerText();
  ok(shown.includes(text) && shown.includes(remedy), shown);

  const help = await (await editor.help(SUBSCRIBE)).innerText();
  match(help, /messageId/);
  equal(CHINESE.test(help), language === "zh-CN", help);

  await editor.reload();
  form = await editor.edit(id);
  deepEqual(await form.values(), saved);
  instance = await form.editSelected("instance");
  deepEqual(
    { ...(await instance.values()), "node-config-input-accessKeySecret": SECRET },
    savedInstance,
  );
  deepEqual([...(await instance.wrong()), ...(await form.wrong())], []);
  // The secret is not typed again: the deployed one is used.
  expectPassed(await testConnection(instance));
  await expectTranslated(instance, language);
  await instance.cancel();
  // The instance is edited on top of the form that has tested it.
  expectPassed(await testConnection(form));
  instance = await form.editSelected("instance");
  await instance.fill("port", "1");
  await instance.ok();
  await expectStale(form);
  await form.cancel();
}

/** The way from an empty workspace to the first message, as a user goes it. */
export function journey(browser: Browser, options: JourneyOptions): Promise<void> {
  const { nodeRed, language } = options;
  const account = { accessKeyId: ACCESS_KEY_ID, accessKeySecret: SECRET };
  return withEmulator(account, async (emulator) => {
    try {
      await withEditor({ browser, url: nodeRed.url, language }, async (editor) => {
        await travel(editor, emulator, options);
        const told = `${await editor.watch.received()}\n${await editor.page.content()}`;
        ok(!told.includes(SECRET), "The page was told the secret.");
        ok(!told.includes(WRONG_SECRET), "The page was told the other secret.");
        doesNotMatch(await editor.page.locator("body").innerText(), UNTRANSLATED);
      });
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}
