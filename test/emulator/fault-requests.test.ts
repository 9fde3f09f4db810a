import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FaultRequestError } from "../../src/emulator/faults/fault-request";
import { FAULTS } from "../../src/emulator/faults/fault-table";
import { parseScenario } from "../../src/emulator/faults/scenario";
import { ask, errorText } from "../support/emulator/http-client";
import { attached } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";

interface FaultsBody {
  readonly faults: readonly {
    readonly fault: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, { readonly allowed: string; default?: string }>>;
  }[];
  readonly standing: readonly unknown[];
}

test("a wrong or unknown parameter is answered with 400 and a sentence that names it", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const wrong: readonly [unknown, RegExp][] = [
      [{ fault: "meteor" }, /“fault” cannot be “meteor”\. Allowed: kick, refuse-sign-in, /],
      [{ fault: "toString" }, /“fault” cannot be “toString”\. Allowed: kick/],
      [{ fault: ["kick"] }, /“fault” cannot be \[…\]\. Allowed: kick/],
      [{}, /“fault” is missing\. Allowed: kick/],
      [{ fault: "kick", condition: 7 }, /“condition” cannot be 7\. Allowed: 1 to 255 ASCII/],
      [{ fault: "kick", condition: "" }, /“condition” cannot be “”/],
      [{ fault: "kick", condition: "登录" }, /“condition” cannot be “登录”/],
      [{ fault: "kick", description: null }, /“description” cannot be null\. Allowed: text/],
      [
        { fault: "kick", connections: 0 },
        /“connections” cannot be 0\. Allowed: a whole number, 1 to/,
      ],
      [{ fault: "kick", group: "NO" }, /“group” cannot be “NO”\. Allowed: DEFAULT_GROUP\./],
      [
        { fault: "kick", seconds: 1 },
        /Unknown field “seconds”.*: condition, description, connections, g/,
      ],
      [
        { fault: "refuse-sign-in", count: -1 },
        /“count” cannot be -1\. Allowed: a whole number, 1 to/,
      ],
      [{ fault: "refuse-sign-in", count: 1.5 }, /“count” cannot be 1\.5/],
      [{ fault: "refuse-sign-in", count: "2" }, /“count” cannot be “2”/],
      [
        { fault: "refuse-sign-in", unavailable: 1 },
        /“unavailable” cannot be 1\. Allowed: true, false/,
      ],
      [{ fault: "delay", seconds: -1 }, /“seconds” cannot be -1\. Allowed: a number, 0 to 86400/],
      [{ fault: "delay", group: "DEFAULT_GROUP" }, /Unknown field “group”.*: seconds, count\./],
      [{ fault: "throttle" }, /“perSecond” is missing\. Allowed: a number, 0 to 100000/],
      [{ fault: "throttle", perSecond: null }, /“perSecond” cannot be null/],
      ['{"fault":"garbage","__proto__":1}', /Unknown field “__proto__”/],
    ];
    await attached(emulator.port);
    for (const [body, sentence] of wrong) {
      const answer = await ask(emulator.httpPort, "/faults", { method: "POST", body });
      equal(answer.status, 400, JSON.stringify(body));
      match(errorText(answer), new RegExp(`^400 bad-fault .*${sentence.source}`));
    }
    equal(emulator.connections().length, 1, "a wrong request has done something");
    equal(emulator.endFaults(), 0, "a wrong request has left something in force");
  }));

test("in code, a wrong parameter throws the same sentence as an error", () =>
  withEmulator({}, (emulator) => {
    throws(() => emulator.fault({ fault: "delay", count: 0 }), FaultRequestError);
    throws(() => emulator.fault({ fault: "delay", count: 0 }), /“count” cannot be 0\. Allowed:/);
    return Promise.resolve();
  }));

test("GET /faults describes every fault with its parameters, and shows those in force", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const get = async () => (await ask(emulator.httpPort, "/faults")).body as FaultsBody;
    const { faults, standing } = await get();
    deepEqual(standing, []);
    deepEqual(
      faults.map(({ fault }) => fault),
      Object.keys(FAULTS),
    );
    for (const { fault, description, parameters } of faults) {
      match(description, /^[a-z].{10,100}[^.]$/, fault);
      for (const [name, { allowed }] of Object.entries(parameters)) {
        match(allowed, /^(?!.*__)./, `${fault} ${name}`);
      }
    }
    // Somebody reads it in a terminal: a fault's name and what it does each begin a line of their own.
    const text = await (await fetch(`http://127.0.0.1:${emulator.httpPort ?? 0}/faults`)).text();
    const lines = text.split("\n").map((line) => line.trim());
    deepEqual(JSON.parse(text), { faults, standing });
    for (const { fault, description } of faults) {
      ok(
        lines.some((line) => line.includes(`"fault": ${JSON.stringify(fault)}`)),
        fault,
      );
      ok(
        lines.some((line) => line.startsWith(`"description": "${description}"`)),
        fault,
      );
    }
    deepEqual(
      lines.filter((line) => line.length > 140),
      [],
    );
    const throttle = faults.find(({ fault }) => fault === "throttle");
    deepEqual(throttle?.parameters, {
      perSecond: { allowed: "a number, 0 to 100000" },
      seconds: { allowed: "a number, 0 to 86400", default: "until calmed" },
    });
    const client = await attached(emulator.port);
    const post = (body: unknown) => ask(emulator.httpPort, "/faults", { body });
    await post({ fault: "kick", connections: 1 });
    await client.ended;
    await post({ fault: "refuse-sign-in", count: 2 });
    await attached(emulator.port).catch(() => undefined);
    await post({ fault: "delay", seconds: 3 });
    await post({ fault: "throttle", perSecond: 5 });
    deepEqual((await get()).standing, [
      { fault: "refuse-sign-in", count: 2, left: 1 },
      { fault: "delay", seconds: 3, left: 1 },
      { fault: "throttle", perSecond: 5 },
    ]);
  }));

test("DELETE /faults ends those in force and says how many", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.fault({ fault: "silent" });
    emulator.fault({ fault: "throttle", perSecond: 0 });
    const answer = await ask(emulator.httpPort, "/faults", { method: "DELETE" });
    deepEqual(answer, { status: 200, body: { ended: 2 } });
    emulator.push({ topic: "/t" });
    await client.have(1);
    const again = await ask(emulator.httpPort, "/faults", { method: "DELETE" });
    deepEqual(again.body, { ended: 0 });
  }));

test("each fault that begins is one line of the log, and a refused request is none", async () => {
  const lines: string[] = [];
  await withEmulator({ log: (line) => lines.push(line) }, async (emulator) => {
    await attached(emulator.port);
    emulator.fault({ fault: "reset", connections: 1 });
    await until(() => emulator.connections().length === 0, "it is gone");
    throws(() => emulator.fault({ fault: "reset", connections: 0 }));
    deepEqual(
      lines.filter((line) => line.startsWith("fault ")),
      ['fault {"fault":"reset","connections":1}: reset 1'],
    );
  });
});

test("docs/emulator.md has a row for every fault, with all of its parameters", () => {
  const page = readFileSync("docs/emulator.md", "utf8");
  for (const [name, { parameters }] of Object.entries(FAULTS)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` `)) ?? "";
    for (const parameter of Object.keys(parameters)) {
      match(row, new RegExp(`\`${parameter}\``), `the row of ${name}`);
    }
  }
});

test("the scenarios of docs/emulator.md are right", () => {
  const page = readFileSync("docs/emulator.md", "utf8");
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = ""]) => json);
  equal(examples.length, 2);
  for (const example of examples) parseScenario(example, ["DEFAULT_GROUP"]);
});
