import { systemClock } from "../../src/clock";
import { Replies } from "../../src/openapi/replies";

/** Those of this process: any subscriber may hear the reply to a command of any flow. */
export const replies = new Replies(systemClock);
