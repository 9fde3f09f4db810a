import { REFUSALS } from "../amqp/refusals";
import { CHOICE, reasonOf, reasons } from "./choice";
import { fault } from "./fault";
import { optionalCount } from "./parameter";

export const KICK = fault({
  description: "closes connections, unless told otherwise as the platform does to balance load",
  parameters: { ...reasons(REFUSALS.forced()), ...CHOICE },
  start(stage, values) {
    const chosen = stage.pick(values);
    for (const connection of chosen) connection.close(reasonOf(values, REFUSALS.forced()));
    return { kicked: chosen.length };
  },
});

export const REBALANCE = fault({
  description: "closes half of each group's connections, as the platform does to balance load",
  parameters: { ...CHOICE, connections: optionalCount("half of each group's, at least one") },
  start(stage, values) {
    const groups = values.group === undefined ? stage.consumerGroupIds : [values.group];
    const chosen = groups.flatMap((group) => {
      const open = stage.pick({ connections: undefined, group });
      const connections = values.connections ?? Math.max(1, Math.floor(open.length / 2));
      return stage.pick({ connections, group });
    });
    for (const connection of chosen) connection.close(REFUSALS.forced());
    return { closed: chosen.length };
  },
});

export const RESET = fault({
  description: "cuts connections off with a TCP reset",
  parameters: CHOICE,
  start(stage, values) {
    const chosen = stage.pick(values);
    for (const connection of chosen) connection.reset();
    return { reset: chosen.length };
  },
});
