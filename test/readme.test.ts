import { PORT_RANGE } from "../src/protocol/endpoint";
import { SUBSCRIBE_LIMITS } from "../src/settings/subscribe";
import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MESSAGE_TYPES } from "../src/protocol/topic";
import { PROPERTIES_DEFAULTS, PROPERTY_OUTPUTS } from "../src/settings/properties";
import { ACK_DEFAULTS, ACK_OUTCOMES } from "../src/settings/ack";
import { CONTEXT_TYPES } from "../src/settings/device-state";
import { DEVICE_STATE_DEFAULTS, DEVICE_STATE_LIMITS } from "../src/settings/device-state";
import { INSTANCE_DEFAULTS } from "../src/settings/instance";
import { SETTLE_MODES, SUBSCRIBE_DEFAULTS } from "../src/settings/subscribe";
import { PAYLOAD_FORMATS } from "../src/protocol/payload";
import { SIGN_METHODS } from "../src/protocol/sign-in-values";

const READMES = ["README.md", "README.zh-CN.md"];
const NODES = [
  { type: "aliyun-iot-instance", defaults: INSTANCE_DEFAULTS },
  { type: "aliyun-iot-subscribe", defaults: SUBSCRIBE_DEFAULTS },
  { type: "aliyun-iot-ack", defaults: ACK_DEFAULTS },
  { type: "aliyun-iot-properties", defaults: PROPERTIES_DEFAULTS },
  { type: "aliyun-iot-device-state", defaults: DEVICE_STATE_DEFAULTS },
];
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  signMethod: SIGN_METHODS,
  settleMode: SETTLE_MODES,
  payloadFormat: PAYLOAD_FORMATS,
  outcome: ACK_OUTCOMES,
  output: PROPERTY_OUTPUTS,
  contextType: CONTEXT_TYPES,
};

interface Row {
  readonly property: string;
  readonly default: string;
  readonly range: string;
}

/** The rows of the first table below the heading that names a node type. */
function table(readme: string, type: string): Row[] {
  const section = readFileSync(readme, "utf8").split(`### \`${type}\``)[1] ?? "";
  const lines = section.split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const rest = lines.slice(start + 2); // below the header and its rule
  return rest.slice(0, rest.indexOf("")).map((line) => {
    const [, property = "", fallback = "", range = ""] = line.split("|").map((cell) => cell.trim());
    return { property: unquoted(property), default: unquoted(fallback), range };
  });
}

const unquoted = (cell: string) => cell.replace(/^`(.*)`$/, "$1");
const shown = (value: unknown) =>
  typeof value === "string" && value !== "" ? value : JSON.stringify(value);

for (const readme of READMES) {
  for (const { type, defaults } of NODES) {
    test(`${readme} lists the properties of ${type} with the defaults that the code has`, () => {
      deepEqual(
        table(readme, type).map((row) => [row.property, row.default]),
        Object.entries(defaults).map(([property, value]) => [property, shown(value)]),
      );
    });

    test(`${readme} names the ranges and choices of ${type} that the code has`, () => {
      const limits: Readonly<Record<string, { min: number; max: number }>> = {
        ...SUBSCRIBE_LIMITS,
        port: PORT_RANGE,
        ...DEVICE_STATE_LIMITS,
      };
      for (const { property, range } of table(readme, type)) {
        const limit = limits[property];
        if (limit !== undefined) deepEqual(range, `${limit.min}–${limit.max}`, property);
        const choices = CHOICES[property];
        if (choices !== undefined) {
          deepEqual(range, choices.map((choice) => `\`${choice}\``).join(" "), property);
        }
      }
    });
  }

  test(`${readme} names every message type`, () => {
    const text = readFileSync(readme, "utf8");
    for (const messageType of MESSAGE_TYPES) {
      ok(text.includes(`\`${messageType}\``), `${messageType} is missing.`);
    }
  });

  test(`${readme} links only to files that exist`, () => {
    const links = [...readFileSync(readme, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)];
    ok(links.length > 0);
    for (const [, path = ""] of links) ok(readFileSync(path).length > 0, path);
  });
}
