import { deepEqual, equal, notDeepEqual, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { systemClock } from "../../../src/clock";
import type { Clock } from "../../../src/clock";
import { ManualClock, settled } from "../time/manual-clock";
import { freePort } from "../programs/free-port";
import { FAULTS, FaultProxy } from "./proxy";
import { Random } from "../random";
import { until } from "../time/until";

/** One end of a connection, and all that it has seen. */
class End {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  ended = false;
  closed = false;
  error: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.chunks.push(chunk));
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Nothing more comes: a FIN or a RST has. */
  get over(): boolean {
    return this.ended || this.closed;
  }

  /** Resolves when so many bytes have come in altogether. */
  have(count: number): Promise<void> {
    return until(() => this.bytes.length >= count, `${count} bytes came`);
  }
}

interface Parts {
  readonly proxy: FaultProxy;
  /** Connects through the proxy; both ends are up. */
  readonly pair: () => Promise<{ client: End; server: End }>;
  readonly connects: () => End;
}

async function withProxy(work: (parts: Parts) => Promise<void>, clock: Clock = systemClock) {
  const accepted: End[] = [];
  const clients: End[] = [];
  const target = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket)));
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  const proxy = await FaultProxy.start({ port: (target.address() as AddressInfo).port, clock });
  const connects = () => {
    const { port } = proxy;
    const client = new End(connect({ host: "127.0.0.1", port, allowHalfOpen: true }));
    clients.push(client);
    return client;
  };
  const pair = async () => {
    const before = accepted.length;
    const client = connects();
    await until(() => accepted.length > before, "the server was connected to");
    const [server] = accepted.slice(-1);
    ok(server !== undefined);
    return { client, server };
  };
  try {
    await work({ proxy, pair, connects });
  } finally {
    await proxy.stop();
    for (const { socket } of [...accepted, ...clients]) socket.destroy();
    await new Promise((resolve) => target.close(resolve));
  }
}

test("bytes and the end of them pass unchanged in both directions, however many", () =>
  withProxy(async ({ pair }) => {
    const { client, server } = await pair();
    const many = new Random(1).bytes(1_000_000);
    client.socket.end(many);
    server.socket.write("ahead ");
    await until(() => server.ended, "the client's FIN came");
    deepEqual(server.bytes, many);
    ok(!client.ended, "the other direction ended with it");
    server.socket.end(many);
    await until(() => client.closed && server.closed, "both were closed");
    deepEqual(client.bytes, Buffer.concat([Buffer.from("ahead "), many]));
    deepEqual([client.error, server.error], [undefined, undefined]);
  }));

test("connects are counted, and the most in any window", async () => {
  const clock = new ManualClock();
  await withProxy(async ({ proxy, pair }) => {
    for (const waitMs of [0, 0, 30_000, 29_999, 1, 60_000]) {
      await clock.advance(waitMs);
      await pair();
    }
    deepEqual(proxy.connects, [0, 0, 30_000, 59_999, 60_000, 120_000]);
    equal(proxy.mostConnects(), 4);
    equal(proxy.mostConnects(10), 2);
    equal(proxy.live.length, 6);
  }, clock);
});

test("reset sends a RST to both sides of all connections, or of those that are named", () =>
  withProxy(async ({ proxy, pair }) => {
    const [one, other] = [await pair(), await pair()];
    proxy.reset(proxy.live.slice(0, 1));
    await until(() => one.client.closed && one.server.closed, "the first was closed");
    deepEqual([one.client.error, one.server.error], ["ECONNRESET", "ECONNRESET"]);
    ok(!other.client.closed && !other.server.closed);
    proxy.reset();
    await until(() => other.client.closed && other.server.closed, "the second was closed");
    equal(other.client.error, "ECONNRESET");
    await until(() => proxy.live.length === 0, "the proxy has let go of them");
  }));

test("finish sends a FIN to both sides", () =>
  withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    proxy.finish();
    await until(() => client.ended && server.ended, "both had a FIN");
    deepEqual([client.error, server.error], [undefined, undefined]);
    client.socket.end();
    server.socket.end();
    await until(() => proxy.live.length === 0, "the proxy has let go of them");
  }));

test("a side that resets resets the other one", () =>
  withProxy(async ({ pair }) => {
    const { client, server } = await pair();
    server.socket.resetAndDestroy();
    await until(() => client.closed, "the client was closed");
    equal(client.error, "ECONNRESET");
  }));

test("a server that does not listen looks like a connection that is reset", async () => {
  const port = await freePort();
  const proxy = await FaultProxy.start({ port: () => port });
  const client = new End(connect(proxy.port, "127.0.0.1"));
  await until(() => client.closed, "the client was closed");
  equal(client.error, "ECONNRESET");
  await proxy.stop();
});

