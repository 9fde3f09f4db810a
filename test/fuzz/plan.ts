import { Random } from "../support/random";
import { mutation } from "./mutations";
import type { Mutation } from "./mutations";
import { STAGES } from "./script";
import type { Stage } from "./script";

const MOST_SEED = 0xffff_ffff;
/** Mostly one: the first of several often hides the others. */
const COUNTS = [1, 1, 1, 2, 3];

/** A server that says nothing more from some point of a stage on. */
interface Stop {
  readonly stage: Stage;
  readonly how: "stall" | "finish" | "reset";
  /** Of the stage's bytes, what it still says. */
  readonly share: number;
}

/** What a server does wrong in one session, all of it drawn before the session begins. */
export interface Plan {
  readonly session: number;
  readonly mutations: readonly Mutation[];
  readonly stop: Stop | undefined;
  /** Every stage comes in small pieces. */
  readonly split: boolean;
  /** It may take its leave after its messages, as servers do. */
  readonly leaves: boolean;
  /** For what a good server may choose. */
  readonly random: Random;
}

/** The same plan for the same seed and session. */
export function planOf(seed: number, session: number): Plan {
  const random = new Random(seed, session);
  const fork = (): Random => new Random(random.integer(0, MOST_SEED));
  const isUndisturbed = random.chance(0.06);
  const stops = !isUndisturbed && random.chance(0.15);
  const some = random.pick(COUNTS) - (stops ? 1 : 0);
  const count = isUndisturbed ? 0 : some;
  const mutations = Array.from({ length: count }, () => mutation(random, fork));
  const how = random.pick(["stall", "finish", "reset"] as const);
  const stop = { stage: random.pick(STAGES), how, share: random.next() };
  const split = random.chance(0.2);
  return {
    session,
    mutations,
    stop: stops ? stop : undefined,
    split,
    leaves: true,
    random: fork(),
  };
}

/** A plan of a server that does nothing wrong and stays. */
export function goodPlan(seed: number, session: number): Plan {
  const random = new Random(seed, session);
  return { session, mutations: [], stop: undefined, split: false, leaves: false, random };
}

/** Whether a client has no reason to complain of the server. */
export function isGood({ mutations, stop }: Plan): boolean {
  return mutations.every(({ isHarmless }) => isHarmless) && stop === undefined;
}
