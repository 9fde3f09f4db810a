// A node for tests: hands every message that reaches it to the test, under the kind it is given;
// and the runtime's events, so that no test needs to wait for a time.
"use strict";

module.exports = function (RED) {
  RED.events.on("flows:started", () => process.send({ kind: "started" }));
  RED.events.on("node-status", ({ id, status }) => {
    if (status !== undefined) process.send({ kind: "shown", id, status });
  });
  RED.nodes.registerType("test-probe", function (def) {
    RED.nodes.createNode(this, def);
    this.on("input", (message, send, done) => {
      process.send({ kind: def.kind, message });
      done();
    });
  });
};
