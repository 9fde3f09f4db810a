import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { createApiClient } from "../../src/openapi/client";
import { errorText } from "../../src/errors/texts";
import { answer, withApi } from "../support/api/api-server";
import { apiAt, call, failureOf, fastClock, SET } from "../support/api/calls";
import { withRawServer } from "../support/api/raw-server";
import { CERTIFICATES, TestCa } from "../support/certificates";
import { ManualClock } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import type { Socket } from "node:net";
import type { ApiServer, Script } from "../support/api/api-server";
import type { RawServer } from "../support/api/raw-server";
import type { ApiOptions } from "../../src/settings/api";

const DONE = { Success: true, RequestId: "r1", Data: { MessageId: "1" } };
/** A name that only the proxy can resolve: to the server of the test. */
const HOST = "iot.cn-test.example.com";
const CA = new TestCa();
const CERTIFICATE = CA.leaf({ hosts: [HOST] });

function optionsBehind(server: { readonly port: number }): ApiOptions {
  const endpoint = { protocol: "https:", host: HOST, port: server.port } as const;
  return { ...apiAt(server.port), endpoint, tls: { ca: CA.cert } };
}

/** A proxy that does what it is asked to: tunnels to a port of this computer. */
function tunnel(port: number): (socket: Socket) => void {
  return (socket) => {
    socket.once("data", () => {
      const target = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(target).pipe(socket);
      });
      target.on("error", () => socket.destroy());
      socket.on("error", () => target.destroy());
      socket.on("close", () => target.destroy());
    });
  };
}

function through(proxy: RawServer, credentials = ""): { proxyFor: () => string } {
  return { proxyFor: () => `http://${credentials}127.0.0.1:${proxy.port}` };
}

async function withTunnel(
  run: (server: ApiServer, proxy: RawServer) => Promise<void>,
): Promise<void> {
  await withApi(
    [answer(DONE)],
    (server) => withRawServer(tunnel(server.port), (proxy) => run(server, proxy)),
    { isTls: true, certificate: CERTIFICATE },
  );
}

test("a call goes through a proxy's tunnel, and the next one through the same", () =>
  withTunnel(async (server, proxy) => {
    const client = createApiClient(optionsBehind(server), through(proxy, "user:pass%20word@"));
    equal((await client.call(SET)).requestId, "r1");
    equal((await client.call(SET)).requestId, "r1");
    deepEqual([proxy.connections, server.connections, server.seen.length], [1, 1, 2]);
    const seen = proxy.received.toString("latin1");
    match(seen, new RegExp(`^CONNECT ${HOST}:${server.port} HTTP/1.1\r\n`));
    match(seen, /proxy-authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n/i);
    doesNotMatch(seen, /meter-07|testAccessKey/);
    equal(server.seen[0]?.headers["proxy-authorization"], undefined);
    client.close();
    await until(() => proxy.open === 0 && server.open === 0, "all was closed");
  }));

test("an answer may take longer than an idle connection lives, straight or through a proxy", () => {
  const late: Script = (seen, response, socket) => {
    setTimeout(() => {
      answer(DONE)(seen, response, socket);
    }, 5_500);
  };
  const https = { isTls: true, certificate: CERTIFICATE };
  const servername = HOST;
  return withApi(
    [late],
    (server) =>
      withRawServer(tunnel(server.port), async (proxy) => {
        const straight = server.options({ tls: { ca: CA.cert, servername } });
        const answers = await Promise.all([
          call(straight, SET, { clock: systemClock }),
          call(optionsBehind(server), SET, { clock: systemClock, ...through(proxy) }),
        ]);
        deepEqual(
          answers.map(({ requestId }) => requestId),
          ["r1", "r1"],
        );
        equal(proxy.connections, 1);
      }),
    https,
  );
});

test("the certificate is that of the platform, also through a proxy", () =>
  withTunnel(async (server, proxy) => {
    const options = { ...optionsBehind(server), tls: { ca: CERTIFICATES.ca } };
    const error = await failureOf(call(options, SET, through(proxy)));
    equal(error.code, "API_TLS_FAILED");
    equal(server.seen.length, 0);
  }));

