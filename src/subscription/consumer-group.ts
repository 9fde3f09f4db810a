import { LRUCache } from "lru-cache";
import type { InstanceOptions } from "../settings/instance";

/**
 * The platform allows 100 connection requests a minute for a consumer group, over all its clients.
 * Ten are left for a network that delivers them closer together than they were sent.
 */
const MAX_PER_WINDOW = 90;
const WINDOW_MS = 60_000;

/** Admits connection requests so that no window of a minute sees too many. */
export class ConnectLimiter {
  /** Times of the admitted requests, oldest first; never more than `MAX_PER_WINDOW`. */
  readonly #admitted: number[] = [];

  /** Admits one request and returns 0, or returns how many ms to wait before asking again. */
  request(monotonicMs: number): number {
    while ((this.#admitted[0] ?? Infinity) <= monotonicMs - WINDOW_MS) this.#admitted.shift();
    const oldest = this.#admitted[0];
    if (oldest !== undefined && this.#admitted.length >= MAX_PER_WINDOW) {
      return oldest + WINDOW_MS - monotonicMs;
    }
    this.#admitted.push(monotonicMs);
    return 0;
  }
}

/** Covers the minute until the platform's retry at the 1,000 messages/s of one connection. */
const REMEMBERED_MESSAGES = 60_000;

/**
 * Remembers which messages were accepted: the newest 60,000, and up to as many before them. Two
 * sets in turn, because an LRU cache takes more time than all else that is done for a message.
 */
export class Duplicates {
  #newer = new Set<string>();
  #older = new Set<string>();

  has(messageId: string | undefined): boolean {
    if (messageId === undefined) return false;
    return this.#newer.has(messageId) || this.#older.has(messageId);
  }

  /**
   * To be called when a message that the flow has is accepted, or is in the flow of a subscriber
   * that will accept it; never for one that a filter dropped: another subscriber wants it.
   */
  add(messageId: string | undefined): void {
    if (messageId === undefined) return;
    if (this.#newer.size >= REMEMBERED_MESSAGES) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(messageId);
  }

  /** The flow was stopped before it could have done its work: the message must come again. */
  delete(messageId: string | undefined): void {
    if (messageId === undefined) return;
    this.#newer.delete(messageId);
    this.#older.delete(messageId);
  }
}

/** What all subscriptions of this process to one consumer group share. */
export interface ConsumerGroup {
  readonly limiter: ConnectLimiter;
  readonly duplicates: Duplicates;
}

/** More groups than one process plausibly uses, so that a test of names cannot fill the heap. */
const MAX_GROUPS = 100;
const groups = new LRUCache<string, ConsumerGroup>({ max: MAX_GROUPS });

/** The shared part of a consumer group; it outlives redeploys. */
export function consumerGroup(
  { host, port, iotInstanceId }: Pick<InstanceOptions, "host" | "port" | "iotInstanceId">,
  consumerGroupId: string,
): ConsumerGroup {
  const key = JSON.stringify([host, port, iotInstanceId, consumerGroupId]);
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = { limiter: new ConnectLimiter(), duplicates: new Duplicates() };
  groups.set(key, group);
  return group;
}
