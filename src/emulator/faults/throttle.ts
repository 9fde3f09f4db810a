import { fault } from "./fault";
import { neededNumber, optionalSeconds } from "./parameter";

const PER_SECOND = { min: 0, max: 100_000 };

export const THROTTLE = fault({
  description: "pushes at most so many messages a second to each group, or with 0 none",
  parameters: { perSecond: neededNumber(PER_SECOND), seconds: optionalSeconds("until calmed") },
  start(stage, { perSecond, seconds }) {
    // Two at a time would mean nothing that is easy to say: the newest counts.
    stage.calmOthers();
    const end = () => {
      cancel();
      stage.throttle(undefined);
    };
    const cancel =
      seconds === undefined
        ? () => undefined
        : stage.clock.after(seconds * 1_000, () => {
            end();
            over();
          });
    const over = stage.stand({ left: () => undefined, calm: end });
    stage.throttle(perSecond);
    return { throttled: perSecond };
  },
});
