import { ConsumerGroup } from "./consumer-group";
import { MessageIds, payloadBytes } from "./message";
import { Settlements } from "./settlements";
import type { EmulatorOptions } from "../options";
import type { DispatchContext, GroupStatus } from "./consumer-group";
import type { NewMessage } from "./message";

/** An emulator's consumer groups, and what becomes of the messages that are pushed to them. */
export class ConsumerGroups {
  readonly byId: ReadonlyMap<string, ConsumerGroup>;
  readonly settlements = new Settlements();
  readonly #options: EmulatorOptions;
  readonly #messageIds: MessageIds;

  /** `isSentTwice`: whether a message that is about to be sent is sent a second time. */
  constructor(options: EmulatorOptions, isSentTwice: (context: DispatchContext) => boolean) {
    const { clock, random, consumerGroupIds } = options;
    this.#options = options;
    this.#messageIds = new MessageIds(clock.now());
    const environment = {
      clock,
      random,
      // Never at once: within a flow frame's event rhea writes a transfer before our attach frame.
      defer: (action: () => void) => void setImmediate(action),
      isSentTwice,
      observe: this.settlements.note.bind(this.settlements),
    };
    this.byId = new Map(
      consumerGroupIds.map((id) => [id, new ConsumerGroup(id, options, environment)]),
    );
  }

  /** Queues a message for its groups and returns its message ID. Throws Error for an unknown group. */
  push(message: NewMessage): string {
    const messageId = message.messageId ?? this.#messageIds.next();
    const queued = {
      messageId,
      topic: message.topic,
      payload: payloadBytes(message.payload),
      generateTime: message.generateTime ?? this.#options.clock.now(),
      qos: message.qos,
    };
    for (const group of this.#chosen(message.group)) group.push(queued);
    return messageId;
  }

  statuses(): readonly GroupStatus[] {
    return [...this.byId.values()].map((group) => group.status());
  }

  /** See `ConsumerGroup.throttle`; for all groups. */
  throttle(perSecond: number | undefined): void {
    for (const group of this.byId.values()) group.throttle(perSecond);
  }

  /** No timer runs after this. */
  stop(): void {
    for (const group of this.byId.values()) group.stop();
  }

  #chosen(consumerGroupId: string | undefined): readonly ConsumerGroup[] {
    if (consumerGroupId === undefined) return [...this.byId.values()];
    const group = this.byId.get(consumerGroupId);
    if (group === undefined) throw new Error(`There is no consumer group ${consumerGroupId}.`);
    return [group];
  }
}