test("a proxy and its certificates go by the environment of the process", async () => {
  const names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) Reflect.deleteProperty(process.env, name);
  try {
    await withTunnel(async (server, proxy) => {
      for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) {
        process.env[name] = `http://127.0.0.1:${proxy.port}`;
        equal((await call(optionsBehind(server), SET)).requestId, "r1");
        Reflect.deleteProperty(process.env, name);
      }
      equal(proxy.connections, 3);
      process.env["HTTPS_PROXY"] = `http://127.0.0.1:${proxy.port}`;
      process.env["NO_PROXY"] = ".example.com";
      equal((await failureOf(call(optionsBehind(server), SET))).code, "API_UNREACHABLE");
      equal(proxy.connections, 3);
    });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
});

for (const status of ["407 Proxy Authentication Required", "502 Bad Gateway", "403 Forbidden"]) {
  test(`a proxy that answers ${status} has not let the command out`, () =>
    withRawServer(
      (socket) => {
        socket.once("data", () => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`));
      },
      async (proxy) => {
        const secret = { proxyFor: () => `http://user:secret9@127.0.0.1:${proxy.port}` };
        const error = await failureOf(call(optionsBehind({ port: 443 }), SET, secret));
        equal(error.code, "API_UNREACHABLE");
        const { text } = errorText(error.code, error.details);
        match(text, new RegExp(`the proxy 127.0.0.1:${proxy.port} .*${status.slice(0, 3)}`));
        doesNotMatch(JSON.stringify([error.message, error.details, text]), /secret9/);
        equal(proxy.connections, 3);
      },
    ));
}

const DROPS: readonly (readonly [string, (socket: Socket) => void])[] = [
  ["drops the connection at once", (socket) => socket.resetAndDestroy()],
  ["drops it when asked", (socket) => socket.once("data", () => socket.resetAndDestroy())],
  [
    "drops it within the TLS handshake",
    (socket) => {
      socket.once("data", () => {
        socket.once("data", () => socket.resetAndDestroy());
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
      });
    },
  ],
  [
    "answers TLS with something else",
    (socket) => {
      socket.once("data", () => {
        socket.once("data", () => socket.end("<html>"));
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
      });
    },
  ],
];

for (const [name, accept] of DROPS) {
  test(`a proxy that ${name} has not let the command out`, () =>
    withRawServer(accept, async (proxy) => {
      const error = await failureOf(call(optionsBehind({ port: 443 }), SET, through(proxy)));
      match(error.code, /^API_(UNREACHABLE|TLS_FAILED)$/);
      equal(proxy.connections, 3);
      doesNotMatch(proxy.received.toString("latin1"), /POST|meter-07/);
    }));
}

test("a proxy that never answers is given up after 5 s", () =>
  withRawServer(
    () => undefined,
    async (proxy) => {
      const clock = new ManualClock();
      const proxied = { clock, random: () => 0.5, ...through(proxy) };
      const failed = failureOf(call(optionsBehind({ port: 443 }), SET, proxied));
      for (const count of [1, 2, 3]) {
        await until(() => proxy.connections === count, "it connected");
        await clock.advance(5_000);
        if (count < 3) await clock.advance(count * 1_000);
      }
      const error = await failed;
      equal(error.code, "API_UNREACHABLE");
      deepEqual([error.details["reasonCode"], error.details["seconds"]], ["noAnswerInTime", 5]);
      equal(clock.timers, 0);
    },
  ));

test("loopback never goes through a proxy", () =>
  withApi([answer(DONE)], async (server) => {
    const proxyFor = () => {
      throw new Error("It was asked for");
    };
    equal((await call(server.options(), SET, { proxyFor })).requestId, "r1");
  }));

for (const wrong of ["socks5://127.0.0.1:1080", "http://", "user:secret9@host"]) {
  test(`what is no HTTP proxy (${wrong}) is named without its password`, async () => {
    const clock = fastClock();
    const options = optionsBehind({ port: 443 });
    const error = await failureOf(call(options, SET, { clock, proxyFor: () => wrong }));
    equal(error.code, "API_UNREACHABLE");
    equal(error.details["reasonCode"], "proxyWrong");
    doesNotMatch(JSON.stringify([error.message, error.details]), /secret9/);
  });
}
