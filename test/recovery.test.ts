import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES, ERRORS } from "../src/errors/table";
import { API_ERRORS } from "../src/errors/table/api";
import { COMMAND_ERRORS } from "../src/errors/table/command";
import { CERTIFICATES, TestCa } from "./support/certificates";
import { ManualClock, settled } from "./support/time/manual-clock";
import { PeerServer } from "./support/peer/peer-server";
import { amqpError, CODE, nothing, SASL_HEADER, uint, yes } from "./support/peer/frames";
import { HEADER } from "./support/peer/read-frames";
import { until } from "./support/time/until";
import { withEmulator } from "./support/emulator/with-emulator";
import { state, withSubscription } from "./support/emulator/with-subscription";
import type { TlsOptions } from "node:tls";
import type { ErrorCode } from "../src/errors/error";
import type { Peer } from "./support/peer/peer";
import type { Script } from "./support/peer/peer-server";
import type { Stored } from "../src/settings/read";
import { resolveInstance } from "../src/settings/instance";
import { resolveSubscribe } from "../src/settings/subscribe";
import type { TlsOptions as ClientTls } from "../src/settings/instance";
import { createSubscription } from "../src/subscription/subscription";

/** A failure over a real connection: what the peer does, or what is set wrongly. */
interface Provoked {
  readonly how: string;
  readonly code: ErrorCode;
  readonly script?: Script;
  readonly instance?: Stored;
  readonly tls?: ClientTls;
  /** Of the peer. */
  readonly server?: TlsOptions;
  /** For what only time shows: when the clock is moved on, and how far, in ms. */
  readonly waits?: { readonly until: (peer: Peer) => boolean; readonly forMs: number };
}

const hasSent = (code: number) => (peer: Peer) => peer.frames.some((frame) => frame.code === code);
/** What the client sends first of all, and what it sends when it is subscribed. */
const [STARTED, ATTACHING, UP] = [hasSent(HEADER), hasSent(CODE.attach), hasSent(CODE.flow)];

const mute: Script = () => undefined;
const signIn =
  (sasl: number): Script =>
  (peer) =>
    peer.signIn(sasl).then(() => undefined);

/** Attaches and then says one thing. */
const saying =
  (code: number, condition?: string): Script =>
  async (peer) => {
    await peer.attach();
    const error = condition === undefined ? nothing : amqpError(condition);
    peer.performative(code, code === CODE.detach ? [uint(0), yes, error] : [error]);
    await peer.expect(CODE.close);
    peer.socket.end();
  };

const { cert, key, ca } = CERTIFICATES;
const EXPIRED = new TestCa("an old one");
const overTls = { instance: { useTls: true, host: "localhost" }, server: { cert, key } };

