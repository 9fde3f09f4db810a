import { LRUCache } from "lru-cache";
import { CommandError } from "../errors/error";
import { API_ACTIONS } from "./actions";
import type { Clock } from "../clock";
import type { ApiOptions } from "../settings/api";
import type { ApiAction } from "./actions";

/** Of the platform's limit; other programs of the account, and its idea of a second, have the rest. */
const USED_SHARE = 0.8;
/** So much of a second's calls may follow each other at once. */
const BURST_SHARE = 0.1;
/**
 * Calls of an account that are under way at a time, each with a connection of its own. So many devices
 * that do not answer a request for 8 s do not hold up the others.
 */
const MAX_RUNNING = 256;
/** Calls that have not ended: waiting, under way, or between two tries. */
const MAX_OPEN = 1_000;

/** Admits the calls of one action, so many a second. */
class Pace {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(action: ApiAction, nowMs: number) {
    const perSecond = API_ACTIONS[action].perSecond * USED_SHARE;
    this.#perMs = perSecond / 1_000;
    this.#burst = Math.max(1, perSecond * BURST_SHARE);
    this.#tokens = this.#burst;
    this.#atMs = nowMs;
  }

  /** How many ms until a call may go; 0: now. */
  waitMs(nowMs: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / this.#perMs;
  }

  take(): void {
    this.#tokens -= 1;
  }
}

interface Waiting {
  readonly number: number;
  readonly start: () => void;
}

/** One action's calls, oldest first. */
interface Lane {
  readonly pace: Pace;
  readonly waiting: Waiting[];
}

/** What all clients of this process share that call the API as one account. */
export class Account {
  /** How far the platform's clock is ahead of this computer's, where that had to be found out. */
  clockOffsetMs = 0;
  readonly #clock: Clock;
  readonly #lanes = new Map<ApiAction, Lane>();
  #open = 0;
  #running = 0;
  #number = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lets a call in for as long as its tries take. Throws CommandError when too many are open. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    if (this.#open >= MAX_OPEN) throw new CommandError("COMMANDS_FULL", { waiting: this.#open });
    this.#open += 1;
    try {
      return await call();
    } finally {
      this.#open -= 1;
    }
  }

  /** Runs one try of a call when its turn has come. */
  async inTurn<T>(action: ApiAction, attempt: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#lane(action).waiting.push({ number: (this.#number += 1), start });
      this.#startDue();
    });
    try {
      return await attempt();
    } finally {
      this.#running -= 1;
      this.#startDue();
    }
  }

  #lane(action: ApiAction): Lane {
    const known = this.#lanes.get(action);
    if (known !== undefined) return known;
    const lane = { pace: new Pace(action, this.#clock.monotonicMs()), waiting: [] };
    this.#lanes.set(action, lane);
    return lane;
  }

  /** Starts the oldest calls whose action's pace allows it, and sets a timer for the next. */
  #startDue(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const nowMs = this.#clock.monotonicMs();
    while (this.#running < MAX_RUNNING) {
      const lanes = [...this.#lanes.values()].filter(({ waiting }) => waiting.length > 0);
      if (lanes.length === 0) return;
      const next = oldest(lanes.filter(({ pace }) => pace.waitMs(nowMs) === 0));
      if (next === undefined) {
        const delayMs = Math.min(...lanes.map(({ pace }) => pace.waitMs(nowMs)));
        this.#cancelTimer = this.#clock.after(Math.ceil(delayMs), () => {
          this.#startDue();
        });
        return;
      }
      next.pace.take();
      this.#running += 1;
      next.waiting.shift()?.start();
    }
  }
}

function oldest(lanes: readonly Lane[]): Lane | undefined {
  const first = ({ waiting }: Lane) => waiting[0]?.number ?? Infinity;
  return lanes.reduce<Lane | undefined>(
    (best, lane) => (best === undefined || first(lane) < first(best) ? lane : best),
    undefined,
  );
}

/** More accounts than one process plausibly uses. */
const MAX_ACCOUNTS = 100;
const accounts = new LRUCache<string, Account>({ max: MAX_ACCOUNTS });

/** The shared part of an account; it outlives redeploys. */
export function accountOf({ endpoint, accessKeyId }: ApiOptions, clock: Clock): Account {
  const { protocol, host, port } = endpoint;
  const key = JSON.stringify([protocol, host, port, accessKeyId]);
  const known = accounts.get(key);
  if (known !== undefined) return known;
  const account = new Account(clock);
  accounts.set(key, account);
  return account;
}
