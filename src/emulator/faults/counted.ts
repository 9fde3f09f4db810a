import type { Behaviour } from "../behaviour";
import type { Stage } from "./fault";

/** Puts a behaviour in force for so many times; it has to call `spend` for each. */
export function standFor(
  stage: Stage,
  count: number,
  behaviour: (spend: () => void) => Behaviour,
): void {
  let left = count;
  const spend = () => {
    left -= 1;
    if (left === 0) over();
  };
  const over = stage.stand({ ...behaviour(spend), left: () => left, calm: () => undefined });
}
