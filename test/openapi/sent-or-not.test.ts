import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { once } from "node:events";
import { HostNames } from "../../src/network/host-names";
import { createApiClient } from "../../src/openapi/client";
import { answer, ApiServer, withApi } from "../support/api/api-server";
import { apiAt, ASK, call, failureOf, fastClock, SET } from "../support/api/calls";
import { withRawServer } from "../support/api/raw-server";
import { CERTIFICATES, TestCa } from "../support/certificates";
import { SilentPort } from "../support/network/silent-port";
import { ManualClock } from "../support/time/manual-clock";
import { freePort } from "../support/programs/free-port";
import { ScaledClock } from "../support/time/scaled-clock";
import { until } from "../support/time/until";
import type { AddressInfo } from "node:net";
import type { Script } from "../support/api/api-server";

const HTTP = { protocol: "http:" } as const;
const DONE = { Success: true, RequestId: "r1", Data: { MessageId: "1" } };

test("a command that is refused a connection was not sent, and is tried three times", async () => {
  const port = await freePort();
  const waits: number[] = [];
  const clock = fastClock();
  const timed = {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs: number, action: () => void) => {
      waits.push(delayMs);
      return clock.after(delayMs, action);
    },
  };
  const error = await failureOf(call(apiAt(port, HTTP), SET, { clock: timed, random: () => 0.5 }));
  equal(error.code, "API_UNREACHABLE");
  match(String(error.details["reason"]), /ECONNREFUSED/);
  const backoffs = waits.filter((ms) => ms < 5_000);
  deepEqual(backoffs, [1_000, 2_000]);
});

test("a name that does not exist was not sent", async () => {
  const endpoint = { protocol: "https:", host: "no.invalid", port: 443 } as const;
  const direct = { proxyFor: () => "" };
  const error = await failureOf(call({ ...apiAt(443), endpoint }, SET, direct));
  equal(error.code, "API_UNREACHABLE");
});

test("a connection that is reset in the TLS handshake was not sent", () =>
  withRawServer(
    (socket) => socket.once("data", () => socket.resetAndDestroy()),
    async (server) => {
      const error = await failureOf(call(apiAt(server.port), SET));
      equal(error.code, "API_UNREACHABLE");
      equal(server.connections, 3);
    },
  ));

test("a server without TLS was not sent a command", () =>
  withRawServer(
    (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    async (server) => {
      equal((await failureOf(call(apiAt(server.port), SET))).code, "API_TLS_FAILED");
      doesNotMatch(server.received.toString("latin1"), /POST|meter-07/);
    },
  ));

test("a TLS handshake without an end is given up after 5 s, and was not sent", () =>
  withRawServer(
    () => undefined,
    async (server) => {
      const clock = new ManualClock();
      const failed = failureOf(call(apiAt(server.port), SET, { clock, random: () => 0.5 }));
      for (const count of [1, 2, 3]) {
        await until(() => server.connections === count, "it connected");
        await clock.advance(4_999);
        equal(server.open, 1, "it waits");
        await clock.advance(1);
        await until(() => server.open === 0, "it let go");
        if (count < 3) await clock.advance(count * 1_000);
      }
      const error = await failed;
      equal(error.code, "API_UNREACHABLE");
      deepEqual([error.details["reasonCode"], error.details["seconds"]], ["noAnswerInTime", 5]);
      equal(clock.timers, 0);
    },
  ));

test("a call is sent to the address that answers first, while another one is dead", () =>
  withApi(
    [answer({ Success: true, RequestId: "r1", Data: {} })],
    async ({ port }) => {
      const dead = await SilentPort.start("127.0.0.2", port);
      const asked: string[] = [];
      const names = new HostNames((host) => {
        asked.push(host);
        return Promise.resolve(["127.0.0.2", "127.0.0.1"]);
      });
      const options = apiAt(port, { tls: { ca: CERTIFICATES.ca } });
      const endpoint = { ...options.endpoint, host: "localhost" };
      const proxyFor = () => "";
      equal((await call({ ...options, endpoint }, SET, { names, proxyFor })).requestId, "r1");
      deepEqual(asked, ["localhost"]);
      await dead.stop();
    },
    { isTls: true },
  ));

test("a name server that does not answer is told as that, and the call was not sent", async () => {
  const asked: string[] = [];
  const names = new HostNames((host) => {
    asked.push(host);
    return new Promise(() => undefined);
  });
  const endpoint = { protocol: "https:", host: "hangs.example", port: 443 } as const;
  const clock = new ScaledClock(50);
  const environment = { names, clock, proxyFor: () => "" };
  const error = await failureOf(call({ ...apiAt(443), endpoint }, SET, environment));
  equal(error.code, "API_UNREACHABLE");
  equal(error.details["reasonCode"], "noNameServer");
  deepEqual(asked, ["hangs.example"]);
});

test("a token that no header can hold is not sent, and not told", () =>
  withRawServer(
    () => undefined,
    async (server) => {
      const options = apiAt(server.port, { securityToken: "令牌0001", protocol: "http:" });
      const error = await failureOf(call(options, SET));
      equal(error.code, "API_UNREACHABLE");
      doesNotMatch(JSON.stringify([error.message, error.details]), /0001/);
      equal(server.received.length, 0);
      await until(() => server.open === 0, "it let go");
    },
  ));

for (const [name, tls] of [
  ["an untrusted certificate", {}],
  ["a certificate for another name", { ca: CERTIFICATES.ca, servername: "iot.example.com" }],
  ["TLS material that is none", { ca: "no certificate", cert: "none", key: "none" }],
] as const) {
  test(`behind ${name} no byte of the request is seen, even with checks off by environment`, async () => {
    let seen = 0;
    const server = createTlsServer(CERTIFICATES, (socket) => {
      socket.on("data", (chunk: Buffer) => (seen += chunk.length));
    });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      equal((await failureOf(call(apiAt(port, { tls }), SET))).code, "API_TLS_FAILED");
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
      server.close();
    }
    equal(seen, 0);
  });
}

