// The end of a flow: tells the test in batches which messages have arrived, and when a deploy is
// about to stop the flows. What has arrived is kept here, not in a node: it outlives each deploy.
"use strict";

const BATCH = 200;
const FLUSH_MS = 100;

const journal = {
  rows: [],
  timer: undefined,
  add(messageId) {
    this.rows.push(["arrived", messageId, ""]);
    if (this.rows.length >= BATCH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  },
  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.rows.length > 0) process.send({ kind: "journal", rows: this.rows });
    this.rows = [];
  },
};

module.exports = function (RED) {
  let ends = 0;
  RED.events.on("flows:stopping", () => {
    if (ends > 0) process.send({ kind: "stopping" });
  });

  // A message that says `last` is none of those that count: all before it have been told.
  RED.nodes.registerType("test-end", function (def) {
    RED.nodes.createNode(this, def);
    ends += 1;
    this.on("close", () => {
      ends -= 1;
    });
    this.on("input", (message, send, done) => {
      if (message.last === true) {
        journal.flush();
        process.send({ kind: "last" });
      } else journal.add(message.messageId);
      done();
    });
  });
};
