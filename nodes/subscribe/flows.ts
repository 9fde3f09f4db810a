import type { EventEmitter } from "node:events";

/** What a node wants to know of the flows. */
export interface FlowsFollower {
  /** The flows have been started, as a whole or some of their nodes. */
  started(): void;
  /** Some or all of their nodes are about to be stopped; `started` follows, unless one is missing. */
  stopping(): void;
}

/** Tells a node of the flows from now on; the returned function ends that. */
export type FollowFlows = (follower: FlowsFollower) => () => void;

/**
 * Before the start Catch nodes hear no error yet, and a message that is sent may find the nodes
 * behind the wires missing; so it does while they are stopped. One listener for all nodes of a
 * type, as one per node would soon exceed what Node.js takes for a leak.
 */
export function followFlows(events: EventEmitter): FollowFlows {
  const followers = new Set<FlowsFollower>();
  events.on("flows:started", () => {
    for (const follower of [...followers]) follower.started();
  });
  events.on("flows:stopping", () => {
    for (const follower of [...followers]) follower.stopping();
  });
  return (follower) => {
    followers.add(follower);
    return () => {
      followers.delete(follower);
    };
  };
}
