import { createSecureContext } from "node:tls";
import { systemClock } from "../clock";
import { invalid } from "../errors/invalid-setting";
import { checkBothOrNone, EMULATOR_DEFAULTS, PLATFORM_LIMITS } from "../settings/emulator";
import { checkScenario, parseScenario } from "./faults/scenario";
import type { Scenario } from "./faults/scenario";
import type { EmulatorOptions } from "./options";

/** Everything that `Emulator.start` takes. */
export interface StartOptions extends EmulatorOptions {
  /** Faults that begin by themselves, from when it listens; text is JSON. */
  readonly scenario: Scenario | string | undefined;
}

/** What programs get that start an emulator themselves: any free port, no HTTP, no devices. */
export const START_DEFAULTS: StartOptions = {
  ...EMULATOR_DEFAULTS,
  ...PLATFORM_LIMITS,
  port: 0,
  httpPort: undefined,
  devices: 0,
  cert: undefined,
  key: undefined,
  scenario: undefined,
  log: () => undefined,
  clock: systemClock,
  random: Math.random,
};

/** Checks that a certificate can be used with its key. Throws SettingError. */
export function checkCertificate({ cert, key }: Pick<StartOptions, "cert" | "key">): void {
  checkBothOrNone({ cert, key });
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const value = error instanceof Error ? error.message : "***";
    throw invalid("cert", value, { rule: "pem" });
  }
}

/** Checks the scenario to begin with, if there is one. Throws SettingError that says where it is wrong. */
export function checkedScenario(
  scenario: StartOptions["scenario"],
  consumerGroupIds: readonly string[],
): Scenario | undefined {
  if (scenario === undefined) return undefined;
  return typeof scenario === "string"
    ? parseScenario(scenario, consumerGroupIds)
    : checkScenario(scenario, consumerGroupIds);
}
