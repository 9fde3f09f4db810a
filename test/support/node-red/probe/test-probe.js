// A node for tests: hands every message that reaches it to the test, under the kind it is given;
// and the runtime's events, so that no test needs to wait for a time. The other way round, the test
// hands messages to any node, and asks what the process has open.
"use strict";

/** How many of each sort; without the channel to the test, which comes and goes with its use. */
function counted(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

module.exports = function (RED) {
  const requests = {
    hand: ({ id, message }) => {
      const hand = () => RED.nodes.getNode(id).receive(message);
      // A deploy is answered before the flows have started.
      if (RED.nodes.getNode(id) === null) RED.events.once("flows:started", hand);
      else hand();
    },
    store: ({ mode }) => process.emit("test-store", mode),
    inventory: () => {
      globalThis.gc?.();
      const listeners = RED.events.eventNames().map((name) => RED.events.listenerCount(name));
      const inventory = {
        resources: counted(process.getActiveResourcesInfo()),
        listeners: listeners.reduce((sum, count) => sum + count, 0),
        memory: process.memoryUsage(),
        mostRssBytes: process.resourceUsage().maxRSS * 1024,
        cpu: process.cpuUsage(),
      };
      process.send({ kind: "inventory", inventory });
    },
  };
  process.on("message", ({ request, ...rest }) => requests[request](rest));
  RED.events.on("flows:started", () => process.send({ kind: "started" }));
  RED.events.on("node-status", ({ id, status }) => {
    if (status !== undefined) process.send({ kind: "shown", id, status });
  });
  RED.nodes.registerType("test-probe", function (def) {
    RED.nodes.createNode(this, def);
    // While the flows are still being made: nothing of them has started.
    if (def.early !== undefined) process.nextTick(() => this.send(def.early));
    this.on("input", (message, send, done) => {
      if (def.throws !== undefined) throw new Error(def.throws);
      process.send({ kind: def.kind, message });
      done();
    });
  });
};
