import { deepEqual, equal, match, ok } from "node:assert/strict";
import { resolve } from "node:path";
import { before, test } from "node:test";
import { i18n, init } from "@node-red/util";
import { translateError } from "../../nodes/shared/translation";
import { ERROR_CODES, ERRORS } from "../../src/errors/table";
import { errorText } from "../../src/errors/texts";
import {
  because,
  IotAmqpError,
  NetworkError,
  RefusalError,
  SettingError,
} from "../../src/errors/error";
import type { ErrorDetails } from "../../src/errors/error";
import type { Language } from "../support/node-red/built-nodes";
import { invalidSecret } from "../../src/errors/invalid-setting";
import { resolveSubscribe } from "../../src/settings/subscribe";

const NAMESPACE = "test/aliyun-iot-subscribe";

// Node-RED's own i18next with its own settings, as `RED._` uses it.
before(async () => {
  const settings = { uiPort: 0, uiHost: "127.0.0.1", lang: "zh-CN" };
  init(settings);
  const locales = resolve("dist/nodes/locales");
  await i18n.registerMessageCatalog(NAMESPACE, locales, "aliyun-iot-subscribe.json");
});

const translate =
  (lng: Language) =>
  (key: string, values: Record<string, string | number> = {}) =>
    i18n._(`${NAMESPACE}:${key}`, { ...values, lng });

test("Node-RED fills every error text as the command line does, in both languages", () => {
  const names = Object.values(ERRORS).flatMap(({ details }): readonly string[] => details);
  const values = Object.fromEntries(names.map((name) => [name, `[${name}]`]));
  for (const language of ["en-US", "zh-CN"] as const) {
    for (const code of ERROR_CODES) {
      const details = { ...values, setting: "heartbeat", rule: "integer", min: 30, max: 300 };
      const expected = errorText(code, details, language);
      const translated = translateError(new IotAmqpError(code, details), translate(language));
      const gap = language === "en-US" ? " " : "";
      const both = `${expected.text}${gap}${expected.remedy}`;
      deepEqual(translated, { short: expected.short, text: both }, code);
      ok(!(both + expected.short).includes("__"), `${code}: ${both}`);
    }
  }
});

test("values that look like markup, references or placeholders arrive as they are", () => {
  for (const value of ["<b>&", "$t(errors.REFUSED.short)", "$&$1$$", "__host__", "a__b", "{{x}}"]) {
    const error = new RefusalError("GROUP_NOT_FOUND", {
      group: value,
      condition: "amqp:not-found",
      description: value,
    });
    const { text } = translateError(error, translate("en-US"));
    equal(text.split(value).length, 3, text);
  }
});

test("a reason of our own is told in Chinese, one of the peer's as it came", () => {
  const told = (details: ErrorDetails) =>
    translateError(new NetworkError("CONNECTION_LOST", { host: "h", ...details }), chinese).text;
  const chinese = translate("zh-CN");
  const own = told(because("noClose"));
  // scripts/build.mjs must put the reasons into the nodes' catalogues.
  match(own, /服务器没有发送 AMQP 关闭帧/);
  match(told({ reason: "read ECONNRESET" }), /read ECONNRESET。/);
  match(told({ reason: "as it came", reasonCode: "no-such-reason" }), /as it came。/);
});

test("a secret that is wrong is not quoted, and the text says that it is hidden", () => {
  const error = invalidSecret("accessKeyId", { rule: "secret" });
  const { short, text } = translateError(error, translate("zh-CN"));
  equal(short, "AccessKey ID 无效");
  match(text, /（已隐藏）/);
});

test("a wrong setting is told by its label and what is allowed, wholly in Chinese", () => {
  try {
    resolveSubscribe({ clientId: "x", heartbeat: 10 });
  } catch (error) {
    ok(error instanceof SettingError);
    const { short, text } = translateError(error, translate("zh-CN"));
    match(short, /^心跳.*无效$/);
    match(text, /heartbeat.*的值无效：10。要求：30 到 300 的整数/);
    ok(!/allowed|whole/i.test(text), text);
    return;
  }
  ok(false, "a heartbeat of 10 was accepted");
});
