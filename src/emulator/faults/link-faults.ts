import { REFUSALS } from "../amqp/refusals";
import { CHOICE, reasonOf, reasons } from "./choice";
import { fault } from "./fault";

export const DETACH = fault({
  description: "detaches receiver links; their connections stay up",
  parameters: { ...reasons(REFUSALS.detached()), ...CHOICE },
  start(stage, values) {
    const reason = reasonOf(values, REFUSALS.detached());
    const done = stage.pick(values).filter((connection) => connection.detach("link", reason));
    return { detached: done.length };
  },
});

export const END_SESSION = fault({
  description: "ends the sessions of receiver links; their connections stay up",
  parameters: { ...reasons(REFUSALS.sessionEnded()), ...CHOICE },
  start(stage, values) {
    const reason = reasonOf(values, REFUSALS.sessionEnded());
    const done = stage.pick(values).filter((connection) => connection.detach("session", reason));
    return { ended: done.length };
  },
});
