import type { Behaviour } from "./behaviour";

/** What a fault can work on. */
export interface FaultTarget {
  kick(condition?: string, description?: string): number;
  use(behaviour: Behaviour): () => void;
}

/** The parameters of a fault, as they came over HTTP; a getter throws FaultError for a wrong one. */
export class FaultParameters {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || typeof value === "string") return value;
    throw new FaultError(`“${name}” must be text.`);
  }

  /** A whole number of at least 1. */
  count(name: string, fallback: number): number {
    const value = this.#values[name] ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
    throw new FaultError(`“${name}” must be a whole number of at least 1.`);
  }
}

/** A fault was asked for that does not exist, or with wrong parameters. */
export class FaultError extends Error {}

/** Starts a fault and returns what to answer. */
type Fault = (
  target: FaultTarget,
  parameters: FaultParameters,
) => Readonly<Record<string, unknown>>;

/** Every fault by its name in `POST /faults`. A new one needs no more than a line here. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  kick: (target, parameters) => ({
    kicked: target.kick(parameters.text("condition"), parameters.text("description")),
  }),
  "refuse-sign-in": (target, parameters) => {
    const count = parameters.count("count", 1);
    let left = count;
    const remove = target.use({
      onSignIn() {
        left -= 1;
        if (left === 0) remove();
        return { ok: false, reason: "a fault was asked for" };
      },
    });
    return { refusing: count };
  },
};

/** Starts the fault of that name. Throws FaultError. */
export function startFault(
  name: unknown,
  target: FaultTarget,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fault = typeof name === "string" && Object.hasOwn(FAULTS, name) ? FAULTS[name] : undefined;
  if (fault === undefined) {
    throw new FaultError(`“fault” must be one of: ${Object.keys(FAULTS).join(", ")}.`);
  }
  return fault(target, new FaultParameters(values));
}
