import { deepEqual, equal, notDeepEqual, notEqual, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { numberFrom, Random, seedOf } from "./random";

const VARIABLE = "RANDOM_TEST_SEED";

const first = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.next());

/** Runs `body` with the variable set so. */
function withVariable(value: string | undefined, body: () => void): void {
  try {
    if (value !== undefined) process.env[VARIABLE] = value;
    body();
  } finally {
    Reflect.deleteProperty(process.env, VARIABLE);
  }
}

test("the same seed gives the same numbers, another seed or stream others", () => {
  const numbers = first(new Random(1), 20);
  deepEqual(first(new Random(1), 20), numbers);
  notDeepEqual(first(new Random(2), 20), numbers);
  notDeepEqual(first(new Random(1, 1), 20), numbers);
  deepEqual(first(new Random(1, 1), 20), first(new Random(1, 1), 20));
});

test("numbers are spread evenly over [0, 1), also over neighbouring streams", () => {
  const one = new Random(7);
  const samples = [
    first(one, 20_000),
    Array.from({ length: 20_000 }, (_, stream) => new Random(7, stream).next()),
  ];
  for (const numbers of samples) {
    const tenths = new Array<number>(10).fill(0);
    for (const number of numbers) {
      ok(number >= 0 && number < 1, String(number));
      tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
    }
    for (const count of tenths) ok(Math.abs(count - 2_000) < 250, tenths.join(", "));
  }
});

test("integer gives every number of its range and no other", () => {
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 500 }, () => random.integer(-2, 3)));
  deepEqual([...seen].sort(), [-1, -2, 0, 1, 2, 3]);
  equal(random.integer(5, 5), 5);
});

test("pick gives every item, and throws where there is none", () => {
  const random = new Random(4);
  const seen = new Set(Array.from({ length: 200 }, () => random.pick(["a", "b", "c"])));
  deepEqual([...seen].sort(), ["a", "b", "c"]);
  throws(() => random.pick([]), RangeError);
});

test("chance is true in its share of the cases", () => {
  const random = new Random(5);
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.2)).filter(Boolean).length;
  ok(Math.abs(hits - 2_000) < 200, String(hits));
  ok(!random.chance(0));
  ok(random.chance(1));
});

test("a seed comes from the environment or is new, and is printed either way", () => {
  const printed: string[] = [];
  const t = { diagnostic: (text: string) => void printed.push(text) };
  withVariable("42", () => {
    equal(seedOf(t, VARIABLE), 42);
  });
  withVariable(undefined, () => {
    const seed = seedOf(t, VARIABLE);
    notEqual(seedOf(t, VARIABLE), seed);
    deepEqual(printed.slice(0, 2), [`${VARIABLE}=42`, `${VARIABLE}=${seed}`]);
  });
});

test("a seed that is no whole number is refused", () => {
  withVariable("abc", () => {
    throws(() => numberFrom(VARIABLE), /RANDOM_TEST_SEED is no whole number: abc/);
  });
});
