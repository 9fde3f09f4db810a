import type { EventEmitter } from "node:events";
import type { OpenLink } from "../amqp/link";
import type { Clock } from "../clock";
import type { SubscribeOptions } from "../settings/subscribe";
import type { ConsumerGroup } from "./consumer-group";
import type { SubscriptionEvents, Totals } from "./state";

/** Time, chance and network as arguments, so that tests bring their own. */
export interface Environment {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openLink: OpenLink;
}

/** What the parts of one subscription share. */
export interface SubscriptionContext {
  readonly options: SubscribeOptions;
  readonly environment: Environment;
  readonly group: ConsumerGroup;
  readonly totals: Totals;
  readonly events: EventEmitter<SubscriptionEvents>;
  /** Called after each change of a connection's state. */
  readonly connectionChanged: () => void;
}
