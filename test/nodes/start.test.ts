import { deepEqual, equal, throws } from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { replaceVariables } from "../../nodes/shared/settings";
import { startNode } from "../../nodes/shared/start";
import { RequestError, SettingError, SettlementError } from "../../src/errors/error";
import { translator } from "../support/node-red/built-nodes";
import { settled } from "../support/time/manual-clock";
import type { Node, NodeAPI, NodeStatus } from "node-red";
import type { NodeParts } from "../../nodes/shared/start";
import type { Stored } from "../../src/settings/read";
import type { Failure } from "../../nodes/shared/translation";

const events = new EventEmitter();
const RED = {
  _: translator("aliyun-iot-ack", "en-US"),
  events,
  util: { getSetting: () => undefined },
} as unknown as NodeAPI;

/** A node as Node-RED makes it, as far as a start needs it. */
class FakeNode extends EventEmitter {
  readonly id = "node";
  /** What it showed, handled and ended, in this order. */
  readonly events: string[] = [];

  status({ text = "nothing" }: NodeStatus): void {
    this.events.push(`status ${text}`);
  }

  error({ code, message }: Failure): void {
    this.events.push(`error ${code ?? message}`);
  }

  input(payload: string, more: object = {}): void {
    this.emit("input", { payload, ...more }, undefined, (failure?: Failure) => {
      this.events.push(failure === undefined ? `done ${payload}` : `catch ${failure.code ?? "?"}`);
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.emit("close", resolve));
    this.events.push("closed");
  }
}

/** Starts a node whose only setting is a number. */
function start(setting: number, parts: Partial<NodeParts<number>> = {}): FakeNode {
  const node = new FakeNode();
  startNode<number>(RED, node as unknown as Node, {
    stored: {},
    resolve: () => {
      if (setting < 0) throw new SettingError("SETTING_MISSING", { setting: "outcome" });
      return setting;
    },
    start: (number) => {
      node.events.push(`start ${number}`);
      return async ({ payload }) => {
        await settled();
        node.events.push(`handle ${String(payload)}`);
      };
    },
    ...parts,
  });
  return node;
}

test("a node starts at once with its settings, and a message is done when its handler is", async () => {
  const node = start(7);
  deepEqual(node.events, ["start 7"]);
  node.input("a");
  await settled();
  await settled();
  await node.close();
  deepEqual(node.events, ["start 7", "handle a", "done a", "closed"]);
});

test("a bad setting is shown at once until the close, and told once when Catch nodes hear", async () => {
  const node = start(-1);
  await settled();
  deepEqual(node.events, ["status Outcome missing"]);
  events.emit("flows:started");
  await settled();
  for (const payload of ["a", "b"]) node.input(payload);
  await settled();
  await node.close();
  deepEqual(node.events.slice(1), [
    "error SETTING_MISSING",
    // Closing shows what waited.
    "status Outcome missing × 2",
    "status nothing",
    "closed",
  ]);
});

test("who waits for an answer hears of a bad setting each time", async () => {
  const node = start(-1, { isRequest: ({ payload }) => payload !== "report" });
  await settled();
  for (const payload of ["request", "report", "request"]) node.input(payload);
  await settled();
  await node.close();
  const told = node.events.filter((event) => event.startsWith("catch"));
  deepEqual(told, ["catch SETTING_MISSING", "catch SETTING_MISSING"]);
});

test("of what a Catch node brings back to where it failed only a new failure is told", async () => {
  const lost = new SettlementError("DELIVERY_LINK_LOST", { token: "t" });
  const wrong = new RequestError("OUTCOME_INVALID", { value: "x", choices: "y" });
  const node: FakeNode = start(7, {
    start: () => (message) => {
      throw message.payload === "lost" ? lost : wrong;
    },
  });
  const error = { message: "…", source: { id: node.id } };
  node.input("lost", { error });
  node.input("wrong", { error });
  await settled();
  deepEqual(node.events, ["catch OUTCOME_INVALID"]);
  node.input("lost", { error: { ...error, source: { id: "another node" } } });
  await settled();
  await node.close();
  deepEqual(node.events.slice(1, 3), ["error DELIVERY_LINK_LOST", "status link lost"]);
});

test("a node may show a bad setting in its own way", async () => {
  const node: FakeNode = start(-1, {
    showFailure: (error) => {
      node.events.push(String(error instanceof SettingError));
    },
  });
  await settled();
  await node.close();
  deepEqual(node.events, ["true", "closed"]);
});

test("messages that come before the start wait for it, in their order", async () => {
  const flows = new EventEmitter();
  const node = start(7, { ready: once(flows, "started") });
  for (const payload of ["a", "b"]) node.input(payload);
  await settled();
  equal(node.events.length, 0);
  flows.emit("started");
  await settled();
  await settled();
  const handled = node.events.filter((event) => !event.startsWith("done"));
  deepEqual(handled, ["start 7", "handle a", "handle b"]);
});

test("a node that is closed before it was ready never starts, and completes no message", async () => {
  const flows = new EventEmitter();
  const node = start(7, { ready: once(flows, "started") });
  node.input("a");
  await node.close();
  flows.emit("started");
  await settled();
  deepEqual(node.events, ["closed"]);
});

test("a start that fails by a bug of ours is reported", async () => {
  const bug = () => {
    throw new TypeError("not a function");
  };
  const nodes = [start(7, { resolve: bug }), start(7, { start: bug })];
  await settled();
  for (const node of nodes) deepEqual(node.events, ["error not a function"]);
});

test("a close that fails is reported, and ends all the same", async () => {
  const failures = [
    () => Promise.reject(new Error("no disk")),
    () => {
      throw new Error("no disk");
    },
  ];
  for (const close of failures) {
    const node = start(7, { close });
    await node.close();
    deepEqual(node.events, ["start 7", "error no disk", "closed"]);
  }
});

test("a variable that Node-RED has left is looked up, and told where it is not set", () => {
  const settings = { name: "${LABEL}", host: "h", port: "5671", topicFilters: ["/a/${b}/+"] };
  const variables: Readonly<Record<string, string>> = { EMPTY: "", FILTER: "/a/#" };
  const replace = (stored: Stored) => replaceVariables(stored, (name) => variables[name]);
  deepEqual(replace(settings), settings);
  // Node-RED 3.1 takes an empty variable for one that is not set.
  const left = { ...settings, iotInstanceId: "${EMPTY}", topicFilters: ["${FILTER}", "$(EMPTY)"] };
  const replaced = { ...settings, iotInstanceId: "", topicFilters: ["/a/#", ""] };
  deepEqual(replace(left), replaced);
  const missing = (setting: string) => (error: unknown) =>
    error instanceof SettingError &&
    error.code === "ENV_MISSING" &&
    error.details["setting"] === setting;
  throws(() => replace({ ...settings, host: "${HOST}" }), missing("host"));
  throws(() => replace({ accessKeySecret: "$(SECRET)" }), missing("accessKeySecret"));
  throws(() => replace({ topicFilters: ["${OTHER}"] }), missing("topicFilters"));
});
