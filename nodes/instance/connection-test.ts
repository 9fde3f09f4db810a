import { resolveForm } from "../shared/form-settings";
import { RequestLimit } from "../shared/request-limit";
import { languageOf } from "../shared/translation";
import { systemClock } from "../../src/clock";
import { examine } from "../../src/doctor/examine";
import { tellFinding, tellResult } from "../../src/doctor/tell";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import { lookUpIn } from "../../src/errors/texts";
import { isJsonObject } from "../../src/protocol/json";
import type { ServerResponse } from "node:http";
import type { NodeAPI } from "node-red";
import type { FormSettings } from "../shared/form-settings";
import type { Finding } from "../../src/doctor/finding";
import type { FindingText } from "../../src/doctor/tell";
import type { LookUp } from "../../src/errors/tell";
import type { Language } from "../../src/errors/texts";

/** How long the test waits for a message, if it was asked to. */
const WAIT_MS = 10_000;

interface TestRequest extends FormSettings {
  readonly language: Language;
  readonly waitMs: number;
}

/** Undefined for a body that no form sends. */
function readRequest(body: unknown): TestRequest | undefined {
  if (!isJsonObject(body)) return undefined;
  const { instance, subscribe = {}, language, waitForMessage } = body;
  if (!isJsonObject(instance) || !isJsonObject(subscribe)) return undefined;
  const waitMs = waitForMessage === true ? WAIT_MS : 0;
  return { instance, subscribe, language: languageOf(language), waitMs };
}

/** Writes findings to the form as they come, one JSON object per line, and at the end the result. */
class TestReport {
  readonly #response: ServerResponse;
  readonly #lookUp: LookUp;
  readonly #findings: FindingText[] = [];

  constructor(response: ServerResponse, lookUp: LookUp) {
    this.#response = response;
    this.#lookUp = lookUp;
  }

  add(finding: Finding): void {
    const line = tellFinding(finding, this.#lookUp);
    this.#findings.push(line);
    this.#write(line);
  }

  finish(): void {
    this.#write(tellResult(this.#findings, systemClock.now(), this.#lookUp));
  }

  #write(line: object): void {
    // The form may have been closed meanwhile.
    if (!this.#response.destroyed) this.#response.write(`${JSON.stringify(line)}\n`);
  }
}

/**
 * Serves the forms' connection test. Needs the permission to deploy: a deployed flow could make the
 * same connection. Settings come in the body because URLs are logged.
 */
export function serveConnectionTest(RED: NodeAPI): void {
  const limit = new RequestLimit(systemClock);
  const allowed = RED.auth.needsPermission("flows.write");
  RED.httpAdmin.post("/aliyun-iot/connection-test", allowed, (request, response) => {
    const form = readRequest(request.body);
    const lookUp = lookUpIn(form?.language ?? "en-US", DOCTOR_TEXTS);
    if (form === undefined) {
      response.status(400).json({ text: lookUp("request.unreadable", {}) });
      return;
    }
    if (!limit.admit()) {
      response.status(429).json({ text: lookUp("request.tooMany", {}) });
      return;
    }
    const stop = new AbortController();
    response.on("close", () => {
      stop.abort();
    });
    response.set({ "content-type": "application/x-ndjson", "cache-control": "no-store" });
    const report = new TestReport(response, lookUp);
    const examination = {
      settings: () => resolveForm(RED, form),
      waitMs: form.waitMs,
      stopping: stop.signal,
    };
    examine(examination, (finding) => {
      report.add(finding);
    })
      .then(() => {
        report.finish();
      })
      .catch((error: unknown) => {
        // A bug of ours, for the log; the form says that the test ended without a result.
        RED.log.error(`aliyun-iot: the connection test failed: ${String(error)}`);
      })
      .finally(() => {
        limit.finish();
        response.end();
      });
  });
}
