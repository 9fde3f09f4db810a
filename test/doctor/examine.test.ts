import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { consumerGroup } from "../../src/subscription/consumer-group";
import { HostNames } from "../../src/network/host-names";
import { STEPS } from "../../src/doctor/finding";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import { lookUpIn } from "../../src/errors/texts";
import { tellFinding } from "../../src/doctor/tell";
import { CERTIFICATES, TestCa } from "../support/certificates";
import { examined } from "./examined";
import { ManualClock } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import { amqpError, CODE, uint, yes } from "../support/peer/frames";
import { ScaledClock } from "../support/time/scaled-clock";
import { PATIENCE_MS, until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Examined } from "./examined";
import type { EmulatorOptions } from "../../src/emulator/options";
import type { Emulator } from "../../src/emulator/emulator";
import type { Finding, Step } from "../../src/doctor/finding";
import type { ErrorCode } from "../../src/errors/error";

const TOPIC = "/k1/d1/user/update";

const told = (finding: Finding | undefined) =>
  finding === undefined
    ? ""
    : JSON.stringify(tellFinding(finding, lookUpIn("en-US", DOCTOR_TEXTS)));

test("each step is announced and passes, and no message is taken", () =>
  withEmulator({}, async (emulator) => {
    emulator.push({ topic: TOPIC, payload: "stays" });
    const { passed, findings } = await examined(emulator.port);
    ok(passed);
    const steps = findings.map(({ step, state }) => `${step} ${state}`);
    deepEqual(steps, [
      ...["settings running", "settings passed", "dns running", "dns passed"],
      ...["tcp running", "tcp passed", "tls skipped", "signIn running", "signIn passed"],
      ...["open running", "open passed", "attach running", "attach passed"],
    ]);
    const [group] = emulator.groups();
    deepEqual([group?.consumers, group?.backlog, group?.unsettled, group?.released], [0, 1, 0, 0]);
  }));

test("a message that is waited for is given back, and told by its topic", () =>
  withEmulator({}, async (emulator) => {
    const ids = ["one", "two"].map((payload) => emulator.push({ topic: TOPIC, payload }));
    const { passed, facts } = await examined(emulator.port, { waitMs: 5_000 });
    ok(passed);
    match(told(facts.get("message")), /received after 0(\.\d)? s on \/k1\/d1\/user\/update/);
    const [group] = emulator.groups();
    deepEqual([group?.accepted, group?.released, group?.backlog], [0, 1, 2]);
    equal(ids.filter((id) => emulator.history(id) !== undefined).length, 1);
  }));

test("without a message in time it says what to check, and leaves", () =>
  withEmulator({}, async (emulator) => {
    const clock = new ScaledClock(50);
    const { passed, failure } = await examined(emulator.port, { waitMs: 10_000, clock });
    ok(!passed);
    equal(failure?.step, "message");
    match(told(failure), /within 10 s.*NO_MESSAGE.*subscribed to the product/);
    equal(emulator.connections().length, 0);
    equal(clock.timers, 0);
  }));

test("over TLS the certificate's issuer and end are told", () =>
  withEmulator(CERTIFICATES, async (emulator) => {
    const { passed, facts } = await examined(emulator.port, { tls: { ca: CERTIFICATES.ca } });
    ok(passed);
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 7);
    match(told(facts.get("tls")), new RegExp(`TLSv1.3.*localhost, issued by Test CA.*${day}`));
  }));

test("a certificate that nobody verifies is told to be that", () =>
  withEmulator(CERTIFICATES, async (emulator) => {
    const { facts } = await examined(emulator.port, { tls: { rejectUnauthorized: false } });
    match(told(facts.get("tls")), /certificate not verified/);
  }));

test("a name server that does not answer is told as that, after 10 s", async () => {
  const clock = new ScaledClock(50);
  const names = new HostNames(() => new Promise(() => undefined));
  const { failure } = await examined(5671, {
    ...{ clock, names, tls: {} },
    instance: { host: "hangs.example" },
  });
  equal(failure?.step, "dns");
  match(told(failure), /hangs\.example.*no name server has answered within 10 s.*DNS_FAILED/);
  equal(clock.timers, 0);
});

