import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { TlsOptions as ServerOptions } from "node:tls";
import { TLSSocket } from "node:tls";
import { systemClock } from "../../src/clock";
import { TestCa } from "../support/certificates";
import { ManualClock, settled } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import type { Peer } from "../support/peer/peer";
import { openTo } from "../support/peer/open-link";
import type { Heard } from "../support/peer/open-link";
import type { TlsOptions } from "../../src/settings/instance";
import { english } from "../support/english";

const ca = new TestCa();
const leaf = ca.leaf();

interface Attempt {
  readonly server?: ServerOptions;
  readonly host?: string;
  readonly tls?: TlsOptions;
}

/** Tries to attach over TLS; resolves when the link is attached or has ended. */
async function attempt({ server: options = leaf, host = "localhost", tls = {} }: Attempt) {
  const names: unknown[] = [];
  const script = async (peer: Peer): Promise<void> => {
    if (peer.socket instanceof TLSSocket) names.push(peer.socket.servername);
    await peer.attach();
  };
  const server = await PeerServer.start(script, options);
  const { link, heard } = openTo(server.port, systemClock, { host, tls });
  await heard.until(/attached|ended/);
  link.close();
  for (const peer of server.peers) peer.socket.end();
  await heard.until("ended");
  await server.stop();
  server.check();
  return { heard, names };
}

const attached = (heard: Heard): void => {
  ok(heard.events.includes("attached"), String(heard.cause));
};

test("a certificate of a trusted authority attaches, and the host is asked for by SNI", async () => {
  const { heard, names } = await attempt({ tls: { ca: ca.cert } });
  attached(heard);
  deepEqual(names, ["localhost"]);
});

test("an address is not asked for by SNI, and its certificate is still verified", async () => {
  const right = await attempt({ host: "127.0.0.1", tls: { ca: ca.cert } });
  attached(right.heard);
  deepEqual(right.names, [false]);
  const server = ca.leaf({ hosts: ["localhost"] });
  const { heard } = await attempt({ host: "127.0.0.1", server, tls: { ca: ca.cert } });
  equal(heard.cause?.code, "TLS_HOSTNAME");
});

test("the user's server name wins over the host", async () => {
  const server = ca.leaf({ hosts: ["iot.example"] });
  const tls = { ca: ca.cert, servername: "iot.example" };
  const { heard, names } = await attempt({ server, tls });
  attached(heard);
  deepEqual(names, ["iot.example"]);
});

for (const [title, code, options] of [
  ["an unknown authority", "TLS_UNTRUSTED", {}],
  ["a name that is not the host's", "TLS_HOSTNAME", { server: ca.leaf({ hosts: ["a.example"] }) }],
  [
    "an expired certificate",
    "TLS_EXPIRED",
    { server: ca.leaf({ validFrom: new Date(1e12), validTo: new Date(1.1e12) }) },
  ],
  ["a server without TLS 1.2", "TLS_FAILED", { server: { ...leaf, maxVersion: "TLSv1.1" } }],
] as const) {
  test(`${title} ends the attempt with ${code}`, async () => {
    const trust = code === "TLS_UNTRUSTED" ? {} : { ca: ca.cert };
    const { heard } = await attempt({ ...options, tls: trust });
    equal(heard.cause?.code, code, String(heard.cause));
    deepEqual(heard.events, ["ended"]);
    match(english(heard.cause), /localhost/);
  });
}

test("NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch verification off", async () => {
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    equal((await attempt({})).heard.cause?.code, "TLS_UNTRUSTED");
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
});

test("verification is off only where the user's TLS configuration says so", async () => {
  attached((await attempt({ tls: { rejectUnauthorized: false } })).heard);
});

test("a port that speaks no TLS ends with TLS_FAILED", async () => {
  const server = await PeerServer.start((peer) => {
    peer.send(Buffer.from("AMQP\x03\x01\x00\x00", "latin1"));
  });
  const { heard } = openTo(server.port, systemClock, { tls: {} });
  await heard.until("ended");
  equal(heard.cause?.code, "TLS_FAILED", String(heard.cause));
  await server.stop();
});

test("a server that hangs up within the TLS handshake ends with TLS_INTERRUPTED", async () => {
  const server = await PeerServer.start((peer) => {
    peer.socket.end();
  });
  const { heard } = openTo(server.port, systemClock, { tls: {} });
  await heard.until("ended");
  equal(heard.cause?.code, "TLS_INTERRUPTED", String(heard.cause));
  await server.stop();
});

test("a TLS handshake that stalls ends with CONNECT_TIMEOUT", async () => {
  const clock = new ManualClock();
  const server = await PeerServer.start(() => undefined);
  const { heard } = openTo(server.port, clock, { tls: {} });
  await clock.advance(10_000);
  await heard.until("ended");
  equal(heard.cause?.code, "CONNECT_TIMEOUT");
  equal(clock.timers, 0);
  await server.stop();
});

test("TLS material that cannot be read ends with TLS_FAILED, later", async () => {
  for (const tls of [
    { cert: "no certificate", key: "no key" },
    { pfx: Buffer.from("no archive") },
    { ca: "no certificate" },
  ]) {
    const clock = new ManualClock();
    const { link, heard } = openTo(1, clock, { tls });
    deepEqual(heard.events, []);
    link.grantCredit(1);
    await heard.until("ended");
    // Node passes over a CA that it cannot read; then nothing listens on port 1.
    const codes = "ca" in tls ? ["CONNECTION_REFUSED", "TLS_FAILED"] : ["TLS_FAILED"];
    ok(codes.includes(heard.cause?.code ?? ""), String(heard.cause));
    equal(clock.timers, 0);
    link.close();
  }
});

test("silence is noticed over TLS too, and bytes that come are heard", async () => {
  const clock = new ManualClock();
  let peer: Peer | undefined;
  const server = await PeerServer.start((connected) => {
    peer = connected;
    return connected.attach().then(() => undefined);
  }, leaf);
  const tls = { ca: ca.cert };
  const { heard } = openTo(server.port, clock, { host: "localhost", tls });
  await heard.until("attached");
  await clock.advance(70_000);
  peer?.send(Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]));
  await settled(20);
  await clock.advance(70_000);
  deepEqual(heard.events, ["signedIn", "opened", "attached"]);
  await clock.advance(20_000);
  await heard.until("ended");
  equal(heard.cause?.code, "PEER_SILENT");
  await server.stop();
  server.check();
});