for (const direction of ["toClient", "toServer", "both"] as const) {
  test(`a stall ${direction} holds the bytes for its time, and no longer`, async () => {
    const clock = new ManualClock();
    await withProxy(async ({ proxy, pair }) => {
      const { client, server } = await pair();
      proxy.live[0]?.stall(1_000, direction);
      client.socket.write("up");
      server.socket.write("down");
      if (direction !== "toClient") await clock.advance(999);
      else await server.have(2);
      if (direction === "toServer") await client.have(4);
      await settled(50);
      equal(server.bytes.toString(), direction === "toClient" ? "up" : "");
      equal(client.bytes.toString(), direction === "toServer" ? "down" : "");
      await clock.advance(1_000);
      await server.have(2);
      await client.have(4);
    }, clock);
  });
}

test("cut lets a part of the next chunk pass, then resets", () =>
  withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    server.socket.write("whole");
    await client.have(5);
    proxy.live[0]?.cut();
    server.socket.write("half of");
    // A RST that comes together with the last bytes may look like a FIN to who reads them.
    await until(() => client.over && server.closed, "both were closed");
    equal(client.bytes.toString(), "wholehalf");
    equal(server.error, "ECONNRESET");
  }));

test("garbage reaches the client between the server's bytes", () =>
  withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    server.socket.write("a");
    await client.have(1);
    proxy.live[0]?.garbage(Buffer.from("???"));
    server.socket.write("b");
    await client.have(5);
    ok(/^a(\?\?\?b|b\?\?\?)$/.test(client.bytes.toString()), client.bytes.toString());
  }));

test("corrupt changes bytes of two chunks to the client, and none of those after", () =>
  withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    const sent = Buffer.from("0123456789");
    proxy.live[0]?.corrupt(new Random(1));
    for (const changed of [true, true, false]) {
      server.socket.write(sent);
      const before = client.bytes.length;
      await client.have(before + sent.length);
      const got = client.bytes.subarray(before);
      if (changed) notDeepEqual(got, sent);
      else deepEqual(got, sent);
    }
    client.socket.write(sent);
    await server.have(sent.length);
    deepEqual(server.bytes, sent, "the other direction is not touched");
  }));

test("split carries small pieces for its time, and then whole chunks", async () => {
  const clock = new ManualClock();
  await withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    proxy.live[0]?.split(1_000, 2);
    server.socket.write("0123456789");
    await client.have(10);
    ok(client.chunks.length > 2, `${client.chunks.length} chunks came`);
    equal(client.bytes.toString(), "0123456789");
    await clock.advance(1_000);
    const before = client.chunks.length;
    server.socket.write("0123456789");
    await client.have(20);
    equal(client.chunks.length, before + 1);
  }, clock);
});

test("drop closes new connections for its time; they are counted, and the others stay", async () => {
  const clock = new ManualClock();
  await withProxy(async ({ proxy, pair, connects }) => {
    const first = await pair();
    proxy.drop(1_000);
    const dropped = connects();
    await until(() => dropped.over, "the new connection was closed");
    await clock.advance(1_000);
    await pair();
    ok(!first.client.closed && !first.client.ended);
    equal(proxy.connects.length, 3);
  }, clock);
});

test("latency delays every chunk and keeps their order", async () => {
  const clock = new ManualClock();
  await withProxy(async ({ proxy, pair }) => {
    const { client, server } = await pair();
    proxy.latencyMs = 100;
    server.socket.write("a");
    await settled(50);
    await clock.advance(60);
    server.socket.write("b");
    await settled(50);
    equal(client.bytes.length, 0);
    await clock.advance(40);
    await client.have(1);
    await settled(50);
    equal(client.bytes.toString(), "a");
    await clock.advance(60);
    await client.have(2);
    equal(client.bytes.toString(), "ab");
  }, clock);
});

test("fault draws the same faults for the same seed, all of them in time, and says which", () =>
  withProxy(async ({ proxy, pair }) => {
    await pair();
    const draw = (seed: number) => {
      const random = new Random(seed);
      const said = Array.from({ length: 100 }, () => proxy.fault(random));
      return said.map((text) => text.replace(/ on \d+ of .*/, ""));
    };
    const said = draw(1);
    deepEqual(new Set(said.map((text) => text.split(" ")[0])), new Set(FAULTS));
    await until(() => proxy.live.length === 0, "a reset came");
    deepEqual(draw(1), said, "it depends on who is connected");
  }));

test("fault keeps to the kinds and the times that are allowed", () =>
  withProxy(async ({ proxy, pair }) => {
    await pair();
    const random = new Random(2);
    for (let count = 0; count < 50; count += 1) {
      const said = proxy.fault(random, { kinds: ["stall"], longestMs: 3 });
      ok(/^stall \w+ for [123] ms on [01] of 1 connections$/.test(said), said);
    }
  }));

test("stop leaves no socket and no timer, whatever was under way", async () => {
  const clock = new ManualClock();
  await withProxy(async ({ proxy, pair, connects }) => {
    const { client, server } = await pair();
    proxy.live[0]?.stall(10_000);
    client.socket.write("held");
    server.socket.write("held");
    proxy.latencyMs = 50;
    await until(() => clock.timers === 2, "both directions wait");
    const late = connects();
    const { port } = proxy;
    await proxy.stop();
    equal(clock.timers, 0);
    equal(proxy.live.length, 0);
    await until(() => client.over && server.over && late.over, "all were closed");
    await rejects(once(connect(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
    await proxy.stop();
  }, clock);
});
