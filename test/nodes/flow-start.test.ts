import { equal } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { FlowStart } from "../../nodes/shared/flow-start";
import { settled } from "../support/time/manual-clock";

test("nodes that wait for the flows share one listener, and each waits for the next start", async () => {
  const events = new EventEmitter();
  const flowStart = FlowStart.of(events);
  const waiting = Array.from({ length: 20 }, () => flowStart.next());
  equal(events.listenerCount("flows:started"), 1);
  events.emit("flows:started");
  await Promise.all(waiting);
  let hasStarted = false;
  const next = flowStart.next().then(() => (hasStarted = true));
  await settled();
  equal(hasStarted, false);
  events.emit("flows:started");
  await next;
  equal(events.listenerCount("flows:started"), 0);
});
