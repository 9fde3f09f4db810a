import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { deviceStatus, propertyPost, T0 } from "../support/messages/device-messages";
import { examplesOn } from "../support/node-red/example";
import type { ProbeEvent } from "../support/node-red/probe-events";

const DEVICE_STATE = "aliyun-iot-device-state";
const TOLD = "as text";
const MINUTE_MS = 60_000;

const withExample = examplesOn();

test("the example “Who is offline” lists who is offline or silent, and tells at once who comes and goes", () =>
  withExample("Who is offline", async ({ emulator, nodeRed, payload, press }) => {
    const comes = async (name: string, status: "online" | "offline", agoMs: number) => {
      emulator.push(deviceStatus(name, status, Date.now() - agoMs));
      return String(await payload(TOLD));
    };
    match(await comes("d1", "online", 6 * MINUTE_MS), /^d1 came online, 20\d\d-/);
    match(await comes("d2", "online", 2_000), /^d2 came online/);
    match(await comes("d3", "online", 2_000), /^d3 came online/);
    match(await comes("d3", "offline", 1_000), /^d3 went offline/);
    // Of long ago, and no change of the status.
    emulator.push(propertyPost("d1", { t: 21 }, T0 - 365 * 24 * 60 * MINUTE_MS));
    await payload(DEVICE_STATE, ({ message }) => message?.["messageType"] === "property-post");

    const listed = async (button: string, topic: string) => {
      press(button);
      const isAnswer = ({ message }: ProbeEvent) => message?.["topic"] === topic;
      const list = await payload("names and times", isAnswer);
      return (list as { device: string }[]).map(({ device }) => device);
    };
    deepEqual(await listed("offline, each minute", "offline"), ["k1/d3"]);
    const silent = await listed(
      "silent for 5 minutes, each minute",
      "not heard from for 5 minutes",
    );
    deepEqual(silent, ["k1/d1"]);
    deepEqual(nodeRed.taken(TOLD), []);
  }));
