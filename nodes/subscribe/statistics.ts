import { subscribers } from "../shared/subscribers";
import { languageOf } from "../shared/translation";
import type { NodeAPI } from "node-red";

/** Serves the statistics panel of the editor's form: how is a subscriber doing? */
export function serveStatistics(RED: NodeAPI): void {
  const allowed = RED.auth.needsPermission("flows.read");
  RED.httpAdmin.get("/aliyun-iot/subscribers/:id", allowed, (request, response) => {
    const subscriber = subscribers.find(String(request.params["id"]));
    if (subscriber === undefined) {
      response.sendStatus(404);
      return;
    }
    const { monitor, subscription } = subscriber;
    const snapshot = monitor.snapshot(languageOf(request.query["language"]));
    response.set("cache-control", "no-store");
    response.json({ ...snapshot, counters: subscription?.counters ?? null });
  });
}
