import { sharedClockUs } from "./job";
import type { Figures, Task } from "./job";

/** The value below which so large a share of the sorted values is. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Counts a receiver's messages and, with the last one, tells what they took its process. */
export class Meter {
  readonly #task: Task;
  readonly #tell: (figures: Figures) => void;
  readonly #delaysUs: Float64Array;
  #count = 0;
  #start = { cpu: process.cpuUsage(), ms: 0 };

  constructor(task: Task, tell: (figures: Figures) => void) {
    this.#task = task;
    this.#tell = tell;
    this.#delaysUs = new Float64Array(task.isTimed ? task.messages : 0);
  }

  /** `sentUs`: when the message was written, by the shared clock, if timed. */
  count(sentUs: unknown): void {
    const { warmUp, messages, isTimed } = this.#task;
    if (isTimed && this.#count >= warmUp) {
      this.#delaysUs[this.#count - warmUp] = sharedClockUs() - Number(sentUs);
    }
    this.#count += 1;
    if (this.#count === warmUp) this.#start = { cpu: process.cpuUsage(), ms: performance.now() };
    if (this.#count === warmUp + messages) this.#end();
  }

  #end(): void {
    const { user, system } = process.cpuUsage(this.#start.cpu);
    const tookMs = performance.now() - this.#start.ms;
    const sorted = this.#delaysUs.sort();
    const delayUs = { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
    this.#tell({ cpuUs: user + system, tookMs, delayUs });
  }
}

/** The meter of a receiver that is a program: its task is an argument, its figures go to the parent. */
export function meterOfProgram(): { task: Task; meter: Meter } {
  const task = JSON.parse(process.argv[2] ?? "") as Task;
  // Without the parent there is nobody who would end us.
  process.on("disconnect", () => process.exit(1));
  return { task, meter: new Meter(task, (figures) => process.send?.(figures)) };
}
