import { describe, test } from "node:test";
import { fuzz } from "./run";

/*
 * A part of what `npm run test:fuzz` does. FUZZ_SEED repeats a run, FUZZ_SESSION one session of it.
 */
describe("a server that mutates its frames", { concurrency: true }, () => {
  test("ends each link once and in time, and never the process", (t) => fuzz(t, "link", 350));

  test("keeps no subscription from coming back, nor makes it break the connect limit", (t) =>
    fuzz(t, "subscription", 150));
});
