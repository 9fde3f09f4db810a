import { describe, test } from "node:test";
import { fuzz } from "./run";

/** Run by `npm run test:fuzz`. FUZZ_SEED repeats a run, FUZZ_SESSION one session of it. */
describe("5,000 sessions of a server that mutates its frames", { concurrency: true }, () => {
  test("end each link once and in time, and never the process", (t) => fuzz(t, "link", 5_000));

  test("keep no subscription from coming back, nor make it break the connect limit", (t) =>
    fuzz(t, "subscription", 5_000));
});
