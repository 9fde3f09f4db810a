import { setTimeout as pause } from "node:timers/promises";
import { resolve } from "node:path";
import { CERTIFICATES } from "../../test/support/certificates";
import { Feed } from "./feed";
import { startReceiver } from "./receivers";
import type { Figures, Job, Phase, Task } from "./job";
import type { Kind } from "./receivers";

/** Of another build to measure, or to compare with. */
const PACKAGE_DIRECTORY = resolve(process.env["BENCH_PACKAGE"] ?? ".");
/** How long the slowest receiver may take for a message at full speed, in ms. */
const SLOWEST_MS = 1;
const PATIENCE_MS = 30_000;
const SETTLE_MS = 300;

function longestMs({ messages, perSecond }: Phase): number {
  return messages * (perSecond === undefined ? SLOWEST_MS : 1_000 / perSecond);
}

function taskOf(job: Job, port: number): Task {
  const { warmUp, measured, connections, isTimed, useTls, settings = {} } = job;
  return {
    port,
    connections,
    warmUp: warmUp.messages,
    messages: measured.messages,
    isTimed,
    ...(useTls ? { ca: CERTIFICATES.ca } : {}),
    settings,
    packageDirectory: PACKAGE_DIRECTORY,
  };
}

/** Rejects when a run has taken too long. */
function limit(job: Job): { late: Promise<never>; cancel: () => void } {
  const withinMs = PATIENCE_MS + longestMs(job.warmUp) + longestMs(job.measured);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The run is not over after ${withinMs} ms.`));
    }, withinMs);
  });
  return {
    late,
    cancel: () => {
      clearTimeout(timer);
    },
  };
}

/** One receiver takes one feed. Rejects unless each message has been received and accepted. */
export async function run(kind: Kind, job: Job): Promise<Figures> {
  const feed = await Feed.start(job);
  try {
    const receiver = await startReceiver(kind, taskOf(job, feed.port));
    const { late, cancel } = limit(job);
    const received = async () => {
      await feed.ready();
      await feed.send(job.warmUp);
      // The rate of the warm-up must be forgotten, not carried into a slower one.
      await pause(SETTLE_MS);
      await feed.send(job.measured);
      const figures = await receiver.figures;
      await feed.allAccepted();
      if (job.isTimed && !Number.isFinite(figures.delayUs.p99)) {
        throw new Error("The receiver did not tell the delay of each message.");
      }
      return figures;
    };
    try {
      const ended = receiver.figures.then(() => new Promise<never>(() => undefined));
      return await Promise.race([received(), ended, feed.failed, late]);
    } catch (cause) {
      throw new Error(`The run with the receiver ${kind} failed. ${receiver.log()}`, { cause });
    } finally {
      cancel();
      await receiver.stop();
    }
  } finally {
    await feed.stop();
  }
}
