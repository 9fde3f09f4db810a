import { examine } from "../../src/doctor/examine";
import { isFields, resolveForm } from "./form-settings";
import { languageOf } from "../shared/languages";
import { RequestLimit } from "./request-limit";
import type { NodeAPI } from "node-red";
import type { FormSettings } from "./form-settings";
import { lookUpIn } from "../../src/errors/texts";
import { systemClock } from "../../src/clock";
import { tellFinding, tellResult } from "../../src/doctor/tell";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import type { Language } from "../../src/errors/texts";
import type { FindingText } from "../../src/doctor/tell";

/** How long the test waits for a message, if it was asked to. */
const WAIT_MS = 10_000;

interface TestRequest extends FormSettings {
  readonly language: Language;
  readonly waitMs: number;
}

/** Undefined for a body that no form sends. */
function readRequest(body: unknown): TestRequest | undefined {
  if (!isFields(body)) return undefined;
  const { instance, subscribe = {}, language, waitForMessage } = body;
  if (!isFields(instance) || !isFields(subscribe)) return undefined;
  const waitMs = waitForMessage === true ? WAIT_MS : 0;
  return { instance, subscribe, language: languageOf(language), waitMs };
}

/** Writes one JSON object per line as the test goes on. */
interface Lines {
  write(line: string): unknown;
}

async function run(
  RED: NodeAPI,
  request: TestRequest,
  parts: { lines: Lines; stopping: AbortSignal },
) {
  const { lines, stopping } = parts;
  const lookUp = lookUpIn(request.language, DOCTOR_TEXTS);
  const findings: FindingText[] = [];
  const write = (line: object) => {
    if (!stopping.aborted) lines.write(`${JSON.stringify(line)}\n`);
  };
  const settings = () => resolveForm(RED, request);
  await examine({ settings, waitMs: request.waitMs, stopping }, (finding) => {
    const told = tellFinding(finding, lookUp);
    findings.push(told);
    write(told);
  });
  write(tellResult(findings, systemClock.now(), lookUp));
}

/**
 * Serves the forms' connection test. Who may deploy flows may run it: it connects nowhere and
 * with nothing that a deployed flow could not. Values come in the body, which nobody logs.
 */
export function serveConnectionTest(RED: NodeAPI): void {
  const limit = new RequestLimit(systemClock);
  const allowed = RED.auth.needsPermission("flows.write");
  RED.httpAdmin.post("/aliyun-iot/connection-test", allowed, (request, response) => {
    const wanted = readRequest(request.body);
    const lookUp = lookUpIn(wanted?.language ?? "en-US", DOCTOR_TEXTS);
    if (wanted === undefined) {
      response.status(400).json({ text: lookUp("request.unreadable", {}) });
      return;
    }
    const finished = limit.admit();
    if (finished === undefined) {
      response.status(429).json({ text: lookUp("request.tooMany", {}) });
      return;
    }
    const stop = new AbortController();
    response.on("close", () => {
      stop.abort();
    });
    response.set({ "content-type": "application/x-ndjson", "cache-control": "no-store" });
    void run(RED, wanted, { lines: response, stopping: stop.signal })
      .catch((error: unknown) => {
        // A fault of ours, for the log; the form says that the test ended without a result.
        RED.log.error(`aliyun-iot: the connection test failed: ${String(error)}`);
      })
      .finally(() => {
        finished();
        response.end();
      });
  });
}
