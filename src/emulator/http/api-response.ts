import { toJson, toXml } from "../api/answer";
import type { ServerResponse } from "node:http";
import type { Outcome } from "../api/api";

/** Writes what the API answers; or cuts the connection. */
export function writeOutcome(response: ServerResponse, outcome: Outcome): void {
  const { answer, requestId, nowMs, format } = outcome;
  if (answer === "cut") {
    response.socket?.destroy();
    return;
  }
  const type = format === "json" ? "application/json" : "text/xml";
  response.writeHead(answer.status, {
    "content-type": `${type};charset=utf-8`,
    date: new Date(nowMs).toUTCString(),
    "x-acs-request-id": requestId,
  });
  response.end(format === "json" ? toJson(answer) : toXml(answer));
}