const PROVOKED: readonly Provoked[] = [
  { how: "an empty key", code: "SETTING_MISSING", instance: { accessKeyId: "" } },
  { how: "a bad port", code: "SETTING_INVALID", instance: { port: 70_000 } },
  { how: "half a variable", code: "ENV_PARTIAL", instance: { iotInstanceId: "iot-${SITE}" } },
  { how: "no TLS to elsewhere", code: "TLS_REQUIRED", instance: { host: "iot.example.com" } },
  {
    how: "a name that cannot be",
    code: "DNS_FAILED",
    instance: { host: "no-such.invalid", useTls: true },
  },
  { how: "a port without a listener", code: "CONNECTION_REFUSED", instance: { port: 1 } },
  {
    how: "silence from the start",
    code: "CONNECT_TIMEOUT",
    script: mute,
    waits: { until: STARTED, forMs: 10_000 },
  },
  {
    how: "no attach",
    code: "ATTACH_TIMEOUT",
    script: (peer) => peer.open().then(() => undefined),
    waits: { until: ATTACHING, forMs: 10_000 },
  },
  { how: "an unknown authority", code: "TLS_UNTRUSTED", ...overTls },
  {
    how: "another name",
    code: "TLS_HOSTNAME",
    ...overTls,
    tls: { ca, servername: "elsewhere.example.com" },
  },
  {
    how: "an old certificate",
    code: "TLS_EXPIRED",
    ...overTls,
    server: EXPIRED.leaf({ validTo: new Date(0) }),
    tls: { ca: EXPIRED.cert },
  },
  {
    how: "no TLS on the port",
    code: "TLS_FAILED",
    script: (peer) => {
      peer.send(SASL_HEADER);
    },
    instance: overTls.instance,
  },
  {
    how: "a handshake cut off",
    code: "TLS_INTERRUPTED",
    script: (peer) => {
      peer.socket.once("data", () => peer.socket.resetAndDestroy());
    },
    instance: overTls.instance,
  },
  { how: "SASL 1", code: "SIGN_IN_REFUSED", script: signIn(1) },
  { how: "SASL 3", code: "SIGN_IN_REFUSED", script: signIn(3) },
  { how: "SASL 2", code: "SIGN_IN_UNAVAILABLE", script: signIn(2) },
  { how: "SASL 4", code: "SIGN_IN_UNAVAILABLE", script: signIn(4) },
  ...(
    ["unauthorized-access", "not-allowed", "precondition-failed", "resource-locked"] as const
  ).flatMap((condition): Provoked[] =>
    [CODE.close, CODE.detach, CODE.end].map((code) => ({
      how: `${condition} in frame ${code}`,
      code: "REFUSED",
      script: saying(code, `amqp:${condition}`),
    })),
  ),
  {
    how: "close with not-found",
    code: "GROUP_NOT_FOUND",
    script: saying(CODE.close, "amqp:not-found"),
  },
  {
    how: "detach with resource-deleted",
    code: "GROUP_NOT_FOUND",
    script: saying(CODE.detach, "amqp:resource-deleted"),
  },
  {
    how: "close over a limit",
    code: "TOO_MANY_CONNECTIONS",
    script: saying(CODE.close, "amqp:resource-limit-exceeded"),
  },
  {
    how: "close for balancing",
    code: "CLOSED_BY_PLATFORM",
    script: saying(CODE.close, "amqp:connection:forced"),
  },
  { how: "close without an error", code: "CLOSED_BY_PLATFORM", script: saying(CODE.close) },
  {
    how: "close with an unknown condition",
    code: "CLOSED_BY_PLATFORM",
    script: saying(CODE.close, "vendor:odd"),
  },
  { how: "detach without an error", code: "LINK_CLOSED", script: saying(CODE.detach) },
  {
    how: "end with an unknown condition",
    code: "LINK_CLOSED",
    script: saying(CODE.end, "vendor:odd"),
  },
  {
    how: "a reset",
    code: "CONNECTION_LOST",
    script: (peer) =>
      peer.attach().then(() => {
        peer.socket.resetAndDestroy();
      }),
  },
  {
    how: "an end without a word",
    code: "CONNECTION_LOST",
    script: (peer) =>
      peer.attach().then(() => {
        peer.socket.end();
      }),
  },
  {
    how: "silence while up",
    code: "PEER_SILENT",
    script: (peer) => peer.attach().then(() => undefined),
    waits: { until: UP, forMs: 84_000 },
  },
  {
    how: "silence within a frame",
    code: "PEER_SILENT",
    script: (peer) =>
      peer.attach().then(() => {
        peer.send(Buffer.from([0, 0, 1, 0, 2]));
      }),
    waits: { until: UP, forMs: 84_000 },
  },
  {
    how: "a giant frame while up",
    code: "CONNECTION_CORRUPTED",
    script: (peer) =>
      peer.attach().then(() => {
        peer.send(Buffer.from([0x7f, 0, 0, 0, 2, 0, 0, 0]));
      }),
  },
  {
    how: "HTTP",
    code: "PROTOCOL_VIOLATION",
    script: (peer) => {
      peer.send(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"));
    },
  },
  {
    how: "AMQP 0.9.1",
    code: "PROTOCOL_VIOLATION",
    script: (peer) => {
      peer.send(Buffer.from("AMQP\0\0\x09\x01", "latin1"));
    },
  },
  {
    how: "our framing refused",
    code: "PROTOCOL_VIOLATION",
    script: saying(CODE.close, "amqp:connection:framing-error"),
  },
  {
    how: "a giant frame at the start",
    code: "FRAME_TOO_LARGE",
    script: async (peer) => {
      await peer.open();
      peer.send(Buffer.from([0x7f, 0, 0, 0, 2, 0, 0, 0]));
    },
  },
];

/** Settings of an instance on loopback; throws what `resolveInstance` throws. */
function instanceOf({ instance, tls }: Provoked, port: number) {
  const stored = {
    host: "127.0.0.1",
    port,
    useTls: false,
    accessKeyId: "id",
    accessKeySecret: "key",
  };
  return resolveInstance({ ...stored, ...instance }, tls);
}

/** Moves time on, in steps that leave the sockets their turns, for so long or until it is so. */
async function pass(clock: ManualClock, ms: number, isSo = () => false): Promise<void> {
  for (const endMs = clock.monotonicMs() + ms; clock.monotonicMs() < endMs && !isSo();) {
    await clock.advance(STEP_MS);
    await settled(20);
  }
}
const STEP_MS = 100;

/** With half the chance always; the first wait of its kind, in ms. */
const FIRST_WAIT_MS = { fast: 500, slow: 27_000 };

/** Fails as told, waits as its kind of failure does, and tries again. */
async function failsAndRetries(provoked: Provoked, clock: ManualClock): Promise<void> {
  const { code, script = mute, server: tls, waits } = provoked;
  const server = await PeerServer.start(script, tls);
  const instance = instanceOf(provoked, server.port);
  const options = resolveSubscribe({ clientId: "test" });
  const subscription = createSubscription(instance, options, { clock, random: () => 0.5 });
  try {
    for (const attempt of [1, 2]) {
      if (attempt === 1) subscription.start();
      else await clock.advance(FIRST_WAIT_MS[retryOf(code)]);
      if (waits !== undefined) {
        const isThere = () =>
          server.peers.some((peer, index) => index === attempt - 1 && waits.until(peer));
        await until(isThere, `attempt ${attempt} came so far`);
        await settled();
        await pass(clock, waits.forMs, () => subscription.state.value === "backoff");
      }
      const now = await state(subscription, ({ value }) => value === "backoff");
      ok(now.value === "backoff");
      equal(now.cause.code, code, now.cause.message);
      const waitMs = now.nextAttemptAtMs - clock.now();
      const firstMs = FIRST_WAIT_MS[retryOf(code)];
      if (attempt === 1) ok(waitMs > firstMs - STEP_MS && waitMs <= firstMs, `${waitMs} ms`);
    }
  } finally {
    const stopped = subscription.stop();
    await pass(clock, 10_000, () => subscription.state.value === "stopped");
    await stopped;
    await server.stop();
  }
  server.check();
  equal(clock.timers, 0);
}

function retryOf(code: ErrorCode): "fast" | "slow" {
  const retry = ERRORS[code].retry;
  ok(retry !== "never", code);
  return retry;
}

for (const provoked of PROVOKED) {
  const { how, code } = provoked;
  const retry = ERRORS[code].retry;
  if (retry === "never") {
    test(`${how} is ${code}, and never tried`, () => {
      throws(() => instanceOf(provoked, 5671), { code });
    });
  } else {
    test(`${how} is ${code}, and tried again ${retry}`, () =>
      failsAndRetries(provoked, new ManualClock()));
  }
}

/** The rows of docs/recovery.md: what happens, code, status, next attempt. */
function documented(): string[][] {
  const rows = readFileSync("docs/recovery.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("docs/recovery.md has each code with its status and its next attempt, as the code has them", () => {
  const ofCommands = ["PORT_IN_USE", "LISTEN_FAILED", "FILE_UNREADABLE", "SCENARIO_INVALID"];
  const ofRequests = ["ACTION_INVALID", "DEVICE_MISSING", "FILTER_INVALID"];
  const ofInput = ["INPUT_INVALID", "INPUT_TOO_LARGE"];
  // How a command ends is in docs/nodes.md: it is not tried again, so there is no next attempt.
  const ofSending = [...Object.keys(API_ERRORS), ...Object.keys(COMMAND_ERRORS), ...ofInput];
  const untold = [...ofCommands, ...ofRequests, ...ofSending, "NO_MESSAGE", "ENV_OF_SUBFLOW"];
  const told = documented().map((cells) => (cells[1] ?? "").replaceAll("`", ""));
  for (const code of ERROR_CODES) {
    equal(told.filter((each) => each === code).length, untold.includes(code) ? 0 : 1, code);
  }
  const connections = documented()
    .filter((cells) => cells.length === 4)
    .slice(2);
  ok(connections.length > 20, "the table has not been found");
  for (const [what = "", quoted = "", status, next] of connections) {
    const code = quoted.replaceAll("`", "") as ErrorCode;
    const { short } = ERRORS[code]["en-US"];
    equal(status, short.replace(/__\w+__/, "…"), what);
    equal(next, code === "CONNECT_LIMIT" ? "when the minute is over" : ERRORS[code].retry, what);
  }
  // Provoked elsewhere: nodes and variables are Node-RED's, files are read before there is an instance,
  // the limit needs more than one connection, and a network that cannot be reached is not to be had on
  // loopback.
  const elsewhere = [
    ...["NODE_MISSING", "NODE_DISABLED", "ENV_MISSING", "CA_UNREADABLE", "RHEA_MISMATCH"],
    ...["CONNECT_LIMIT", "CONNECTION_FAILED"],
  ];
  const rows = connections.map(([, code = ""]) => code.replaceAll("`", ""));
  const provoked = [...new Set<string>(PROVOKED.map(({ code }) => code)), ...elsewhere];
  deepEqual(provoked.sort(), rows.sort());
});

/** The most of the times that lie within any minute. */
function mostInAMinute(timesMs: readonly number[]): number {
  return Math.max(
    ...timesMs.map((from) => timesMs.filter((ms) => ms >= from && ms < from + 60_000).length),
  );
}

test("16 connections that all fall, time and again, keep to the connect limit and come back", () => {
  const clock = new ManualClock();
  return withEmulator({ clock }, async (emulator) => {
    const isUp = () => emulator.connections().length === 16;
    const to = { settings: { connections: 16 }, environment: { clock, random: Math.random } };
    await withSubscription(emulator, to, async (subscription) => {
      const endMs = clock.now() + 10 * 60_000;
      while (clock.now() < endMs) {
        emulator.kick();
        await pass(clock, 2_000);
      }
      const times = emulator.signIns.map(({ timestamp }) => timestamp);
      const most = mostInAMinute(times);
      ok(most <= 90, `${most} connects in a minute`);
      ok(times.length > 200, `only ${times.length} attempts in ten minutes`);
      await pass(clock, 3 * 60_000, isUp);
      await state(subscription, (now) => now.value === "subscribed" && now.connected === 16);
    });
  });
});
