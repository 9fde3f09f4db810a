import { Emulator } from "../../src/emulator/emulator";
import { attached } from "./raw-client";

/** A whole life of an emulator in a process of its own, which must then end by itself. */
async function run(): Promise<void> {
  const emulator = await Emulator.start({ httpPort: 0, devices: 3, rate: 50 });
  const client = await attached(emulator.port, 5);
  await client.have(3);
  await fetch(`http://127.0.0.1:${emulator.httpPort ?? 0}/groups`);
  await Promise.all([emulator.stop(), emulator.stop()]);
  process.stdout.write(`stopped ${(await client.ended).condition ?? "without a condition"}\n`);
}

void run();
