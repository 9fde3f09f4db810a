import { MinuteLimit } from "../groups/rate";
import { REFUSALS } from "./refusals";
import { checkSignIn } from "./sign-in-check";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorOptions } from "../options";
import type { Behaviours, ConnectionControl, SignedInConnection } from "./behaviour";
import type { Refusal } from "./refusals";
import type { PlainResponse } from "./sasl-plain";
import type { SignInResult } from "./sign-in-check";

/** What a client's open frame announces; absent fields are undefined. */
export interface OpenFrame {
  readonly idleTimeoutMs: number | undefined;
  readonly maxFrameSize: number | undefined;
}

/** A consumer group with the connections that are open for it. */
interface Membership {
  readonly group: ConsumerGroup;
  readonly connects: MinuteLimit;
  /** Open connections, whether or not they have their link yet. */
  readonly members: Set<SignedInConnection>;
}

/** AMQP 1.0 part 2.4.1 allows no less; rhea would never end splitting messages for a smaller one. */
const MIN_MAX_FRAME_SIZE = 512;

/** Decides who may sign in, and who may open a connection for a consumer group. */
export class Admission {
  readonly #options: EmulatorOptions;
  readonly #behaviours: Behaviours;
  readonly #memberships: ReadonlyMap<string, Membership>;

  constructor(
    options: EmulatorOptions,
    behaviours: Behaviours,
    groups: ReadonlyMap<string, ConsumerGroup>,
  ) {
    this.#options = options;
    this.#behaviours = behaviours;
    this.#memberships = new Map(
      [...groups].map(([id, group]) => {
        const connects = new MinuteLimit(options.maxConnectsPerMinute);
        return [id, { group, connects, members: new Set<SignedInConnection>() }];
      }),
    );
  }

  /** A behaviour's answer to a sign-in, or else what the platform would say. */
  signIn(
    connection: ConnectionControl,
    response: PlainResponse | undefined,
  ): SignInResult | "unavailable" {
    const { username, password } = response ?? { username: "", password: "" };
    return (
      this.#behaviours.ask((behaviour) => behaviour.onSignIn?.({ connection, username })) ??
      checkSignIn({ username, password, nowMs: this.#options.clock.now() }, this.#options)
    );
  }

  /** Makes a connection a member of its group, or refuses it. */
  open(
    connection: SignedInConnection,
    frame: OpenFrame,
  ): { readonly group: ConsumerGroup } | { readonly refusal: Refusal } {
    const { consumerGroupId } = connection.identity;
    const membership = this.#memberships.get(consumerGroupId);
    const { idleTimeoutMs } = frame;
    const refusal =
      this.#behaviours.ask((behaviour) => behaviour.onOpen?.({ connection, idleTimeoutMs })) ??
      this.#frameRefusal(frame);
    if (refusal !== undefined) return { refusal };
    if (membership === undefined) return { refusal: REFUSALS.groupNotFound(consumerGroupId) };
    return this.#join(membership, connection);
  }

  /** The connection is a member of its group no more. */
  leave(connection: SignedInConnection): void {
    this.#memberships.get(connection.identity.consumerGroupId)?.members.delete(connection);
  }

  #frameRefusal({ idleTimeoutMs, maxFrameSize }: OpenFrame): Refusal | undefined {
    const { min, max } = this.#options.heartbeatRangeMs;
    if (maxFrameSize !== undefined && maxFrameSize < MIN_MAX_FRAME_SIZE) {
      return REFUSALS.frameSize(maxFrameSize);
    }
    return idleTimeoutMs !== undefined && idleTimeoutMs >= min && idleTimeoutMs <= max
      ? undefined
      : REFUSALS.heartbeat(idleTimeoutMs, min, max);
  }

  #join({ group, connects, members }: Membership, connection: SignedInConnection) {
    const { clientId, consumerGroupId } = connection.identity;
    const { clock, duplicateClientId, maxConnectsPerMinute, maxConsumers } = this.#options;
    if (!connects.request(clock.monotonicMs())) {
      return { refusal: REFUSALS.tooManyConnects(consumerGroupId, maxConnectsPerMinute) };
    }
    if (duplicateClientId === "kick-old") {
      for (const other of [...members]) {
        if (other.identity.clientId !== clientId) continue;
        members.delete(other);
        other.close(REFUSALS.sameClientId(clientId));
      }
    }
    if (members.size >= maxConsumers) {
      return { refusal: REFUSALS.tooManyConsumers(consumerGroupId, maxConsumers) };
    }
    members.add(connection);
    return { group };
  }
}
