import { condition, group, optionalCount, text } from "./parameter";
import type { Refusal } from "../amqp/refusals";

/** Parameters of every fault that does something to connections. */
export const CHOICE = { connections: optionalCount("all open ones"), group: group() };

/** Parameters of every fault that gives a reason, with the reason that it gives by itself. */
export function reasons(own: Refusal) {
  return {
    condition: condition(own.condition),
    description: text("some words of the emulator's own"),
  };
}

/** The reason asked for. A condition of the user's own must not come with our description. */
export function reasonOf(
  { condition, description }: Partial<Record<keyof Refusal, string | undefined>>,
  own: Refusal,
): Refusal {
  return {
    condition: condition ?? own.condition,
    description: description ?? (condition === undefined ? own.description : ""),
  };
}
