import { deepEqual, equal, match, notDeepEqual, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { Emulator } from "../../src/emulator/emulator";
import { checkScenario, parseScenario } from "../../src/emulator/faults/scenario";
import { SettingError } from "../../src/errors/error";
import { errorText } from "../../src/errors/texts";
import { ManualClock } from "../support/time/manual-clock";
import { attached } from "../support/emulator/raw-client";
import { withSubscription } from "../support/emulator/with-subscription";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Scenario } from "../../src/emulator/faults/scenario";
import { english, tells } from "../support/english";

/** Plays a scenario for so long; each line with the second in which it was logged. */
async function play(scenario: Scenario, seconds: number, random: () => number = () => 0.5) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = (line: string) => lines.push(`${clock.monotonicMs() / 1_000} ${line}`);
  const emulator = await Emulator.start({ clock, random, log, scenario });
  await clock.advance(seconds * 1_000);
  await emulator.stop();
  equal(clock.timers, 0, "a timer is left");
  return lines;
}

test("a scenario's steps come each so long after the one before, and then it ends", async () => {
  const steps = [
    { afterSeconds: 5, fault: "kick" },
    { fault: "delay", count: 2 },
    { afterSeconds: 2.5, fault: "throttle", perSecond: 0, seconds: 1 },
  ] as const;
  deepEqual(await play({ seed: 7, steps }, 100), [
    "0 scenario: begins, “seed” 7",
    '5 fault {"fault":"kick"}: kicked 0',
    '5 fault {"fault":"delay","count":2}: delaying 2',
    '7.5 fault {"fault":"throttle","perSecond":0,"seconds":1}: throttled 0',
    "7.5 scenario: ended",
  ]);
});

test("a repeated scenario begins again after its last step, until the emulator stops", async () => {
  const steps = [
    { afterSeconds: 1, fault: "kick" },
    { afterSeconds: 2, fault: "reset" },
  ] as const;
  const lines = await play({ seed: 1, steps, repeat: true }, 9);
  deepEqual(
    lines.slice(1).map((line) => line.replace(/fault.*: /, "").replace(/ 0$/, "")),
    ["1 kicked", "3 reset", "4 kicked", "6 reset", "7 kicked", "9 reset"],
  );
});

test("a random scenario has its mean gap, its weights and its end, and the same seed repeats it", async () => {
  const scenario = {
    seed: 3,
    everySeconds: 10,
    faults: [{ fault: "kick", weight: 3 }, { fault: "reset" }],
    forSeconds: 20_000,
  } as const;
  const lines = await play(scenario, 30_000);
  const faults = lines.filter((line) => line.includes(" fault "));
  equal(Math.abs(faults.length - 2_000) < 150, true, `${faults.length} faults`);
  const kicks = faults.filter((line) => line.includes("kick")).length / faults.length;
  equal(Math.abs(kicks - 0.75) < 0.05, true, `${kicks} of them kicks`);
  const atSeconds = faults.map((line) => Number.parseFloat(line));
  const gaps = atSeconds.map((at, index) => at - (atSeconds[index - 1] ?? 0));
  // Of an exponential distribution 1/e of the gaps are longer than the mean.
  const long = gaps.filter((gap) => gap > 10).length / gaps.length;
  equal(Math.abs(long - 1 / Math.E) < 0.05, true, `${long} of the gaps are long`);
  equal(lines.at(-1), "20000 scenario: ended");
  deepEqual(await play(scenario, 30_000), lines);
  notDeepEqual(await play({ ...scenario, seed: 4 }, 30_000), lines);
});

test("a scenario without a seed logs the one that it takes, and that repeats it", async () => {
  const scenario = { everySeconds: 5, faults: [{ fault: "kick" }] } as const;
  const lines = await play(scenario, 1_000, () => 0.123);
  const seed = Number(/“seed” (\d+)/.exec(lines[0] ?? "")?.[1]);
  equal(seed > 0, true);
  deepEqual(await play({ ...scenario, seed }, 1_000, () => 0.987), lines);
});

