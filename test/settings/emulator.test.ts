import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { SettingError } from "../../src/errors/error";
import { resolveEmulator } from "../../src/settings/emulator";
import { Emulator } from "../../src/emulator/emulator";
import { TestCa } from "../support/certificates";
import { english } from "../support/english";

function settingOf(stored: Readonly<Record<string, unknown>>): unknown {
  let setting: unknown;
  throws(
    () => resolveEmulator(stored),
    (error) => {
      if (!(error instanceof SettingError)) return false;
      setting = error.details["setting"];
      equal(english(error).includes("__"), false, english(error));
      return true;
    },
  );
  return setting;
}

test("no settings give the documented defaults", () => {
  const { host, port, httpPort, devices, rate, consumerGroupIds, cert } = resolveEmulator({});
  deepEqual(
    { host, port, httpPort, devices, rate, consumerGroupIds, cert },
    {
      host: "127.0.0.1",
      port: 5672,
      httpPort: 5680,
      devices: 3,
      rate: 1,
      consumerGroupIds: ["DEFAULT_GROUP"],
      cert: undefined,
    },
  );
});

test("numbers may come as text, groups once each, certificates as PEM", () => {
  const { cert, key } = new TestCa().leaf();
  const options = resolveEmulator({
    port: "0",
    rate: "0.5",
    devices: "10",
    consumerGroupIds: ["A", "B", "A"],
    cert,
    key,
  });
  deepEqual([options.port, options.rate, options.devices], [0, 0.5, 10]);
  deepEqual(options.consumerGroupIds, ["A", "B"]);
  equal(options.cert?.trim(), cert.trim());
});

test("each bad setting is named, and a key is never quoted", () => {
  const { cert, key } = new TestCa().leaf();
  const bad: readonly [string, Readonly<Record<string, unknown>>][] = [
    ["host", { host: " " }],
    ["port", { port: 70_000 }],
    ["port", { port: "amqp" }],
    ["httpPort", { httpPort: -1 }],
    ["devices", { devices: 1.5 }],
    ["rate", { rate: "fast" }],
    ["rate", { rate: -1 }],
    ["rate", { rate: Number.NaN }],
    ["accessKeyId", { accessKeyId: "" }],
    ["accessKeySecret", { accessKeySecret: "a b" }],
    ["iotInstanceId", { iotInstanceId: "a,b" }],
    ["consumerGroupIds", { consumerGroupIds: [] }],
    ["consumerGroupIds", { consumerGroupIds: "DEFAULT_GROUP" }],
    ["consumerGroupId", { consumerGroupIds: ["a|b"] }],
    ["cert", { cert: "nonsense", key }],
    ["key", { cert }],
    ["cert", { key }],
    ["messageIdType", { messageIdType: "uuid" }],
    ["dataSections", { dataSections: 0 }],
    ["strictTimestamp", { strictTimestamp: "maybe" }],
    ["duplicateClientId", { duplicateClientId: "kick" }],
  ];
  for (const [setting, stored] of bad) equal(settingOf(stored), setting, JSON.stringify(stored));
  throws(
    () => resolveEmulator({ cert, key: "secretkey" }),
    (error) =>
      error instanceof SettingError && !`${error.message} ${english(error)}`.includes("secretkey"),
  );
});

test("what only the emulator can check is refused before it listens", async () => {
  const { cert } = new TestCa().leaf();
  const { key } = new TestCa().leaf();
  const bad: readonly [string, Readonly<Record<string, unknown>>][] = [
    ["cert", { cert, key }],
    ["scenario", { scenario: "{" }],
    ["scenario", { scenario: '{"steps":[{"fault":"kick","group":"NO"}]}' }],
  ];
  for (const [setting, stored] of bad) {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    // Not loopback: that it listens is logged.
    const settings = { ...resolveEmulator({ ...stored, port: 0, httpPort: 0 }), host: "0.0.0.0" };
    await rejects(Emulator.start({ ...settings, log }), (error) => {
      return error instanceof SettingError && error.details["setting"] === setting;
    });
    deepEqual(lines, [], setting);
  }
});

test("listening on another address than loopback is logged", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const loopback = await Emulator.start({ log });
  await loopback.stop();
  equal(lines.length, 0);
  const open = await Emulator.start({ log, host: "0.0.0.0" });
  await open.stop();
  equal(lines.filter((line) => line.includes("0.0.0.0")).length, 1);
});
