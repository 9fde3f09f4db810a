import { ReceiverLink } from "./receiver-link";
import { REFUSALS } from "./refusals";
import { echoTermini } from "./rhea-internals";
import type { Sender, Session } from "rhea";
import type { Cancel } from "../../clock";
import type { Behaviours, SignedInConnection } from "./behaviour";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorOptions, Log } from "../options";
import type { Refusal } from "./refusals";

export interface LinkSlotEnvironment {
  readonly connection: SignedInConnection;
  readonly group: ConsumerGroup;
  readonly behaviours: Behaviours;
  readonly options: EmulatorOptions;
  readonly log: Log;
}

/** The one receiver link that a connection may have, and the time within which it must be attached. */
export class LinkSlot {
  readonly #environment: LinkSlotEnvironment;
  #link: ReceiverLink | undefined;
  #cancelDeadline: Cancel | undefined;

  constructor(environment: LinkSlotEnvironment) {
    this.#environment = environment;
    this.#await();
  }

  attach(sender: Sender): void {
    const { connection, group, behaviours, options, log } = this.#environment;
    const refusal =
      behaviours.ask((behaviour) => behaviour.onAttach?.({ connection })) ??
      (this.#link === undefined ? undefined : REFUSALS.secondLink());
    if (refusal !== undefined) {
      log(`link refused: ${refusal.description}`);
      sender.close({ condition: refusal.condition, description: refusal.description });
      return;
    }
    this.pause();
    echoTermini(sender);
    this.#link = new ReceiverLink(sender, group, { connection, behaviours, form: options, log });
    this.#link.start();
  }

  /** The client has taken its link, or the link's session, away. It may attach another. */
  detached(gone: Sender | Session | undefined): void {
    const { sender } = this.#link ?? {};
    if (sender === undefined || (sender !== gone && sender.session !== gone)) return;
    this.clear();
    this.#await();
  }

  /** Takes the link, or its whole session, away from the client; false if there is no link. */
  detach(what: "link" | "session", { condition, description }: Refusal): boolean {
    if (this.#link === undefined) return false;
    const { sender } = this.#link;
    (what === "link" ? sender : sender.session).close({ condition, description });
    this.#await();
    return true;
  }

  /** Waits for a link again, if there is none. */
  resume(): void {
    if (this.#link === undefined) this.#await();
  }

  /** Waits no longer for a link. */
  pause(): void {
    this.#cancelDeadline?.();
  }

  /** Gives the link up. Outcomes that came in the same chunk are told in the next tick, and count. */
  clear(): void {
    const link = this.#link;
    this.#link = undefined;
    setImmediate(() => link?.stop());
  }

  /** No timer runs and nothing is unsettled after this. */
  stop(): void {
    this.pause();
    this.#link?.stop();
    this.#link = undefined;
  }

  #await(): void {
    const { connection, options } = this.#environment;
    this.pause();
    this.#cancelDeadline = options.clock.after(options.attachTimeoutMs, () => {
      connection.close(REFUSALS.notAttached(options.attachTimeoutMs));
    });
  }
}
