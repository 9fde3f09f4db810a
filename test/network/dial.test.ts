import { deepEqual, equal, match, ok } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { Dial } from "../../src/network/dial";
import { HostNames } from "../../src/network/host-names";
import { freePort } from "../support/programs/free-port";
import { SilentPort } from "../support/network/silent-port";
import { ManualClock, settled } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../src/clock";

const HOST = "several.example";

interface Dialled {
  readonly dial: Dial;
  readonly connected: Socket[];
  readonly failed: unknown[];
  readonly opened: string[];
}

/** Dials a name that has these addresses. */
function dialled(addresses: readonly string[], port: number, clock: Clock = systemClock): Dialled {
  const [connected, failed, opened]: [Socket[], unknown[], string[]] = [[], [], []];
  const open = (address: string) => {
    opened.push(address);
    return connect({ host: address, port });
  };
  const dial = new Dial(
    { host: HOST, open },
    {
      connected: (socket) => connected.push(socket),
      failed: (error) => failed.push(error),
    },
    { clock, names: new HostNames(() => Promise.resolve(addresses)) },
  );
  return { dial, connected, failed, opened };
}

/** A server on 127.0.0.1, with the port free on the other addresses of this computer. */
async function withServer(body: (port: number) => Promise<void>): Promise<void> {
  const server = createServer((socket) => socket.resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await body((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

const outcomes = ({ attempts }: Dial) =>
  attempts.map(({ address, outcome }) => `${address} ${outcome}`);

test("an address that does not answer does not keep the next one waiting", () =>
  withServer(async (port) => {
    const silent = await SilentPort.start("127.0.0.2", port);
    const { dial, connected } = dialled(["127.0.0.2", "127.0.0.1"], port);
    await until(() => connected.length === 1, "it connected");
    equal(connected[0]?.remoteAddress, "127.0.0.1");
    deepEqual(outcomes(dial), ["127.0.0.2 pending", "127.0.0.1 connected"]);
    const [slow] = dial.attempts;
    ok(slow !== undefined && slow.ms >= 240 && slow.ms < 2_000, String(slow?.ms));
    connected[0].destroy();
    await silent.stop();
  }));

test("a slow address is not given up for a dead one after it", async () => {
  const port = await freePort();
  const [slow, dead] = await Promise.all([
    SilentPort.start("127.0.0.2", port),
    SilentPort.start("127.0.0.3", port),
  ]);
  const { dial, connected } = dialled(["127.0.0.2", "127.0.0.3"], port);
  await until(() => dial.attempts.length === 2, "both were tried");
  slow.wake();
  await until(() => connected.length === 1, "the slow one connected");
  deepEqual(outcomes(dial), ["127.0.0.2 connected", "127.0.0.3 pending"]);
  connected[0]?.destroy();
  await Promise.all([slow.stop(), dead.stop()]);
});

test("after a refusal the next address is tried at once, the families in turn", () =>
  withServer(async (port) => {
    const clock = new ManualClock();
    const addresses = ["::1", "::ffff:127.0.0.4", "127.0.0.3", "127.0.0.1"];
    const { dial, connected, opened } = dialled(addresses, port, clock);
    await until(() => connected.length === 1, "it connected");
    deepEqual(opened.slice(0, 3), ["::1", "127.0.0.3", "::ffff:127.0.0.4"]);
    equal(dial.attempts.at(-1)?.outcome, "connected");
    equal(clock.timers, 0);
    connected[0]?.destroy();
  }));

test("what all addresses answered is one error that names each", async () => {
  const { failed, dial } = dialled(["127.0.0.2", "127.0.0.3"], 1);
  await until(() => failed.length === 1, "it failed");
  match(String(failed[0]), /ECONNREFUSED 127\.0\.0\.2:1; .*ECONNREFUSED 127\.0\.0\.3:1/);
  equal(Reflect.get(Object(failed[0]) as object, "code"), "ECONNREFUSED");
  deepEqual(outcomes(dial), ["127.0.0.2 failed", "127.0.0.3 failed"]);
});

test("a dial that is cancelled leaves no socket and no timer, whatever it has reached", () =>
  withServer(async (port) => {
    const clock = new ManualClock();
    const silent = await SilentPort.start("127.0.0.2", port);
    const early = dialled(["127.0.0.1"], port, clock);
    ok(early.dial.isLookingUp && early.dial.cancel());
    const later = dialled(["127.0.0.2", "127.0.0.1"], port, clock);
    await settled();
    deepEqual([later.dial.isLookingUp, clock.timers], [false, 1]);
    ok(later.dial.cancel() && !later.dial.cancel());
    equal(clock.timers, 0);
    deepEqual([early.opened, later.opened, later.connected], [[], ["127.0.0.2"], []]);
    await silent.stop();
  }));
