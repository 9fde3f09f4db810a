import { resolveFormApi } from "../shared/form-settings";
import { RequestLimit } from "../shared/request-limit";
import { languageOf } from "../shared/translation";
import { systemClock } from "../../src/clock";
import { ApiError, isIotAmqpError } from "../../src/errors/error";
import { joined, lookUpIn } from "../../src/errors/texts";
import { tellError } from "../../src/errors/tell";
import { createApiClient } from "../../src/openapi/client";
import { isJsonObject } from "../../src/protocol/json";
import type { NodeAPI } from "node-red";
import type { Language } from "../../src/errors/texts";
import type { JsonObject } from "../../src/protocol/json";
import type { ApiOptions } from "../../src/settings/api";

const TIMEOUT_MS = 10_000;
/** The platform's product keys are shorter. */
const MAX_KEY_LENGTH = 64;

interface ModelRequest {
  readonly instance: JsonObject;
  readonly productKey: string;
  readonly language: Language;
}

/** Undefined for a body that no form sends. */
function readRequest(body: unknown): ModelRequest | undefined {
  if (!isJsonObject(body)) return undefined;
  const { instance, productKey, language } = body;
  if (!isJsonObject(instance) || typeof productKey !== "string") return undefined;
  if (productKey === "" || productKey.length > MAX_KEY_LENGTH) return undefined;
  return { instance, productKey, language: languageOf(language) };
}

/** The thing model of a product, as the platform writes it. Rejects with one of our errors. */
async function thingModel(api: ApiOptions, productKey: string): Promise<string> {
  const client = createApiClient(api);
  try {
    const { body } = await client.call({
      action: "QueryThingModelPublished",
      parameters: { ProductKey: productKey },
      timeoutMs: TIMEOUT_MS,
    });
    const { ThingModelJson: text } = isJsonObject(body["Data"]) ? body["Data"] : {};
    if (typeof text === "string") return text;
    throw new ApiError("API_ANSWER_UNREADABLE", { host: api.endpoint.host, status: 200 });
  } finally {
    client.close();
  }
}

/** What went wrong and what to do, in the language of the editor. */
function problemText(error: unknown, language: Language): string {
  if (!isIotAmqpError(error)) throw error;
  const { text, remedy } = tellError(error, lookUpIn(language));
  return joined(language, text, remedy);
}

/**
 * Serves the form's list of properties and services. Needs the permission to deploy: a deployed
 * flow could make the same call. Settings come in the body because URLs are logged.
 */
export function serveThingModel(RED: NodeAPI): void {
  const limit = new RequestLimit(systemClock);
  const allowed = RED.auth.needsPermission("flows.write");
  RED.httpAdmin.post("/aliyun-iot/thing-model", allowed, (request, response) => {
    const asked = readRequest(request.body);
    if (asked === undefined || !limit.admit()) {
      response.sendStatus(asked === undefined ? 400 : 429);
      return;
    }
    const { instance, productKey, language } = asked;
    response.set("cache-control", "no-store");
    const answer = async () => {
      try {
        response.json({ thingModel: await thingModel(resolveFormApi(RED, instance), productKey) });
      } catch (error) {
        response.json({ problem: problemText(error, language) });
      }
    };
    answer()
      .catch((error: unknown) => {
        // A bug of ours, for the log.
        RED.log.error(`aliyun-iot: the thing model could not be asked for: ${String(error)}`);
        response.sendStatus(500);
      })
      .finally(() => {
        limit.finish();
      });
  });
}