test("where no address can be reached, each is told with what it did", async () => {
  const names = new HostNames(() => Promise.resolve(["127.0.0.2", "127.0.0.3"]));
  const { failure } = await examined(1, {
    ...{ names, tls: {} },
    instance: { host: "several.example" },
  });
  deepEqual([failure?.step, failure?.state], ["tcp", "failed"]);
  match(
    told(failure),
    /127\.0\.0\.2 failed after \d+ ms: connect ECONNREFUSED.*127\.0\.0\.3 failed after/,
  );
});

interface Failure {
  readonly title: string;
  readonly emulator?: Partial<EmulatorOptions>;
  readonly prepare?: (emulator: Emulator) => void;
  readonly examined?: Examined;
  readonly step: Step;
  readonly code: ErrorCode;
  readonly says?: RegExp;
}

const ca = new TestCa("Other CA");
const overTls = (options: object): Examined => ({ tls: { ca: ca.cert, ...options } });
const yesterday = new Date(Date.now() - 86_400_000);

const FAILURES: readonly Failure[] = [
  {
    title: "a setting",
    examined: { subscribe: { heartbeat: 10 } },
    step: "settings",
    code: "SETTING_INVALID",
    says: /Heartbeat.*30 to 300/,
  },
  {
    title: "a host name",
    examined: { instance: { host: "iot-1.invalid", useTls: true } },
    step: "dns",
    code: "DNS_FAILED",
    says: /does not look like one of the platform's AMQP endpoints/,
  },
  {
    title: "a port that nobody listens on",
    examined: { instance: { port: 1 } },
    step: "tcp",
    code: "CONNECTION_REFUSED",
    says: /is it running/,
  },
  {
    title: "TLS with a server that has none",
    examined: overTls({}),
    step: "tls",
    code: "TLS_INTERRUPTED",
  },
  {
    title: "a certificate of an authority that is not trusted",
    emulator: CERTIFICATES,
    examined: overTls({}),
    step: "tls",
    code: "TLS_UNTRUSTED",
    says: /certificate for localhost, issued by Test CA.*your own CA certificates/,
  },
  {
    title: "a certificate for another name",
    emulator: ca.leaf({ hosts: ["elsewhere.example"] }),
    examined: overTls({}),
    step: "tls",
    code: "TLS_HOSTNAME",
    says: /certificate for elsewhere\.example.*127\.0\.0\.1 is an IP address/,
  },
  {
    title: "a certificate that has expired",
    emulator: ca.leaf({ validFrom: new Date(0), validTo: yesterday }),
    examined: overTls({}),
    step: "tls",
    code: "TLS_EXPIRED",
    says: /valid from 1970-01-01.*This computer's time is \d\d:\d\d:\d\d/,
  },
  {
    title: "TLS material that cannot be read",
    emulator: CERTIFICATES,
    examined: { tls: { ca: CERTIFICATES.ca, cert: "no PEM" } },
    step: "settings",
    code: "TLS_FAILED",
  },
  {
    title: "a wrong secret",
    examined: { instance: { accessKeySecret: "wrong" } },
    step: "signIn",
    code: "SIGN_IN_REFUSED",
    says: /testAccessKeySecret.*This computer's time is \d\d:\d\d:\d\d/,
  },
  {
    title: "an instance ID that is wanted but missing",
    emulator: { iotInstanceId: "iot-1" },
    step: "signIn",
    code: "SIGN_IN_REFUSED",
    says: /required if the console shows one/,
  },
  {
    title: "a server that cannot check the sign-in",
    prepare: (emulator) => emulator.use({ onSignIn: () => "unavailable" }),
    step: "signIn",
    code: "SIGN_IN_UNAVAILABLE",
  },
  {
    title: "a receiver link that is refused",
    prepare: (emulator) => {
      emulator.use({
        onAttach: () => ({ condition: "amqp:unauthorized-access", description: "no iot:sub" }),
      });
    },
    step: "attach",
    code: "REFUSED",
    says: /no iot:sub/,
  },
];

for (const { title, emulator: options = {}, prepare, examined: settings, ...wanted } of FAILURES) {
  test(`${title} fails at its step, with the cause; what follows is not checked`, () =>
    withEmulator(options, async (emulator) => {
      prepare?.(emulator);
      const { passed, ended, failure } = await examined(emulator.port, settings);
      ok(!passed);
      equal(failure?.step, wanted.step, told(failure));
      equal(failure.error.code, wanted.code, told(failure));
      match(told(failure), wanted.says ?? /"remedy":".+"/);
      ok(!/__\w+__/.test(told(failure)), told(failure));
      const after = ended.slice(ended.indexOf(failure) + 1);
      ok(after.every(({ state }) => state === "skipped"));
      equal(after.at(-1)?.step ?? "attach", "attach");
      await until(() => emulator.connections().length === 0, "its connection stayed");
    }));
}

