import { Emulator } from "../../../src/emulator/emulator";
import { attached } from "./raw-client";

/** A whole life of an emulator in a process of its own, which must then end by itself. */
async function run(): Promise<void> {
  const emulator = await Emulator.start({
    ...{ httpPort: 0, devices: 3, rate: 50 },
    consumerGroupIds: ["DEFAULT_GROUP", "TROUBLED_GROUP"],
    scenario: { everySeconds: 60, faults: [{ fault: "kick" }] },
  });
  const client = await attached(emulator.port, 5);
  await client.have(3);
  await fetch(`http://127.0.0.1:${emulator.httpPort ?? 0}/groups`);
  for (const [clientId, fault] of [
    ["silent", "silent"],
    ["half", "half-frame"],
    ["cut", "reset"],
  ] as const) {
    const troubled = { clientId, consumerGroupId: "TROUBLED_GROUP" };
    const other = await attached(emulator.port, 5, troubled);
    await other.have(1);
    emulator.fault({ fault, group: "TROUBLED_GROUP" });
  }
  emulator.fault({ fault: "delay", seconds: 60, count: 10 });
  emulator.fault({ fault: "throttle", perSecond: 1, seconds: 60 });
  await Promise.all([emulator.stop(), emulator.stop()]);
  process.stdout.write(`stopped ${(await client.ended).condition ?? "without a condition"}\n`);
}

void run();
