import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isTopicFilter, matchesTopic } from "../../src/protocol/topic";

const MATCHES: readonly (readonly [pattern: string, topic: string, matches: boolean])[] = [
  ["#", "a", true],
  ["#", "/a/b", true],
  ["/#", "/a/b", true],
  ["/#", "a/b", false],
  ["a/#", "a", true],
  ["a/#", "a/", true],
  ["a/#", "a/b/c", true],
  ["a/#", "ab", false],
  ["+", "a", true],
  ["+", "a/b", false],
  ["+", "/a", false],
  ["/+", "/a", true],
  ["+/+", "/a", true],
  ["a/+", "a", false],
  ["a/+", "a/", true],
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a/b/b/c", false],
  ["a/b", "a/b", true],
  ["a/b", "a/b/", false],
  ["a/b", "A/b", false],
  ["/k1/+/thing/event/#", "/k1/meter-07/thing/event/property/post", true],
  ["/k1/+/thing/event/#", "/k2/meter-07/thing/event/property/post", false],
  ["/a.c", "/abc", false],
];

for (const [pattern, topic, matches] of MATCHES) {
  test(`${pattern} ${matches ? "matches" : "does not match"} ${topic}`, () => {
    equal(isTopicFilter(pattern), true);
    equal(matchesTopic(pattern, topic), matches);
  });
}

for (const pattern of ["", "a#", "#a", "a/#/b", "##", "a+", "+a", "a/b+/c", "++", "#/"]) {
  test(`${JSON.stringify(pattern)} is no topic filter`, () => {
    equal(isTopicFilter(pattern), false);
  });
}

/** What a pattern means, level by level and without a thought for speed. */
function reference(pattern: readonly string[], topic: readonly string[]): boolean {
  const [wanted, ...otherWanted] = pattern;
  const [level, ...otherLevels] = topic;
  if (wanted === undefined) return level === undefined;
  if (wanted === "#") return true;
  if (level === undefined) return false;
  return (wanted === "+" || wanted === level) && reference(otherWanted, otherLevels);
}

const level = fc.constantFrom("", "a", "b", "$", ".*");
const topic = fc.array(level, { minLength: 1, maxLength: 5 });
const pattern = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([levels, open]) => (open ? [...levels, "#"] : levels))
  .filter((levels) => levels.join("/") !== "");

test("a filter matches exactly what reading it level by level says", () => {
  fc.assert(
    fc.property(pattern, topic, (wanted, levels) => {
      equal(isTopicFilter(wanted.join("/")), true);
      equal(matchesTopic(wanted.join("/"), levels.join("/")), reference(wanted, levels));
    }),
    { numRuns: 2_000 },
  );
});

test("a topic matches itself, and itself with any level replaced by a plus", () => {
  fc.assert(
    fc.property(topic, fc.nat(), (levels, choice) => {
      const place = choice % levels.length;
      const replaced = levels.map((text, index) => (index === place ? "+" : text));
      equal(matchesTopic(levels.join("/"), levels.join("/")), true);
      equal(matchesTopic(replaced.join("/"), levels.join("/")), true);
    }),
  );
});