test("what a fault of a scenario leaves to chance comes from the scenario's seed", async () => {
  const survivors: string[] = [];
  for (const random of [() => 0.1, () => 0.9]) {
    const clock = new ManualClock();
    await withEmulator({ clock, random }, async (emulator) => {
      for (const clientId of ["a", "b", "c", "d"]) await attached(emulator.port, 1, { clientId });
      emulator.play({ seed: 5, steps: [{ fault: "kick", connections: 3 }] });
      await clock.advance(0);
      survivors.push(emulator.connections().map(({ clientId }) => clientId)[0] ?? "");
    });
  }
  equal(survivors[0], survivors[1]);
});

test("the same seed gives the same faults at the same times, whoever is connected", async () => {
  const runs: (readonly string[])[] = [];
  for (const count of [0, 3]) {
    const clock = new ManualClock();
    const lines: string[] = [];
    const log = (line: string) => lines.push(`${clock.monotonicMs()} ${line}`);
    await withEmulator({ clock, log }, async (emulator) => {
      for (let at = 0; at < count; at += 1) await attached(emulator.port, 1, { clientId: `${at}` });
      const [kick, detach] = ["kick", "detach"] as const;
      const faults = [
        { fault: kick, connections: 1 },
        { fault: detach, connections: 1 },
      ];
      emulator.play({ seed: 5, everySeconds: 1, faults, forSeconds: 10 });
      await clock.advance(10_000);
    });
    runs.push(
      lines.filter((line) => / (fault|scenario)/.test(line)).map((line) => line.slice(0, -1)),
    );
  }
  equal((runs[0]?.length ?? 0) > 5, true);
  deepEqual(runs[1], runs[0]);
});

test("a scenario can be stopped, and none is played after the emulator has been stopped", async () => {
  const clock = new ManualClock();
  const emulator = await Emulator.start({ clock });
  const scenario = { everySeconds: 1, faults: [{ fault: "kick" }] } as const;
  const run = emulator.play(scenario);
  run.stop();
  equal(clock.timers, 0);
  await emulator.stop();
  throws(() => emulator.play(scenario), /has been stopped/);
  throws(() => emulator.fault({ fault: "throttle", perSecond: 1, seconds: 9 }), /been stopped/);
  equal(clock.timers, 0);
});

const STEP = /^The scenario \(scenario\) cannot be run: in step 2: /;
const KICK = { fault: "kick" };

test("a wrong scenario is refused in both languages, with the place, the field and the remedy", () => {
  for (const [given, says, chinese] of [
    [
      [],
      /: it cannot be \[…\]\. Allowed: a JSON object with “steps”, or/,
      /内容无效（\[…\]）。要求/,
    ],
    [{}, /: it cannot be \{…\}\. Allowed: a JSON object with “steps”/, /内容无效（\{…\}）/],
    [
      { steps: [] },
      /: “steps” cannot be \[…\]\. Allowed: a list with at least one entry\.$/,
      /“steps”的值/,
    ],
    [
      { steps: [KICK], seed: -1 },
      /: “seed” cannot be -1\. Allowed: a whole number, 0 to/,
      /“seed”/,
    ],
    [{ steps: [KICK], repeat: 1 }, /: “repeat” cannot be 1\. Allowed: true, false\./, /“repeat”/],
    [{ steps: [KICK], repeat: true }, /: “repeat” cannot be true\. Allowed: false, unless/, /之和/],
    [
      { steps: [KICK], everySeconds: 1 },
      /: unknown field “everySeconds”\. Al.*seed, steps/,
      /没有/,
    ],
    [{ everySeconds: 1 }, /: “faults” is missing\. Allowed: a list/, /。缺少“faults”。要求/],
    [{ faults: [KICK] }, /: “everySeconds” is missing\. Allowed: a number, 0\.1 to/, /缺少“every/],
    [{ everySeconds: 0, faults: [KICK] }, /: “everySeconds” cannot be 0\./, /“everySeconds”的值/],
    [
      { everySeconds: 1, faults: [KICK, { ...KICK, weight: 0 }] },
      /: in entry 2 of “faults”: “weight” cannot be 0\. Allowed: a number, 0\.001 to/,
      /“faults”的第 2 项：“weight”的值无效（0）。要求：0\.001 到/,
    ],
    [{ steps: [KICK, 7] }, new RegExp(`${STEP.source}it cannot be 7\\.`), /第 2 步：内容无效（7）/],
    [
      { steps: [KICK, {}] },
      new RegExp(`${STEP.source}“fault” is missing\\. .*kick, `),
      /第 2 步：缺少/,
    ],
    [
      { steps: [KICK, { fault: "rain" }] },
      new RegExp(`${STEP.source}“fault” cannot be “rain”\\. Allowed: kick, `),
      /。第 2 步：“fault”的值无效（“rain”）。要求：可选值为 kick, /,
    ],
    [
      { steps: [KICK, { ...KICK, afterSeconds: "1" }] },
      new RegExp(`${STEP.source}“afterSeconds” cannot be “1”\\. Allowed: a number, 0 to 86400`),
      /第 2 步：“afterSeconds”的值无效/,
    ],
    [
      { steps: [KICK, { fault: "delay", afterSecond: 1 }] },
      new RegExp(`${STEP.source}unknown field “afterSecond”\\. .*: afterSeconds, seconds, count`),
      /第 2 步：没有“afterSecond”这个字段。/,
    ],
    [
      { steps: [KICK, { ...KICK, group: "B" }] },
      new RegExp(`${STEP.source}“group” cannot be “B”\\. Allowed: A\\.`),
      /第 2 步：“group”的值无效/,
    ],
  ] as readonly [unknown, RegExp, RegExp][]) {
    throws(
      () => checkScenario(given, ["A"]),
      (error) => {
        if (!(error instanceof SettingError)) return false;
        match(english(error), says);
        equal(error.details["setting"], "scenario");
        const { text, remedy } = errorText(error.code, error.details, "zh-CN");
        match(text + remedy, chinese);
        return !`${english(error)}${text}${remedy}`.includes("__");
      },
      JSON.stringify(given),
    );
  }
});

