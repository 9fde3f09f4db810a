import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Waiters } from "./waiters";

test("several wait at once: each gets its own, and the first in line what more than one want", async () => {
  const waiters = new Waiters();
  const things = ["already here"];
  const take = (wanted: RegExp) => () => {
    const index = things.findIndex((thing) => wanted.test(thing));
    return index < 0 ? undefined : things.splice(index, 1)[0];
  };
  const next = (wanted: RegExp) => waiters.next(take(wanted), () => `No ${wanted.source} came.`);
  equal(await next(/here/), "already here");
  const waiting = Promise.all([next(/a/), next(/b/), next(/a/)]);
  for (const thing of ["b1", "a1", "a2", "a3"]) {
    things.push(thing);
    waiters.wake();
  }
  deepEqual(await waiting, ["a1", "b1", "a2"]);
  deepEqual(things, ["a3"]);
});

test("a wait ends with its sentence when it is too long, or with what its look throws", async () => {
  const waiters = new Waiters();
  await rejects(
    waiters.next(
      () => undefined,
      () => "It did not come.",
      1,
    ),
    { message: "It did not come." },
  );
  let isGone = false;
  const look = () => {
    if (isGone) throw new Error("It has gone.");
    return undefined;
  };
  const gone = rejects(
    waiters.next(look, () => "It did not come."),
    { message: "It has gone." },
  );
  isGone = true;
  waiters.wake();
  await gone;
});