test("a server that hangs up after the sign-in fails at the AMQP connection", async () => {
  const server = await PeerServer.start(async (peer) => {
    await peer.signIn();
    peer.socket.end();
  });
  try {
    const { failure } = await examined(server.port);
    equal(failure?.step, "open");
    match(told(failure), /CONNECTION_LOST/);
  } finally {
    await server.stop();
  }
  server.check();
});

test("a link that is detached soon after its attach was refused", async () => {
  const clock = new ManualClock();
  const server = await PeerServer.start(async (peer) => {
    await peer.attach();
    await clock.advance(499);
    peer.performative(CODE.detach, [uint(0), yes, amqpError("amqp:not-found", "no such group")]);
    await peer.expect(CODE.close);
    peer.performative(CODE.close);
  });
  try {
    const { failure } = await examined(server.port, { clock });
    equal(failure?.step, "attach");
    match(told(failure), /no such group.*GROUP_NOT_FOUND/);
  } finally {
    await server.stop();
  }
  server.check();
});

test("a server that says nothing fails after 10 s, and leaves no timer", async () => {
  const server = await PeerServer.start(() => undefined);
  const clock = new ScaledClock(50);
  try {
    const { failure } = await examined(server.port, { clock });
    equal(failure?.step, "signIn");
    match(told(failure), /within 10 s.*CONNECT_TIMEOUT/);
    equal(clock.timers, 0);
  } finally {
    await server.stop();
  }
});

test("a TLS handshake that nobody answers fails after 10 s, and leaves no timer", async () => {
  const server = await PeerServer.start(() => undefined);
  const clock = new ScaledClock(50);
  try {
    const { failure } = await examined(server.port, { clock, ...overTls({}) });
    equal(failure?.step, "tls");
    match(told(failure), /CONNECT_TIMEOUT/);
    equal(clock.timers, 0);
  } finally {
    await server.stop();
  }
});

// What is stopped while the API is asked is in api.test.ts: it comes after a minute's wait here.
for (const step of STEPS.filter((each) => each !== "api")) {
  const title = `an examination that is stopped at “${step}” closes its connection and tells nothing more`;
  test(title, { timeout: PATIENCE_MS }, () =>
    withEmulator(CERTIFICATES, async (emulator) => {
      const stop = new AbortController();
      const clock = new ScaledClock(1);
      const { passed, findings } = await examined(emulator.port, {
        ...overTls({ ca: CERTIFICATES.ca }),
        instance: { host: "localhost" },
        waitMs: 60_000,
        clock,
        stopping: stop.signal,
        heard: (finding) => {
          if (finding.step === step) stop.abort();
        },
      });
      ok(!passed);
      deepEqual(findings.at(-1), { step, state: "running" });
      await until(() => emulator.connections().length === 0, "its connection stayed");
      await until(() => clock.timers === 0, "a timer stayed");
    }),
  );
}

test(
  "an examination that is stopped while a server leaves its TLS handshake unanswered ends at once",
  { timeout: 10_000 },
  async () => {
    const server = await PeerServer.start(() => undefined);
    const clock = new ManualClock();
    const stop = new AbortController();
    try {
      const examination = examined(server.port, { clock, stopping: stop.signal, ...overTls({}) });
      await until(() => server.peers.length === 1, "it did not connect");
      stop.abort();
      const { findings } = await examination;
      deepEqual(findings.at(-1), { step: "tls", state: "running" });
    } finally {
      await server.stop();
    }
  },
);

test("an attempt counts towards the consumer group's connection requests", () =>
  withEmulator({}, async (emulator) => {
    const instance = { host: "127.0.0.1", port: emulator.port, iotInstanceId: "" };
    const { limiter } = consumerGroup(instance, "DEFAULT_GROUP");
    for (let left = 89; left > 0; left -= 1) limiter.request(performance.now());
    equal((await examined(emulator.port)).passed, true);
    const { failure } = await examined(emulator.port);
    equal(failure?.step, "signIn");
    match(told(failure), /CONNECT_LIMIT/);
    equal(emulator.signIns.length, 1);
  }));
