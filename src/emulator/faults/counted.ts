import type { FaultHooks, Stage } from "./fault";

/** Puts hooks in force for so many times; they have to call `spend` for each. */
export function standFor(
  stage: Stage,
  count: number,
  hooks: (spend: () => void) => FaultHooks,
): void {
  let left = count;
  const spend = () => {
    left -= 1;
    if (left === 0) over();
  };
  const over = stage.stand({ ...hooks(spend), left: () => left, calm: () => undefined });
}
