import { LRUCache } from "lru-cache";
import { ConnectLimiter } from "./connect-limiter";
import { Duplicates } from "./duplicates";

/** What all subscriptions of this process to one consumer group share. */
export interface ConsumerGroup {
  readonly limiter: ConnectLimiter;
  readonly duplicates: Duplicates;
}

/** More groups than one process plausibly uses, so that a test of names cannot fill the heap. */
const MOST_GROUPS = 100;
const groups = new LRUCache<string, ConsumerGroup>({ max: MOST_GROUPS });

/** The names that together make a consumer group unique. */
export interface ConsumerGroupName {
  readonly host: string;
  readonly port: number;
  readonly iotInstanceId: string;
  readonly consumerGroupId: string;
}

/** The shared part of a consumer group; it outlives redeploys. */
export function consumerGroup(name: ConsumerGroupName): ConsumerGroup {
  const key = JSON.stringify([name.host, name.port, name.iotInstanceId, name.consumerGroupId]);
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = { limiter: new ConnectLimiter(), duplicates: new Duplicates() };
  groups.set(key, group);
  return group;
}
