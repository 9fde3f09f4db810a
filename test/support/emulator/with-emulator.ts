import { Emulator } from "../../../src/emulator/emulator";
import type { EmulatorOptions } from "../../../src/emulator/options";

/** Runs a test against an emulator on a free port and stops it whatever happens. */
export async function withEmulator(
  options: Partial<EmulatorOptions>,
  run: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  const emulator = await Emulator.start(options);
  try {
    await run(emulator);
  } finally {
    await emulator.stop();
  }
}
