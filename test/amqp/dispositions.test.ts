import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { create_container } from "rhea";
import type { Delivery, EventContext } from "rhea";
import { Dispositions } from "../../src/amqp/dispositions";
import type { Outcome } from "../../src/amqp/link";
import { ManualClock, settled } from "../support/manual-clock";
import { PeerServer } from "../support/peer";
import type { Peer } from "../support/peer";
import { CODE, dataSection } from "../support/peer-frames";

/** A delivery that writes down when it is settled: in which event-loop turn, and how. */
class Noted {
  readonly id: number;
  readonly #log: string[];
  constructor(id: number, log: string[]) {
    this.id = id;
    this.#log = log;
  }
  accept(): void {
    this.#log.push(`accept ${this.id}`);
  }
  release(...params: unknown[]): void {
    equal(params.length, 0, "an argument would make `modified` of it");
    this.#log.push(`release ${this.id}`);
  }
  reject(): void {
    this.#log.push(`reject ${this.id}`);
  }
}

function noted(settleBatch = 100) {
  const clock = new ManualClock();
  const log: string[] = [];
  const dispositions = new Dispositions(clock, {
    settleDelayMs: 10,
    settleBatch,
    written: (count) => log.push(`written ${count}`),
  });
  const settle = (id: number, outcome: Outcome): void => {
    dispositions.settle(new Noted(id, log), outcome);
  };
  return { clock, log, dispositions, settle };
}

for (const [outcome, verb] of [
  ["accepted", "accept"],
  ["released", "release"],
  ["rejected", "reject"],
] as const) {
  test(`${outcome} ones wait 10 ms for others and go together, in the order of the deliveries`, async () => {
    const { clock, log, settle } = noted();
    settle(2, outcome);
    await clock.advance(9);
    settle(0, outcome);
    settle(1, outcome);
    equal(log.length, 0);
    await clock.advance(1);
    deepEqual(log, [`${verb} 0`, `${verb} 1`, `${verb} 2`, "written 3"]);
    equal(clock.timers, 0);
    settle(3, outcome);
    await clock.advance(10);
    deepEqual(log.slice(4), [`${verb} 3`, "written 1"]);
  });

  test(`a full batch of ${outcome} ones does not wait`, () => {
    const { clock, log, settle } = noted(3);
    for (const id of [0, 1, 2]) settle(id, outcome);
    deepEqual(log, [`${verb} 0`, `${verb} 1`, `${verb} 2`, "written 3"]);
    equal(clock.timers, 0);
  });
}

test("outcomes of each kind have an event-loop turn of their own", async () => {
  const { clock, log, dispositions, settle } = noted();
  for (const id of [0, 3, 6]) settle(id, "released");
  for (const id of [1, 4]) settle(id, "rejected");
  for (const id of [2, 5]) settle(id, "accepted");
  dispositions.flush();
  const turns = [
    ["accept 2", "accept 5", "written 2"],
    ["release 0", "release 3", "release 6", "written 3"],
    ["reject 1", "reject 4", "written 2"],
  ];
  let seen = 0;
  for (const turn of turns) {
    deepEqual(log.slice(seen), turn);
    seen = log.length;
    await settled(1);
  }
  equal(clock.timers, 0);
});

test("a kind that never stops coming leaves the others their turn", async () => {
  const { log, settle } = noted(1);
  settle(0, "accepted");
  settle(1, "rejected");
  for (let id = 2; id < 5; id += 1) {
    settle(id, "accepted");
    await settled(1);
  }
  deepEqual(log.slice(0, 4), ["accept 0", "written 1", "accept 2", "written 1"]);
  deepEqual(log.slice(4, 6), ["reject 1", "written 1"]);
});

test("what was flushed waits for its turn only, whatever is settled after it", async () => {
  const { clock, log, dispositions, settle } = noted();
  settle(0, "accepted");
  settle(1, "released");
  dispositions.flush();
  dispositions.flush();
  settle(2, "released");
  deepEqual(log, ["accept 0", "written 1"]);
  await settled();
  deepEqual(log, ["accept 0", "written 1", "release 1", "release 2", "written 2"]);
  equal(clock.timers, 0);
});

test("finish calls back after everything is sent, at once if nothing else is queued", async () => {
  const { log, dispositions, settle } = noted();
  settle(0, "accepted");
  dispositions.finish(() => log.push("finished"));
  deepEqual(log, ["accept 0", "written 1", "finished"]);
  await settled();
  settle(1, "released");
  settle(2, "rejected");
  dispositions.finish(() => log.push("finished"));
  settle(3, "accepted"); // comes late, and is sent all the same
  await settled();
  deepEqual(log.slice(3), [
    "release 1",
    "written 1",
    "reject 2",
    "written 1",
    "accept 3",
    "written 1",
    "finished",
  ]);
});

