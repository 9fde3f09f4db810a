import { SettingError } from "../../errors/error";
import { FaultError } from "./fault-request-error";
import { entries, flag, neededNumber, optionalNumber, readParameters } from "./parameter";
import { FAULTS, faultName } from "./fault-table";
import { SEEDS } from "./scenario";
import type { ErrorDetails } from "../../errors/error";
import type { Problem } from "./fault-request-error";
import type { Parameters } from "./parameter";
import type { Scenario } from "./scenario";
import { shown } from "../../errors/invalid-setting";

type JsonObject = Readonly<Record<string, unknown>>;

const DAY_SECONDS = 86_400;
/** A scenario that never waited would keep the emulator from everything else. */
const MIN_SECONDS = 0.1;

const SEED = optionalNumber(SEEDS, "whole");
const STEPPED = { seed: SEED, steps: entries(), repeat: flag(false) };
const RANDOM = {
  seed: SEED,
  everySeconds: neededNumber({ min: MIN_SECONDS, max: DAY_SECONDS }),
  faults: entries(),
  forSeconds: optionalNumber({ min: MIN_SECONDS, max: 365 * DAY_SECONDS }),
};

/** A list of faults: what its entries have besides, and the text that says which entry is meant. */
const STEPS = {
  placeCode: "inStep",
  fields: { afterSeconds: optionalNumber({ min: 0, max: DAY_SECONDS }) },
};
const WEIGHTED = {
  placeCode: "inFault",
  fields: { weight: optionalNumber({ min: 0.001, max: 1_000_000 }) },
};

/** `__place__` of the texts; empty for the scenario itself. */
type Place = ErrorDetails & { readonly place: string };
const TOP: Place = { place: "" };
const REASONS = { wrong: "fieldWrong", missing: "fieldMissing", unknown: "fieldUnknown" } as const;

function invalid(details: ErrorDetails): SettingError {
  return new SettingError("SCENARIO_INVALID", { setting: "scenario", ...details });
}

function problemAt(place: Place, { field, kind, value, allowed }: Problem): SettingError {
  return invalid({ ...place, ...allowed, field, value, reasonCode: REASONS[kind] });
}

/** Runs a check, and says where it was. */
function at<T>(place: Place, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof FaultError ? problemAt(place, error.problem) : error;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkEntries(
  list: readonly unknown[],
  { placeCode, fields }: { readonly placeCode: string; readonly fields: Parameters },
  consumerGroupIds: readonly string[],
): readonly JsonObject[] {
  return list.map((entry, index) => {
    const place = { place: "", placeCode, number: index + 1 };
    if (!isObject(entry)) {
      throw invalid({ ...place, rule: "object", value: shown(entry), reasonCode: "entryWrong" });
    }
    const { fault, ...rest } = entry;
    return at(place, () => {
      const { parameters } = FAULTS[faultName(fault)];
      return readParameters({ ...fields, ...parameters }, rest, consumerGroupIds);
    });
  });
}

function checkStepped(given: JsonObject, consumerGroupIds: readonly string[]): void {
  const { steps, repeat } = at(TOP, () => readParameters(STEPPED, given, []));
  const all = checkEntries(steps, STEPS, consumerGroupIds);
  const seconds = all.reduce((sum, { afterSeconds }) => sum + Number(afterSeconds ?? 0), 0);
  if (!repeat || seconds >= MIN_SECONDS) return;
  const allowed = { rule: "repeat", min: MIN_SECONDS } as const;
  throw problemAt(TOP, { field: "repeat", kind: "wrong", value: "true", allowed });
}

/** Checks a scenario. Throws SettingError that says where it is wrong. */
export function checkScenario(given: unknown, consumerGroupIds: readonly string[]): Scenario {
  const has = (field: string) => isObject(given) && Object.hasOwn(given, field);
  if (!isObject(given) || !(has("steps") || has("everySeconds") || has("faults"))) {
    throw invalid({ ...TOP, rule: "scenario", value: shown(given), reasonCode: "entryWrong" });
  }
  if (has("steps")) checkStepped(given, consumerGroupIds);
  else {
    const { faults } = at(TOP, () => readParameters(RANDOM, given, []));
    checkEntries(faults, WEIGHTED, consumerGroupIds);
  }
  return given as unknown as Scenario; // every field of it has been looked at
}

/** Reads a scenario from JSON. Throws SettingError that says where it is wrong. */
export function parseScenario(json: string, consumerGroupIds: readonly string[]): Scenario {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw invalid({ ...TOP, rule: "scenario", reasonCode: "notJson" });
  }
  return checkScenario(given, consumerGroupIds);
}
