import { SettingError } from "../../errors/error";
import { shown } from "../../errors/invalid-setting";
import { isJsonObject } from "../../protocol/json";
import { FaultRequestError, readParameters } from "./fault-request";
import { FAULTS, faultName } from "./fault-table";
import { flag, list, optionalInteger, optionalNumber, requiredNumber } from "./parameter";
import type { ErrorDetails } from "../../errors/error";
import type { JsonObject } from "../../protocol/json";
import type { RequestProblem, UncheckedRequest } from "./fault-request";
import type { FaultRequest } from "./fault-table";
import type { Parameters } from "./parameter";

/** A fault, `afterSeconds` after the one before it or after the start; default: 0. */
export type ScenarioStep = FaultRequest & { readonly afterSeconds?: number | undefined };

/** A fault that may be chosen: with twice the `weight`, twice as often; default: 1. */
export type WeightedFault = FaultRequest & { readonly weight?: number | undefined };

interface Seeded {
  /** For all that is left to chance; default: a random one, which is logged. */
  readonly seed?: number | undefined;
}

/** Faults in the order given. */
export interface SteppedScenario extends Seeded {
  readonly steps: readonly ScenarioStep[];
  /** Begin again after the last step. */
  readonly repeat?: boolean | undefined;
}

/** Faults by chance, with exponentially distributed gaps. */
export interface RandomScenario extends Seeded {
  /** The mean gap. */
  readonly everySeconds: number;
  readonly faults: readonly WeightedFault[];
  /** How long it lasts; default: until the emulator stops. */
  readonly forSeconds?: number | undefined;
}

/** Which faults an emulator starts by itself, and when. */
export type Scenario = SteppedScenario | RandomScenario;

/** Seeds are 32 bits. */
export const SEEDS = { min: 0, max: 2 ** 32 - 1 };
const DAY_SECONDS = 86_400;
/** A repeated scenario that never waits would block the process. */
const MIN_SECONDS = 0.1;

const STEPPED = { seed: optionalInteger(SEEDS), steps: list(), repeat: flag(false) };
const RANDOM = {
  seed: optionalInteger(SEEDS),
  everySeconds: requiredNumber({ min: MIN_SECONDS, max: DAY_SECONDS }),
  faults: list(),
  forSeconds: optionalNumber({ min: MIN_SECONDS, max: 365 * DAY_SECONDS }),
};

/** What the faults of a list have beside their own parameters, and the text that says which is meant. */
interface ListKind {
  readonly placeCode: string;
  readonly parameters: Parameters;
}
const STEPS: ListKind = {
  placeCode: "inStep",
  parameters: { afterSeconds: optionalNumber({ min: 0, max: DAY_SECONDS }) },
};
const WEIGHTED_FAULTS: ListKind = {
  placeCode: "inFault",
  parameters: { weight: optionalNumber({ min: 0.001, max: 1_000_000 }) },
};

/** Where in a scenario a problem is: `__place__` of the texts, empty for the scenario itself. */
type Place = ErrorDetails & { readonly place: string };
const TOP: Place = { place: "" };
const REASONS = { wrong: "fieldWrong", missing: "fieldMissing", unknown: "fieldUnknown" } as const;

function invalidScenario(details: ErrorDetails): SettingError {
  return new SettingError("SCENARIO_INVALID", { setting: "scenario", ...details });
}

function problemAt(place: Place, { field, kind, value, allowed }: RequestProblem): SettingError {
  return invalidScenario({ ...place, ...allowed, field, value, reasonCode: REASONS[kind] });
}

/** Runs a check; its problem becomes an error that says where it is. */
function checkAt<T>(place: Place, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof FaultRequestError ? problemAt(place, error.problem) : error;
  }
}

/** The parameters of each fault of a list. */
function readFaults(
  faults: readonly unknown[],
  kind: ListKind,
  consumerGroupIds: readonly string[],
): readonly UncheckedRequest[] {
  return faults.map((item, index) => {
    const place = { place: "", placeCode: kind.placeCode, number: index + 1 };
    if (!isJsonObject(item)) {
      const value = shown(item);
      throw invalidScenario({ ...place, rule: "object", value, reasonCode: "entryWrong" });
    }
    const { fault, ...given } = item;
    return checkAt(place, () => {
      const { parameters } = FAULTS[faultName(fault)];
      return readParameters({ ...kind.parameters, ...parameters }, given, consumerGroupIds);
    });
  });
}

function checkStepped(given: JsonObject, consumerGroupIds: readonly string[]): void {
  const { steps, repeat } = checkAt(TOP, () => readParameters(STEPPED, given, []));
  const seconds = readFaults(steps, STEPS, consumerGroupIds).reduce(
    (sum, { afterSeconds }) => sum + Number(afterSeconds ?? 0),
    0,
  );
  if (!repeat || seconds >= MIN_SECONDS) return;
  const allowed = { rule: "repeat", min: MIN_SECONDS } as const;
  throw problemAt(TOP, { field: "repeat", kind: "wrong", value: "true", allowed });
}

/** Checks a scenario. Throws SettingError that says where it is wrong. */
export function checkScenario(given: unknown, consumerGroupIds: readonly string[]): Scenario {
  const has = (field: string) => isJsonObject(given) && Object.hasOwn(given, field);
  if (!isJsonObject(given) || !(has("steps") || has("everySeconds") || has("faults"))) {
    const value = shown(given);
    throw invalidScenario({ ...TOP, rule: "scenario", value, reasonCode: "entryWrong" });
  }
  if (has("steps")) checkStepped(given, consumerGroupIds);
  else {
    const { faults } = checkAt(TOP, () => readParameters(RANDOM, given, []));
    readFaults(faults, WEIGHTED_FAULTS, consumerGroupIds);
  }
  return given as unknown as Scenario; // every field of it has been looked at
}

/** Reads a scenario from JSON. Throws SettingError that says where it is wrong. */
export function parseScenario(json: string, consumerGroupIds: readonly string[]): Scenario {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw invalidScenario({ ...TOP, rule: "scenario", reasonCode: "notJson" });
  }
  return checkScenario(given, consumerGroupIds);
}
