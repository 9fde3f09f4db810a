import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ERRORS } from "../../../src/errors/table";
import { settled } from "./editor-form";
import type { Locator } from "playwright-core";
import type { ErrorCode } from "../../../src/errors/error";
import type { Language } from "../../../src/errors/entry";
import type { EditorForm } from "./editor-form";

const STEPS = ["settings", "dns", "tcp", "tls", "signIn", "open", "attach"];

/** What the panel below a form shows once a test has ended. */
interface ConnectionTest {
  /** State by step, in the order shown. */
  readonly states: readonly (readonly [step: string, state: string])[];
  /** All that the steps say. */
  readonly steps: string;
  readonly result: string;
}

function panel({ tray }: EditorForm): Locator {
  return tray.locator(".aliyun-iot-test");
}

/** Tests the connection from an open form, as it is filled in; resolves once the result is shown. */
export async function testConnection(form: EditorForm): Promise<ConnectionTest> {
  const shown = panel(form);
  const page = shown.page();
  const answered = page.waitForResponse((response) =>
    response.url().endsWith("/aliyun-iot/connection-test"),
  );
  await shown.locator(".aliyun-iot-test-start").click();
  await (await answered).finished();
  await shown.locator(".aliyun-iot-test-result:not(:empty)").waitFor();
  await shown.locator(".aliyun-iot-test-start:enabled").waitFor();
  const items = await shown.locator(".aliyun-iot-test-steps > li").all();
  const states = await Promise.all(
    items.map(async (item): Promise<[string, string]> => {
      const [step, state] = [item.getAttribute("data-step"), item.getAttribute("data-state")];
      return [(await step) ?? "", (await state) ?? ""];
    }),
  );
  const failed = shown.locator("li[data-state=failed] b");
  for (const title of await failed.all()) {
    const { y } = await settled(title);
    const { height } = page.viewportSize() ?? { height: 0 };
    ok(y > 0 && y < height, "The step that failed has to be scrolled to.");
  }
  const steps = (await Promise.all(items.map((item) => item.innerText()))).join("\n");
  await settled(shown);
  return { states, steps, result: await shown.locator(".aliyun-iot-test-result").innerText() };
}

/** What was found is told no longer to hold, as a setting has changed since. */
export async function expectStale(form: EditorForm): Promise<void> {
  const shown = panel(form);
  await shown.locator(".aliyun-iot-test-result[data-state=stale]").waitFor();
  match(await shown.locator(".aliyun-iot-test-result").innerText(), /changed since|已更改/);
  equal(await shown.locator(".aliyun-iot-test-start").isEnabled(), true);
}

/** Every step passed, or was none of this connection's. */
export function expectPassed({ states, steps }: ConnectionTest): void {
  deepEqual(
    states.map(([step]) => step).filter((step) => step !== "message" && step !== "api"),
    STEPS,
    steps,
  );
  deepEqual(
    states.filter(([, state]) => state !== "passed" && state !== "skipped"),
    [],
    steps,
  );
  ok(
    states.some(([step, state]) => step === "attach" && state === "passed"),
    steps,
  );
}

/** A failure as the form must show it. */
interface Failure {
  readonly step: string;
  readonly code: ErrorCode;
  readonly language: Language;
}

/** The step failed, those before it did not, and none after it was tried; cause and remedy are told. */
export function expectFailed(test: ConnectionTest, { step, code, language }: Failure): void {
  const { states, steps } = test;
  deepEqual(
    states.filter(([, state]) => state === "failed"),
    [[step, "failed"]],
    steps,
  );
  const after = states.slice(states.findIndex(([name]) => name === step) + 1);
  deepEqual(
    after.filter(([, state]) => state !== "skipped"),
    [],
    steps,
  );
  const { text, remedy } = ERRORS[code][language];
  for (const part of [text, remedy].flatMap((template) => template.split(/__\w+__/)))
    ok(steps.includes(part.trim()), steps);
  ok(test.result !== "", "The result is empty.");
}