test("a scenario that is not JSON is refused, and a good one comes back as it was given", () => {
  throws(
    () => parseScenario("{", ["A"]),
    tells(/cannot be run: it does not parse as JSON\. Allowed: a/),
  );
  const scenario = { steps: [{ afterSeconds: 1, fault: "kick", group: "A" }], repeat: true };
  deepEqual(parseScenario(JSON.stringify(scenario), ["A"]), scenario);
});

test("an emulator with a wrong scenario does not start, and leaves no port behind", async () => {
  const scenario = { steps: [{ fault: "kick", group: "NO" }] } as const;
  await rejects(Emulator.start({ scenario }), tells(/in step 1: “group” cannot be “NO”/));
});

test("a subscription gets every message through all sorts of trouble", () => {
  const afterSeconds = 0.15;
  const scenario: Scenario = {
    steps: [
      { afterSeconds, fault: "reorder", count: 5 },
      { afterSeconds, fault: "delay", seconds: 0.05, count: 5 },
      { afterSeconds, fault: "duplicate", count: 3 },
      { afterSeconds, fault: "malformed", count: 3 },
      { afterSeconds, fault: "silent", seconds: 0.05 },
      { afterSeconds, fault: "throttle", perSecond: 200, seconds: 0.1 },
      { afterSeconds, fault: "detach", connections: 1 },
      { afterSeconds, fault: "reset", connections: 1 },
      { afterSeconds, fault: "rebalance" },
    ],
  };
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  return withEmulator({ devices: 3, rate: 300, backlogRetryMs: 50, log }, (emulator) =>
    withSubscription(emulator, { settings: { connections: 3 } }, async (subscription) => {
      const got = new Set<unknown>();
      subscription.on("delivered", ({ message }) => got.add(message.messageId));
      const sent = new Set<string>();
      emulator.use({
        onDispatch({ message }) {
          sent.add(message.messageId);
          return undefined;
        },
      });
      emulator.play(scenario);
      await until(() => lines.includes("scenario: ended"), "the scenario has ended");
      emulator.endFaults();
      for (const id of [...sent]) {
        await emulator.expectSettled(id);
        equal(got.has(id), true, `${id} was accepted, but not handed over`);
      }
      equal(sent.size > 100, true);
      await emulator.stop();
      for (const id of sent) {
        const { sent: deliveries, endings = [] } = emulator.history(id) ?? {};
        equal(endings.length, deliveries, `${id}: ${endings.join()} of ${deliveries ?? 0}`);
      }
    }),
  );
});
