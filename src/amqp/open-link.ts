import { systemClock } from "../clock";
import { createOpenLink } from "./amqp-link";

/** One for the process, so that the sockets of all subscriptions are read together. */
export const openLink = createOpenLink({ clock: systemClock });