/** As rhea's deliveries: what is settled is written in a tick that the first of them asks for. */
class Written extends Noted {
  readonly #written: string[];
  constructor(id: number, written: string[]) {
    super(id, written);
    this.#written = written;
  }
  override release(): void {
    super.release();
    // rhea asks for its tick when the first of a turn is settled.
    process.nextTick(() => this.#written.push("rhea writes"));
  }
}

test("an accept that a written release brings about is not written together with it", async () => {
  const log: string[] = [];
  const dispositions = new Dispositions(new ManualClock(), {
    settleDelayMs: 10,
    settleBatch: 1,
    written: () => {
      if (!log.includes("accept 1")) dispositions.settle(new Written(1, log), "accepted");
    },
  });
  dispositions.settle(new Written(0, log), "released");
  await settled();
  deepEqual(log, ["release 0", "rhea writes", "accept 1"]);
});

test("nothing is sent, called or left to run after the end", async () => {
  const { clock, log, dispositions, settle } = noted();
  settle(0, "accepted");
  settle(1, "released");
  dispositions.finish(() => log.push("finished"));
  dispositions.end();
  settle(2, "accepted");
  settle(3, "rejected");
  dispositions.flush();
  await settled();
  await clock.advance(100);
  deepEqual(log, ["accept 0", "written 1"]);
  equal(clock.timers, 0);
});

/** What `act` makes rhea write for four deliveries: the outcome of each on the wire. */
async function onTheWire(
  settledOnWire: number,
  act: (deliveries: readonly Delivery[]) => void,
): Promise<Map<number, number>> {
  const outcomes = new Map<number, number>();
  let done: () => void = () => undefined;
  const written = new Promise<void>((resolve) => (done = resolve));
  const script = async (peer: Peer): Promise<void> => {
    await peer.attach();
    await peer.expect(CODE.flow);
    for (let id = 0; id < 4; id += 1) peer.transfer(id, dataSection(Buffer.from("m")));
    while (outcomes.size < settledOnWire) {
      const { fields } = await peer.expect(CODE.disposition);
      for (let id = Number(fields[1]); id <= Number(fields[2]); id += 1) {
        outcomes.set(id, (fields[4] as { code: number }).code);
      }
    }
    done();
  };
  const server = await PeerServer.start(script);
  const container = create_container({
    sasl_mechanisms: {
      PLAIN: () => ({
        start: (answer: (error: undefined, response: Buffer) => void) => {
          answer(undefined, Buffer.from("\0u\0p"));
        },
      }),
    },
  });
  const connection = container.connect({ port: server.port, host: "127.0.0.1", reconnect: false });
  connection.on("disconnected", () => undefined);
  const receiver = connection.open_receiver({ autoaccept: false, credit_window: 0 });
  const deliveries: Delivery[] = [];
  receiver.on("message", ({ delivery }: EventContext) => {
    if (delivery !== undefined) deliveries.push(delivery);
    if (deliveries.length === 4) act(deliveries);
  });
  receiver.add_credit(4);
  await written;
  await server.stop();
  return outcomes;
}

test("accept, release, reject, accept within one turn arrive as what they are", async () => {
  const outcomes = await onTheWire(4, (deliveries) => {
    const dispositions = new Dispositions(new ManualClock(), {
      settleDelayMs: 10,
      settleBatch: 100,
      written: () => undefined,
    });
    const wanted = ["accepted", "released", "rejected", "accepted"] as const;
    deliveries.forEach((delivery, index) => {
      dispositions.settle(delivery, wanted[index] ?? "accepted");
    });
    dispositions.flush();
  });
  deepEqual(
    [0, 1, 2, 3].map((id) => outcomes.get(id)),
    [CODE.accepted, CODE.released, CODE.rejected, CODE.accepted],
  );
});

// If this fails, rhea has mended it: then `Dispositions` may send all outcomes in one turn.
test("rhea itself sends accept and release of one turn as two accepts", async () => {
  const outcomes = await onTheWire(2, (deliveries) => {
    deliveries[0]?.accept();
    deliveries[1]?.release();
  });
  deepEqual([outcomes.get(0), outcomes.get(1)], [CODE.accepted, CODE.accepted]);
});
