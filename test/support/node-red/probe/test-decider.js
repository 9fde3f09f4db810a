// Decides for each message, by chance from a seed, how it is to be settled and after which time; a
// share is never settled. What came and what was decided goes to the test in batches.
"use strict";

const BATCH = 200;
const FLUSH_MS = 100;

/** mulberry32: the same numbers for the same seed. */
function generator(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What happens to messages, in its order, on its way to the test. */
const journal = {
  rows: [],
  timer: undefined,
  add(...row) {
    this.rows.push(row);
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
  RED.nodes.registerType("test-decider", function (def) {
    RED.nodes.createNode(this, def);
    const random = generator(def.seed);
    const timers = new Set();
    const shares = Object.entries(def.shares);

    const decide = () => {
      let rest = random();
      return shares.find(([, share]) => (rest -= share) < 0)?.[0] ?? "accepted";
    };
    this.on("close", () => {
      for (const timer of timers) clearTimeout(timer);
      journal.flush();
    });
    this.on("input", (message, send, done) => {
      const outcome = decide();
      const { shortestMs = 0, longestMs } = def;
      const laterMs = shortestMs + random() * (longestMs - shortestMs);
      const delayMs = random() < def.atOnce ? 0 : laterMs;
      journal.add("came", message.messageId, outcome);
      if (outcome === "none") {
        done();
        return;
      }
      const settle = () => {
        send({ ...message, outcome });
        done();
      };
      if (delayMs === 0) {
        settle();
        return;
      }
      const timer = setTimeout(() => {
        timers.delete(timer);
        settle();
      }, delayMs);
      timers.add(timer);
    });
  });

  // Writes down what has become of a message: how it was settled, or why it was not.
  RED.nodes.registerType("test-recorder", function (def) {
    RED.nodes.createNode(this, def);
    this.on("close", () => journal.flush());
    this.on("input", (message, send, done) => {
      journal.add(def.kind, message.messageId, message.error?.code ?? message.outcome);
      done();
    });
  });

  // Counts, and tells the count with each thousand.
  RED.nodes.registerType("test-counter", function (def) {
    RED.nodes.createNode(this, def);
    let count = 0;
    this.on("input", (message, send, done) => {
      count += 1;
      if (count % def.every === 0) process.send({ kind: "counted", count });
      done();
    });
  });
};
