// Context stores of the Node-RED that tests start, by the names that the test asks for.
"use strict";

const { createClient } = require("@redis/client");

const isAsynchronous = (callback) => {
  if (typeof callback !== "function") throw new Error("This store answers by callback only.");
};

/** What every store does alike: `read`, `write` and `list` have to be there. */
class AsynchronousStore {
  get(scope, key, callback) {
    isAsynchronous(callback);
    const keys = Array.isArray(key) ? key : [key];
    this.read(scope, keys).then((values) => callback(null, ...values), callback);
  }

  set(scope, key, value, callback) {
    isAsynchronous(callback);
    const [keys, values] = Array.isArray(key) ? [key, value] : [[key], [value]];
    this.write(scope, keys, values).then(() => callback(null), callback);
  }

  keys(scope, callback) {
    isAsynchronous(callback);
    this.list(scope).then((keys) => callback(null, keys), callback);
  }

  open() {
    return Promise.resolve();
  }

  close() {
    return Promise.resolve();
  }

  clean() {
    return Promise.resolve();
  }

  delete() {
    return Promise.resolve();
  }
}

const parsed = (text) => (text == null ? undefined : JSON.parse(text));

/** As node-red/node-red-context-redis lays it out: a Redis key `scope:key` for each top-level key. */
class RedisStore extends AsynchronousStore {
  constructor({ port }) {
    super();
    // A command without a connection fails at once.
    this.client = createClient({
      disableOfflineQueue: true,
      socket: { host: "127.0.0.1", port, reconnectStrategy: 20 },
    });
    this.client.on("error", () => undefined);
  }

  async open() {
    await this.client.connect();
  }

  close() {
    this.client.destroy();
    return Promise.resolve();
  }

  async read(scope, keys) {
    return (await this.client.mGet(keys.map((key) => `${scope}:${key}`))).map(parsed);
  }

  async write(scope, keys, values) {
    const names = keys.map((key) => `${scope}:${key}`);
    const isGone = (_, index) => values[index] === undefined;
    const gone = names.filter(isGone);
    const kept = names.flatMap((name, index) =>
      isGone(name, index) ? [] : [[name, JSON.stringify(values[index])]],
    );
    if (kept.length > 0) await this.client.mSet(kept);
    if (gone.length > 0) await this.client.del(gone);
  }

  async list(scope) {
    const found = [];
    for await (const keys of this.client.scanIterator({ MATCH: `${scope}:*` })) {
      found.push(...keys.map((key) => key.slice(scope.length + 1)));
    }
    return found;
  }
}

/** How long it takes for each call, in ms; not always as long, so that calls could overtake. */
const SLOWEST_MS = 3;

/** Slow, and broken or dumb when the test says so; each value is a copy. */
class SlowStore extends AsynchronousStore {
  constructor() {
    super();
    this.values = new Map();
    this.mode = "working";
    this.held = [];
    process.on("test-store", (mode) => {
      this.mode = mode;
      for (const go of this.held.splice(0)) go();
    });
  }

  clean(active) {
    for (const key of [...this.values.keys()]) {
      const [scope] = key.split(":");
      if (scope !== "global" && !active.includes(scope)) this.values.delete(key);
    }
    return Promise.resolve();
  }

  async turn() {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * SLOWEST_MS));
    if (this.mode === "silent") await new Promise((go) => this.held.push(go));
    if (this.mode === "failing") throw new Error("the disk is full");
  }

  async read(scope, keys) {
    await this.turn();
    const values = keys.map((key) => parsed(this.values.get(`${scope}:${key}`)));
    await this.turn();
    return values;
  }

  async write(scope, keys, values) {
    await this.turn();
    for (const [index, key] of keys.entries()) {
      if (values[index] === undefined) this.values.delete(`${scope}:${key}`);
      else this.values.set(`${scope}:${key}`, JSON.stringify(values[index]));
    }
  }

  async list(scope) {
    await this.turn();
    const own = [...this.values.keys()].filter((key) => key.startsWith(`${scope}:`));
    return own.map((key) => key.slice(scope.length + 1));
  }
}

const STORES = {
  memory: () => ({ module: "memory" }),
  file: () => ({ module: "localfilesystem" }),
  uncached: () => ({ module: "localfilesystem", config: { base: "uncached", cache: false } }),
  redis: () => ({
    module: (config) => new RedisStore(config),
    config: { port: Number(process.env.TEST_REDIS_PORT) },
  }),
  slow: () => ({ module: () => new SlowStore() }),
};

/** Settings for stores by their names, separated by commas; the first is the usual one. */
module.exports = (names) =>
  Object.fromEntries(names.split(",").map((name) => [name, STORES[name]()]));
