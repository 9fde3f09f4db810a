// Commands through every fault of the API; by `npm run test:commands`. COMMANDS_SEED repeats a run.
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Random, seedOf } from "../support/random";
import { withEmulator } from "../support/emulator/with-emulator";
import { withSubscription } from "../support/emulator/with-subscription";
import { until } from "../support/time/until";
import { sendThroughStorm } from "./commands";
import type { Emulator } from "../../src/emulator/emulator";
import type { Sent } from "./commands";

const COMMANDS = 3_000;
/** Warms up: compiled code, connections, the emulator's list of commands. */
const WARM_UP = 600;
const MEGABYTE = 1024 * 1024;
/** The emulator keeps each command that was carried out; a command that is kept takes more. */
const MOST_GROWTH_BYTES = 8 * MEGABYTE;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How often each marker was carried out. */
function carriedOut(emulator: Emulator): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { content } of emulator.commands) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const [marker] = /marker-\d+|20\.\d+/.exec(text) ?? [""];
    counts.set(marker, (counts.get(marker) ?? 0) + 1);
  }
  return counts;
}

/** The commands whose end does not agree with how often they were carried out. */
function wrong(sent: readonly Sent[], emulator: Emulator): readonly string[] {
  const counts = carriedOut(emulator);
  const told = sent.filter(({ marker }) => marker !== "");
  return told.flatMap(({ marker, command, end, isAnswered, code = "" }) => {
    const times = counts.get(marker) ?? 0;
    const least = end === "done" && isAnswered ? 1 : 0;
    const most = end === "refused" ? 0 : 1;
    if (times >= least && times <= most) return [];
    return [`${command.action} ${marker} ended ${end} ${code}, carried out ${times} times`];
  });
}

/** The fewest and the most calls of services that agree with how they ended. */
function servicesToExpect(sent: readonly Sent[]): readonly [number, number] {
  const services = sent.filter(({ command }) => command.action === "invoke-service");
  const done = services.filter(({ end }) => end === "done").length;
  return [done, done + services.filter(({ end }) => end === "unknown").length];
}

function counted(sent: readonly Sent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { end, code } of sent) {
    const what = code === undefined ? end : `${end} ${code}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

const name = `${COMMANDS} commands in a storm end done, refused or unknown, and none is carried out twice`;
test(name, { timeout: 600_000 }, async (t) => {
  const random = new Random(seedOf(t, "COMMANDS_SEED"));
  await withEmulator({ httpPort: 0, devices: 9, rate: 0 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const storm = { emulator, subscription };
      const first = await sendThroughStorm(storm, { from: 1, count: WARM_UP }, random);
      const warmBytes = usedBytes();
      const startMs = performance.now();
      const rest = { from: WARM_UP + 1, count: COMMANDS - WARM_UP };
      const sent = [...first, ...(await sendThroughStorm(storm, rest, random))];
      const seconds = (performance.now() - startMs) / 1_000;
      emulator.endFaults();
      t.diagnostic(`${rest.count} commands in ${seconds.toFixed(0)} s`);
      t.diagnostic(JSON.stringify(counted(sent)));
      const growth = usedBytes() - warmBytes;
      t.diagnostic(`in use ${(growth / MEGABYTE).toFixed(1)} MB more than after the warm-up`);
      equal(sent.length, COMMANDS);
      deepEqual(wrong(sent, emulator), []);
      const [least, most] = servicesToExpect(sent);
      const services = emulator.commands.filter(({ action }) => action === "InvokeThingService");
      ok(services.length >= least && services.length <= most, `${services.length} service calls`);
      for (const end of ["done", "refused", "unknown"]) {
        ok(sent.filter((each) => each.end === end).length > COMMANDS / 50, `few were ${end}`);
      }
      ok(growth < MOST_GROWTH_BYTES, "the memory grows");
    }),
  );
  const isLeft = (resource: string) => /^(Timeout|TCP|TLS|GetAddrInfo)/.test(resource);
  await until(() => !process.getActiveResourcesInfo().some(isLeft), "a timer or a socket is left");
});