test("a user may switch the check of the certificate off, or trust a CA of their own", async () => {
  const other = new TestCa("Other CA");
  const server = await ApiServer.start([answer(DONE)], { isTls: true });
  for (const tls of [{ rejectUnauthorized: false }, { ca: [other.cert, CERTIFICATES.ca] }]) {
    equal((await call(server.options({ tls }), SET)).requestId, "r1");
  }
  await server.stop();
});

const CUT: Script = (_seen, _response, socket) => socket.destroy();

const AFTER_SENDING: readonly (readonly [string, Script])[] = [
  ["cut after the request", CUT],
  [
    "cut within the answer",
    (_seen, response, socket) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"Success":true,', () => socket.destroy());
    },
  ],
  [
    "cut within a chunk",
    (_seen, response, socket) => {
      response.write('{"Success":true,', () => socket.destroy());
    },
  ],
  ["ended after no HTTP", (_seen, _response, socket) => socket.end("what?\r\n\r\n")],
  [
    "changed to another protocol",
    (_seen, _response, socket) => {
      socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      );
    },
  ],
];

for (const isTls of [false, true]) {
  for (const [name, script] of AFTER_SENDING) {
    test(`a command whose ${isTls ? "TLS" : "TCP"} connection is ${name} has an unknown outcome, and is sent once`, () =>
      withApi(
        [script],
        async (server) => {
          const error = await failureOf(call(server.options(), SET));
          equal(error.code, "OUTCOME_UNKNOWN");
          equal(error.details["reasonCode"], "lostAfterSending");
          equal(server.seen.length, 1);
        },
        { isTls },
      ));
  }
}

test("a command whose connection is reset after the request has an unknown outcome", () =>
  withApi([(_seen, _response, socket) => socket.resetAndDestroy()], async (server) => {
    equal((await failureOf(call(server.options(), SET))).code, "OUTCOME_UNKNOWN");
    equal(server.seen.length, 1);
  }));

test("a query is tried three times when its connection is lost, and may come through", () =>
  withApi([CUT, CUT, answer(DONE)], async (server) => {
    equal((await call(server.options(), ASK)).requestId, "r1");
    equal(server.seen.length, 3);
  }));

test("a query whose connection is lost each time ends as unavailable", () =>
  withApi([CUT], async (server) => {
    const error = await failureOf(call(server.options(), ASK));
    equal(error.code, "API_UNAVAILABLE");
    deepEqual([error.details["tries"], error.details["reasonCode"]], [3, "lostAfterSending"]);
    equal(server.seen.length, 3);
  }));

test("a command that is not answered in time has an unknown outcome", () =>
  withApi([() => undefined], async (server) => {
    const clock = new ManualClock();
    const failed = failureOf(call(server.options(), { ...SET, timeoutMs: 10_000 }, { clock }));
    await until(() => server.seen.length === 1, "it was sent");
    await clock.advance(9_999);
    equal(server.open, 1);
    await clock.advance(1);
    const error = await failed;
    equal(error.code, "OUTCOME_UNKNOWN");
    deepEqual([error.details["reasonCode"], error.details["seconds"]], ["noAnswerInTime", 10]);
    await until(() => server.open === 0, "it let go");
    equal(clock.timers, 0);
  }));

test("a connection is used again, and closed when the client is", () =>
  withApi([answer(DONE)], async (server) => {
    const client = createApiClient(server.options());
    await client.call(SET);
    await client.call(ASK);
    equal(server.connections, 1);
    client.close();
    await until(() => server.open === 0, "it was closed");
  }));

test("a call under way when its client is closed ends as it would, and so does its connection", () => {
  let finish: () => void = () => undefined;
  const script: Script = (seen, response, socket) => {
    finish = () => {
      answer(DONE)(seen, response, socket);
    };
  };
  return withApi([script], async (server) => {
    const client = createApiClient(server.options());
    const called = client.call(SET);
    await until(() => server.seen.length === 1, "it was sent");
    client.close();
    const closedMs = performance.now();
    finish();
    equal((await called).requestId, "r1");
    await until(() => server.open === 0, "it was closed");
    ok(performance.now() - closedMs < 4_000, "it did not wait for the end of an idle one");
  });
});

test("a kept connection that the server drops as the next command comes leaves it unknown", () => {
  const cut: Script = (_seen, _response, socket) => socket.resetAndDestroy();
  return withApi([answer(DONE), cut], async (server) => {
    const client = createApiClient(server.options());
    await client.call(SET);
    equal((await failureOf(client.call(SET))).code, "OUTCOME_UNKNOWN");
    equal(server.connections, 1);
    client.close();
  });
});

test("an answer of more than a megabyte is not read to its end", () =>
  withApi(
    [
      (_seen, response, socket) => {
        response.writeHead(200);
        const more = () => {
          while (!socket.destroyed && response.write("x".repeat(100_000)));
          response.once("drain", more);
        };
        more();
      },
    ],
    async (server) => {
      const error = await failureOf(call(server.options(), SET));
      equal(error.code, "OUTCOME_UNKNOWN");
      equal(error.details["reasonCode"], "answerUnreadable");
      await until(() => server.open === 0, "it was cut");
    },
  ));
