import { languageOf } from "../shared/languages";
import type { NodeAPI } from "node-red";
import type { Monitor } from "./monitor";
import type { Subscription } from "../../src/subscription/subscription";

interface Watched {
  readonly monitor: Monitor;
  /** Undefined until the flows are started, or where a setting is wrong. */
  readonly subscription: () => Subscription | undefined;
}

/** The subscribers of this process by node ID. */
const subscribers = new Map<string, Watched>();

/** A subscriber can be asked for from now on; the returned function ends that. */
export function offerStatistics(id: string, watched: Watched): () => void {
  subscribers.set(id, watched);
  return () => {
    // A successor may have started meanwhile.
    if (subscribers.get(id) === watched) subscribers.delete(id);
  };
}

/** Answers the editor's form: how is a subscriber doing? */
export function serveStatistics(RED: NodeAPI): void {
  const allowed = RED.auth.needsPermission("flows.read");
  RED.httpAdmin.get("/aliyun-iot/subscribers/:id", allowed, (request, response) => {
    const watched = subscribers.get(String(request.params["id"]));
    if (watched === undefined) {
      response.sendStatus(404);
      return;
    }
    const snapshot = watched.monitor.snapshot(languageOf(request.query["language"]));
    response.set("cache-control", "no-store");
    response.json({ ...snapshot, counters: watched.subscription()?.counters ?? null });
  });
}
