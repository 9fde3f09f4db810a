// The promise of the example “At least once into a database”, against a real file that fails in
// ways in which files fail: nothing lost, no row twice.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { renameSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { DatabaseRun, openDatabase, TIME } from "./database-run";

const DEVICE = "/k1demoPk01/meter-07";

/** Each breaks the database and returns what mends it. */
const FAILURES: Readonly<Record<string, (file: string) => () => void>> = {
  "is locked by another program"(file) {
    const other = openDatabase(file);
    other.exec("BEGIN EXCLUSIVE");
    return () => {
      other.exec("ROLLBACK");
      other.close();
    };
  },
  "is read by another program"(file) {
    const other = openDatabase(file);
    other.exec("BEGIN");
    other.prepare("SELECT count(*) FROM property_values").all();
    return () => {
      other.exec("COMMIT");
      other.close();
    };
  },
  "loses its table"(file) {
    const other = openDatabase(file);
    other.exec("ALTER TABLE property_values RENAME TO kept");
    other.close();
    return () => undefined;
  },
  "is moved away as a file"(file) {
    renameSync(file, `${file}.old`);
    return () => undefined;
  },
  "is on a disk that is not there"(file) {
    const disk = dirname(file);
    renameSync(disk, `${disk}.gone`);
    return () => {
      renameSync(`${disk}.gone`, disk);
    };
  },
};

for (const [what, fail] of Object.entries(FAILURES)) {
  test(`nothing is lost, and no row is there twice, when the database ${what} for a while`, () =>
    DatabaseRun.with({}, async (run) => {
      run.push(100);
      for (let seen = 0; seen < 20; seen += 1) await run.next("written");
      const mend = fail(run.file);
      run.push(100);
      await run.next("not written");
      mend();
      run.push(100);
      await run.expectWhole();
      ok(Number(run.emulator.groups()[0]?.released) > 0, "Nothing was released.");
    }));
}

test("a value that the table refuses is shown and costs only itself, and its message does not come again", () =>
  DatabaseRun.with({}, async (run) => {
    run.push(1);
    await run.next("written");
    const other = openDatabase(run.file);
    other.exec(`CREATE TRIGGER broken BEFORE INSERT ON property_values
      WHEN NEW.identifier = 'ghost' BEGIN SELECT RAISE(ABORT, 'no such property'); END`);
    other.close();
    const items = { ghost: { value: 7, time: TIME }, humidity: { value: 40, time: TIME } };
    run.report({ items }, [["humidity", 40, TIME]]);
    const { message } = await run.next("write to SQLite");
    deepEqual(
      [message?.["topic"], message?.["payload"], message?.["error"]],
      ["ghost", 7, "no such property"],
    );
    await run.expectWhole();
    equal(run.emulator.groups()[0]?.released, 0);
  }));

for (const [when, change, leastLost] of [
  ["at work", {}, 0],
  ["after writing and before accepting", { forgetful: true }, 50],
] as const) {
  test(`nothing is lost, and no row is there twice, when Node-RED crashes ${when}`, () =>
    DatabaseRun.with(change, async (run) => {
      run.push(300);
      for (let seen = 0; seen < 50; seen += 1) await run.next("written");
      await run.crash();
      await run.expectWhole();
      ok(Number(run.emulator.groups()[0]?.lost) >= leastLost, "Too much had been accepted.");
    }));
}

test("a message that comes twice leaves no second row", () =>
  DatabaseRun.with({ subscribe: { skipDuplicates: false } }, async (run) => {
    run.emulator.fault({ fault: "duplicate", count: 100 });
    run.push(100);
    for (let seen = 0; seen < 200; seen += 1) await run.next("written");
    await run.expectWhole();
    equal(run.emulator.groups()[0]?.accepted, 200);
  }));

test("each value of reports, history and batches is a row, and other messages are accepted without", () =>
  DatabaseRun.with({}, async (run) => {
    const time = TIME;
    const position = { lat: 30.1, lon: 120.2 };
    const items = {
      text: { value: "it's", time },
      on: { value: true, time },
      position: { value: position, time },
      list: { value: [1, 2], time },
      none: { value: null, time },
    };
    run.report({ items }, [
      ["text", "it's", time],
      ["on", 1, time],
      ["position", JSON.stringify(position), time],
      ["list", "[1,2]", time],
      ["none", null, time],
    ]);
    const history = `${DEVICE}/thing/event/property/history/post`;
    run.report({ items: { mode: { value: 3, time } } }, [["mode", 3, time]], history);
    const later = time + 1_000;
    const temperature = [
      { value: 23.1, time },
      { value: 23.4, time: later },
    ];
    const rows = [
      ["temperature", 23.1, time],
      ["temperature", 23.4, later],
    ];
    run.report({ payload: { temperature } }, rows, `${DEVICE}/thing/property/batch/post`);
    run.report({ items: {} }, []);
    run.report("no JSON", []);
    run.report({ status: "offline" }, [], "/as/mqtt/status/k1demoPk01/meter-07");
    run.report({ t: 21 }, [], `${DEVICE}/user/update`);
    await run.expectWhole();
    equal(run.emulator.groups()[0]?.released, 0);
    const [latest] = (await run.latest()) as [Readonly<Record<string, unknown>>];
    deepEqual(
      [latest["identifier"], latest["value"], latest["time"]],
      ["temperature", 23.4, later],
    );
  }));

test("without a file's name nothing is accepted, and the reason is told", () =>
  DatabaseRun.with({ file: "" }, async (run) => {
    run.push(1);
    const { message } = await run.next("not written");
    match((message?.["error"] as Error).message, /DATABASE_FILE .* is not set/);
    equal(run.emulator.groups()[0]?.accepted, 0);
    await run.deploy();
    await run.expectWhole();
  }));
