import { equal, match, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import fc from "fast-check";
import { Emulator } from "../../src/emulator/emulator";
import { TestCa } from "../support/certificates";
import { ManualClock, settled } from "../support/time/manual-clock";
import { RawClient, attached } from "../support/emulator/raw-client";
import { PATIENCE_MS, until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";

const SASL_HEADER = Buffer.from("AMQP\x03\x01\x00\x00", "latin1");
const AMQP_HEADER = Buffer.from("AMQP\x00\x01\x00\x00", "latin1");

/** Writes bytes to a new socket and waits until it is gone, or ends it itself. */
function throwAt(port: number, bytes: Buffer, ending: "end" | "reset"): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(bytes, () => {
        if (ending === "end") socket.end();
        else socket.resetAndDestroy();
      });
    });
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve();
    });
  });
}

test("garbage of every sort on the socket ends that connection only", () =>
  withEmulator({}, async (emulator) => {
    const good = await attached(emulator.port);
    const prefix = fc.constantFrom(Buffer.alloc(0), SASL_HEADER, AMQP_HEADER);
    await fc.assert(
      fc.asyncProperty(
        prefix,
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom("end" as const, "reset" as const),
        (head, bytes, ending) =>
          throwAt(emulator.port, Buffer.concat([head, Buffer.from(bytes)]), ending),
      ),
      { numRuns: 150 },
    );
    await throwAt(emulator.port, Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "end");
    emulator.push({ topic: "/t" });
    await good.have(1);
    await until(() => emulator.connections().length === 1, "one connection is left");
  }));

test("damaged bytes of a client that is signed in end its connection only", () =>
  withEmulator({ maxConsumers: 1_000, maxConnectsPerMinute: 1_000 }, async (emulator) => {
    const good = await attached(emulator.port);
    for (let seed = 0; seed < 60; seed += 1) {
      const client = await new RawClient(emulator.port, { clientId: `bad-${seed}` }).open();
      const bytes = Buffer.from(
        Array.from({ length: 40 }, (_, at) => (seed * 31 + at * 7 + 3) % 256),
      );
      bytes.writeUInt32BE(seed % 2 === 0 ? 40 : 16, 0);
      bytes.writeUInt8(2, 4);
      bytes.writeUInt8(0, 5);
      client.socket.write(bytes);
      client.socket.end();
      await client.ended;
    }
    emulator.push({ topic: "/t" });
    await good.have(1);
    await until(() => emulator.connections().length === 1, "one connection is left");
  }));

test("a client that announces a huge frame is cut off before it fills the memory", () =>
  // With a clock that stands still, so that no deadline ends it.
  withEmulator({ clock: new ManualClock() }, async (emulator) => {
    const client = await new RawClient(emulator.port).open();
    client.socket.write(Buffer.from([0x40, 0, 0, 0, 2, 0, 0, 0]));
    client.socket.write(Buffer.alloc(100));
    await until(() => emulator.connections().length === 0, "it is gone");
  }));

test("a client that stalls in its sign-in over TLS leaves no timer of rhea's behind", async () => {
  const ca = new TestCa();
  const clock = new ManualClock();
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  await withEmulator({ ...ca.leaf(), clock }, async (emulator) => {
    const socket = connectTls({ port: emulator.port, host: "localhost", ca: ca.cert });
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const before = timers();
    socket.write(SASL_HEADER);
    await new Promise((resolve) => socket.once("data", resolve));
    await clock.advance(15_000);
    await closed;
    await settled(5);
    equal(timers() <= before, true, `${timers()} timers, ${before} before`);
  });
});

test("a TLS endpoint survives plain text and half a handshake", async () => {
  const ca = new TestCa();
  await withEmulator(ca.leaf(), async (emulator) => {
    await throwAt(emulator.port, Buffer.from("hello\r\n"), "end");
    await throwAt(emulator.port, Buffer.from([0x16, 3, 1, 2, 0, 1]), "reset");
    await attached(emulator.port, 1, { tls: { ca: ca.cert } });
  });
});

test("a behaviour that throws ends the connection, not the process", () =>
  withEmulator({}, async (emulator) => {
    const remove = emulator.use({
      onTransfer: () => {
        throw new Error("on purpose");
      },
    });
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t" });
    await client.ended;
    remove();
    const next = await attached(emulator.port);
    emulator.push({ topic: "/t" });
    await next.have(1);
  }));

test("a port in use is told with Node's error, and an HTTP port in use frees the other", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    await rejects(Emulator.start({ port: emulator.port }), /EADDRINUSE/);
    const httpPort = emulator.httpPort ?? 0;
    await rejects(Emulator.start({ httpPort }), /EADDRINUSE/);
  }));

test("stop closes in order, may be called twice, and lets the process end by itself", async () => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "test/support/emulator/emulator-run.ts"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const code = await ended;
  clearTimeout(timer);
  equal(code, 0, "the process must end by itself");
  match(output, /stopped amqp:connection:forced/);
});

test("no timer is left of connections that came and went in every way", async () => {
  const clock = new ManualClock();
  const emulator = await Emulator.start({ clock, devices: 1 });
  const { port } = emulator;
  const [detached, closed, lost] = [
    await attached(port, 2, { clientId: "a" }),
    await attached(port, 2, { clientId: "b" }),
    await attached(port, 2, { clientId: "c" }),
  ];
  emulator.push({ topic: "/t" });
  await new RawClient(port, { clientId: "d" }).open();
  detached.receiver?.close();
  closed.close();
  lost.socket.destroy(new Error("pulled"));
  await throwAt(port, SASL_HEADER, "end");
  await settled(20);
  emulator.kick();
  await emulator.stop();
  equal(clock.timers, 0);
});

test("a client that does not answer the close frame does not hold stop up", async () => {
  const emulator = await Emulator.start();
  const client = await attached(emulator.port);
  client.socket.pause();
  await emulator.stop();
  client.socket.destroy(new Error("done"));
});
