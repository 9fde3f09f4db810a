import { REFUSALS } from "../amqp/refusals";
import { fault, forNext } from "./fault";
import { condition, CONNECTION_CHOICE, count, flag, optionalCount, text } from "./parameter";
import type { Refusal } from "../amqp/refusals";

/** Parameters of every fault that gives a reason, with the reason that it gives by itself. */
function reasonParameters(own: Refusal) {
  return {
    condition: condition(own.condition),
    description: text("some words of the emulator's own"),
  };
}

/** The reason asked for. A condition of the user's own must not come with our description. */
function reasonFor(
  { condition, description }: { readonly [Field in keyof Refusal]: string | undefined },
  own: Refusal,
): Refusal {
  return {
    condition: condition ?? own.condition,
    description: description ?? (condition === undefined ? own.description : ""),
  };
}

/** Faults of sign-ins, connections, sessions and links. */
export const CONNECTION_FAULTS = {
  kick: fault({
    description: "closes connections, unless told otherwise as the platform does to balance load",
    parameters: { ...reasonParameters(REFUSALS.forced()), ...CONNECTION_CHOICE },
    start(context, values) {
      const chosen = context.pick(values);
      for (const connection of chosen) connection.close(reasonFor(values, REFUSALS.forced()));
      return { kicked: chosen.length };
    },
  }),
  "refuse-sign-in": fault({
    description: "refuses the next sign-ins: SASL code 1, or 2 if “unavailable” is true",
    parameters: { count: count(1), unavailable: flag(false) },
    start(context, { count, unavailable }) {
      forNext(context, count, (used) => ({
        onSignIn() {
          used();
          return unavailable ? "unavailable" : { ok: false, reason: "a fault was asked for" };
        },
      }));
      return { refusing: count };
    },
  }),
  rebalance: fault({
    description: "closes half of each group's connections, as the platform does to balance load",
    parameters: {
      ...CONNECTION_CHOICE,
      connections: optionalCount("half of each group's, at least one"),
    },
    start(context, values) {
      const groups = values.group === undefined ? context.consumerGroupIds : [values.group];
      const chosen = groups.flatMap((group) => {
        const open = context.pick({ connections: undefined, group });
        const connections = values.connections ?? Math.max(1, Math.floor(open.length / 2));
        return context.pick({ connections, group });
      });
      for (const connection of chosen) connection.close(REFUSALS.forced());
      return { closed: chosen.length };
    },
  }),
  detach: fault({
    description: "detaches receiver links; their connections stay up",
    parameters: { ...reasonParameters(REFUSALS.detached()), ...CONNECTION_CHOICE },
    start(context, values) {
      const reason = reasonFor(values, REFUSALS.detached());
      const detached = context.pick(values).filter((each) => each.detach("link", reason));
      return { detached: detached.length };
    },
  }),
  "end-session": fault({
    description: "ends the sessions of receiver links; their connections stay up",
    parameters: { ...reasonParameters(REFUSALS.sessionEnded()), ...CONNECTION_CHOICE },
    start(context, values) {
      const reason = reasonFor(values, REFUSALS.sessionEnded());
      const ended = context.pick(values).filter((each) => each.detach("session", reason));
      return { ended: ended.length };
    },
  }),
  reset: fault({
    description: "cuts connections off with a TCP reset",
    parameters: CONNECTION_CHOICE,
    start(context, values) {
      const chosen = context.pick(values);
      for (const connection of chosen) connection.reset();
      return { reset: chosen.length };
    },
  }),
};
