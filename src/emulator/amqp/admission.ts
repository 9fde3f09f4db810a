import { REFUSALS } from "./refusals";
import { checkSignIn } from "./sign-in-check";
import type { Behaviours, ConnectionControl, SignedInConnection } from "./behaviour";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorOptions } from "../options";
import type { PlainResponse } from "./sasl-plain";
import type { Refusal } from "./refusals";
import type { SignInResult } from "./sign-in-check";

/** What a client's open frame announces; absent fields are undefined. */
export interface OpenFrame {
  readonly idleTimeoutMs: number | undefined;
  readonly maxFrameSize: number | undefined;
}

/** AMQP 1.0 part 2.4.1 allows no less; rhea would never end splitting messages for a smaller one. */
const MIN_MAX_FRAME_SIZE = 512;

function limitTrouble(group: ConsumerGroup, options: EmulatorOptions, nowMs: number) {
  const { maxConnectsPerMinute, maxConsumers } = options;
  if (!group.connects.request(nowMs)) {
    return REFUSALS.tooManyConnects(group.consumerGroupId, maxConnectsPerMinute);
  }
  if (group.members.size >= maxConsumers) {
    return REFUSALS.tooManyConsumers(group.consumerGroupId, maxConsumers);
  }
  return undefined;
}

/** What becomes of a sign-in: a behaviour's answer, or else what the platform would say. */
export function signInResult(
  connection: ConnectionControl,
  response: PlainResponse | undefined,
  { behaviours, options }: { readonly behaviours: Behaviours; readonly options: EmulatorOptions },
): SignInResult | "unavailable" {
  const { username, password } = response ?? { username: "", password: "" };
  return (
    behaviours.ask((behaviour) => behaviour.onSignIn?.({ connection, username })) ??
    checkSignIn({ username, password, nowMs: options.clock.now() }, options)
  );
}

/** Why an open frame is refused, or undefined. */
export function openTrouble(frame: OpenFrame, options: EmulatorOptions): Refusal | undefined {
  const { min, max } = options.heartbeatRangeMs;
  const { idleTimeoutMs, maxFrameSize } = frame;
  if (maxFrameSize !== undefined && maxFrameSize < MIN_MAX_FRAME_SIZE) {
    return REFUSALS.frameSize(maxFrameSize);
  }
  return idleTimeoutMs !== undefined && idleTimeoutMs >= min && idleTimeoutMs <= max
    ? undefined
    : REFUSALS.heartbeat(idleTimeoutMs, min, max);
}

/** Makes a connection a member of its group, or says why not. */
export function admit(
  member: SignedInConnection,
  group: ConsumerGroup | undefined,
  options: EmulatorOptions,
): Refusal | undefined {
  const { clientId, consumerGroupId } = member.identity;
  if (group === undefined) return REFUSALS.groupNotFound(consumerGroupId);
  if (options.duplicateClientId === "kick-old") {
    for (const other of [...group.members]) {
      if (other.identity.clientId !== clientId) continue;
      group.members.delete(other);
      other.close(REFUSALS.sameClientId(clientId));
    }
  }
  const trouble = limitTrouble(group, options, options.clock.monotonicMs());
  if (trouble === undefined) group.members.add(member);
  return trouble;
}
