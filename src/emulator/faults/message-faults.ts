import { standFor } from "./counted";
import { fault } from "./fault";
import { malformed } from "./malformed";
import { count } from "./parameter";

export const DUPLICATE = fault({
  description: "sends the next messages a second time, as deliveries of their own",
  parameters: { count: count(1) },
  start(stage, { count }) {
    standFor(stage, count, (spend) => ({
      onDispatch() {
        spend();
        return "twice";
      },
    }));
    return { duplicating: count };
  },
});

export const MALFORMED = fault({
  description: "sends bytes that cannot be decoded in place of the next messages, which come again",
  parameters: { count: count(1) },
  start(stage, { count }) {
    standFor(stage, count, (spend) => ({
      onTransfer({ encoded, send }) {
        spend();
        send(malformed(encoded(), stage.random));
        return "taken";
      },
    }));
    return { malforming: count };
  },
});
