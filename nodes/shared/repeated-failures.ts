import { StatusLine } from "./status-line";
import { toFailure, translateError } from "./translation";
import { isIotAmqpError, SettingError, SettlementError } from "../../src/errors/error";
import { timeOfDay } from "../../src/errors/texts";
import type { NodeMessage, NodeStatus } from "node-red";
import type { StatusNode } from "./status-line";
import type { FailureNode, Translate } from "./translation";
import type { Cancel, Clock } from "../../src/clock";
import type { ErrorCode, IotAmqpError } from "../../src/errors/error";

/** After a failure those like it are counted for a minute, then for an hour at a time. */
const FIRST_COUNT_MS = 60_000;
const NEXT_COUNT_MS = 3_600_000;

/**
 * Whether an error's cause is not its message, but a setting, the wiring of the flow or a lost link.
 * Then one message after another fails alike, and Catch could do nothing for any of them: there is
 * no delivery that could still be settled. Any other error is told with each message, so that a flow
 * can correct it, settle it or send it again.
 */
export function isCommonCause(error: unknown): error is IotAmqpError {
  if (error instanceof SettingError || error instanceof SettlementError) return true;
  return isIotAmqpError(error) && error.code === "DELIVERY_MISSING";
}

/** Failures with one cause, from the first until none has come for as long as they are counted. */
interface Cause {
  /** Of messages only. */
  total: number;
  /** Those of them that have not been told. */
  untold: number;
  last: { readonly error: IotAmqpError; readonly message: NodeMessage };
  /** Wall-clock time in ms since the epoch. */
  toldAtMs: number;
  cancelCount?: Cancel;
  /** A wrong setting stays wrong until the next deploy. */
  readonly isForGood: boolean;
}

/** Tells Catch of each cause of failures once, later how many there were since, and shows both. */
export class RepeatedFailures {
  readonly #node: StatusNode & FailureNode;
  readonly #translate: Translate;
  readonly #clock: Clock;
  readonly #line: StatusLine;
  /** The one that failed the last message comes last. */
  readonly #causes = new Map<ErrorCode, Cause>();
  #isClosed = false;

  constructor(node: StatusNode & FailureNode, translate: Translate, clock: Clock) {
    this.#node = node;
    this.#translate = translate;
    this.#clock = clock;
    this.#line = new StatusLine(node, clock);
  }

  /** A node could not start: shows why at once, and tells of it when Catch nodes hear. */
  async reportStart(error: IotAmqpError, catchHears: Promise<unknown>): Promise<void> {
    const cause = this.#newCause({ error, message: {} }, { isForGood: true });
    this.#show();
    await catchHears;
    if (!this.#isClosed) this.#tell(cause);
  }

  /** A message has failed: tells of it, or counts it where its cause has been told. */
  report(error: IotAmqpError, message: NodeMessage): void {
    if (this.#isClosed) return;
    const known = this.#causes.get(error.code);
    const cause = known ?? this.#newCause({ error, message }, { isForGood: false });
    cause.total += 1;
    if (known === undefined) this.#tell(cause);
    else {
      cause.untold += 1;
      cause.last = { error, message };
      this.#causes.delete(error.code);
      this.#causes.set(error.code, cause);
    }
    this.#show();
  }

  /** Leaves neither timers nor a status behind. */
  close(): void {
    this.#isClosed = true;
    for (const { cancelCount } of this.#causes.values()) cancelCount?.();
    this.#line.close();
    if (this.#causes.size > 0) this.#node.status({});
    this.#causes.clear();
  }

  #newCause(last: Cause["last"], { isForGood }: Pick<Cause, "isForGood">): Cause {
    const cause: Cause = { total: 0, untold: 0, last, toldAtMs: this.#clock.now(), isForGood };
    this.#causes.set(last.error.code, cause);
    return cause;
  }

  #tell(cause: Cause, countMs = FIRST_COUNT_MS): void {
    const { untold, last, toldAtMs } = cause;
    const more =
      untold === 0
        ? undefined
        : this.#translate("happenedAgain", { times: untold, time: timeOfDay(toldAtMs) });
    cause.untold = 0;
    cause.toldAtMs = this.#clock.now();
    this.#count(cause, countMs);
    this.#node.error(toFailure(last.error, this.#translate, more), last.message);
  }

  #count(cause: Cause, forMs: number): void {
    cause.cancelCount = this.#clock.after(forMs, () => {
      this.#endCount(cause);
    });
  }

  #endCount(cause: Cause): void {
    if (cause.untold > 0) this.#tell(cause, NEXT_COUNT_MS);
    else if (cause.isForGood) this.#count(cause, NEXT_COUNT_MS);
    else {
      this.#causes.delete(cause.last.error.code);
      this.#show();
    }
  }

  #show(): void {
    const cause = [...this.#causes.values()].at(-1);
    this.#line.show(cause === undefined ? {} : this.#statusOf(cause));
  }

  #statusOf({ total, last: { error } }: Cause): NodeStatus {
    const { short } = translateError(error, this.#translate);
    // A lost link comes back by itself; for all else somebody has to change something.
    const fill = error.code === "DELIVERY_LINK_LOST" ? "yellow" : "red";
    return { fill, shape: "ring", text: total > 1 ? `${short} × ${total}` : short };
  }
}
