import type { Emulator } from "../../src/emulator/emulator";
import type { FaultRequest } from "../../src/emulator/faults/fault-table";
import type { FaultProxy } from "../support/proxy/proxy";
import type { Random } from "../support/random";

/** Between whom faults come about. */
export interface Between {
  readonly emulator: Emulator;
  readonly proxy: FaultProxy;
}

/** Half of the faults are the emulator's, half the network's. */
const SHARE_OF_EMULATOR = 0.5;
const CONDITIONS = [
  "amqp:connection:forced",
  "amqp:internal-error",
  "amqp:resource-locked",
  "vendor:anything",
  undefined,
];

/**
 * Every fault of its AMQP endpoint, by chance; those of calls are in commands.ts. What lasts lasts a
 * second or two: for ever is a matter of the heartbeat, and other faults end a connection long before.
 */
const EMULATOR_FAULTS: readonly ((random: Random, slow: boolean) => FaultRequest)[] = [
  (random, slow) => ({
    fault: "refuse-sign-in",
    count: 1,
    unavailable: !slow || random.chance(0.8),
  }),
  (random, slow) => {
    const condition = random.pick(
      slow ? CONDITIONS : CONDITIONS.filter((each) => each !== "amqp:resource-locked"),
    );
    return { fault: "kick", condition };
  },
  () => ({ fault: "rebalance" }),
  (random) => ({ fault: "detach", connections: random.integer(1, 4) }),
  (random) => ({ fault: "end-session", connections: random.integer(1, 4) }),
  () => ({ fault: "reset" }),
  (random) => ({ fault: "silent", seconds: random.integer(1, 20) / 10, connections: 1 }),
  () => ({ fault: "half-frame", connections: 1 }),
  (random) => ({ fault: "garbage", connections: random.integer(1, 4) }),
  (random) => ({ fault: "duplicate", count: random.integer(1, 20) }),
  (random) => ({ fault: "reorder", count: random.integer(2, 50) }),
  (random) => ({
    fault: "delay",
    seconds: random.integer(1, 20) / 10,
    count: random.integer(1, 20),
  }),
  (random) => ({ fault: "malformed", count: random.integer(1, 5) }),
  (random) => ({
    fault: "throttle",
    perSecond: random.integer(0, 500),
    seconds: random.integer(1, 10) / 10,
  }),
];

/** Brings one fault about and says its name; `slow`: also those that are answered by long waits. */
export function anyFault({ emulator, proxy }: Between, random: Random, slow: boolean): string {
  if (!random.chance(SHARE_OF_EMULATOR)) {
    const [kind] = proxy.fault(random).split(" ");
    return `proxy ${kind ?? ""}`;
  }
  const request = random.pick(EMULATOR_FAULTS)(random, slow);
  emulator.fault(request);
  return request.fault;
}
