import type { Clock } from "../clock";
import type { HostNames } from "../network/host-names";

/** What one link allows itself and its peer. Durations in ms, sizes in bytes. */
export interface LinkLimits {
  /** From DNS to the server's open: the platform itself gives up after 15 s. */
  readonly connectMs: number;
  /** From open to attach: the platform closes after 15 s, we want to say why before that. */
  readonly attachMs: number;
  /** How long the server may take to answer our close before the socket is destroyed. */
  readonly closeMs: number;
  /** Announced as max-frame-size; rhea announces it but never enforces it. */
  readonly maxFrameBytes: number;
  /** Most bytes of one delivery over all its frames; the platform's messages end at 256 KiB. */
  readonly maxDeliveryBytes: number;
  /** How long an outcome waits for others, so that they share a frame and a write. */
  readonly settleDelayMs: number;
  /** The same while the flow is slower than the devices. */
  readonly busySettleDelayMs: number;
  /** So many outcomes are sent without waiting any longer. */
  readonly settleBatch: number;
}

export const LINK_LIMITS: LinkLimits = {
  connectMs: 10_000,
  attachMs: 10_000,
  closeMs: 2_000,
  maxFrameBytes: 64 * 1024,
  maxDeliveryBytes: 8 * 1024 * 1024,
  settleDelayMs: 10,
  busySettleDelayMs: 40,
  settleBatch: 100,
};

/** What links are made with; `limits` overrides single values of LINK_LIMITS. */
export interface LinkEnvironment {
  readonly clock: Clock;
  /** Default: the one of the process. */
  readonly names?: HostNames;
  readonly limits?: Partial<LinkLimits>;
}
