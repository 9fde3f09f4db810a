import { ReceiverLink } from "./receiver-link";
import { REFUSALS } from "./refusals";
import { echoTermini } from "./rhea-internals";
import type { Sender, Session } from "rhea";
import type { Cancel } from "../../clock";
import type { LinkOwner } from "./receiver-link";
import type { Refusal } from "./refusals";

/** The one receiver link that a connection may have, and the time within which it must be attached. */
export class LinkSlot {
  readonly #owner: LinkOwner;
  #link: ReceiverLink | undefined;
  #cancelDeadline: Cancel | undefined;

  constructor(owner: LinkOwner) {
    this.#owner = owner;
    this.#awaitLink();
  }

  attach(sender: Sender): void {
    const { connection, behaviours } = this.#owner;
    const refusal =
      behaviours.ask((behaviour) => behaviour.onAttach?.({ connection })) ??
      (this.#link === undefined ? undefined : REFUSALS.secondLink());
    if (refusal !== undefined) {
      connection.log(`link refused: ${refusal.description}`);
      sender.close({ condition: refusal.condition, description: refusal.description });
      return;
    }
    this.pause();
    echoTermini(sender);
    this.#link = new ReceiverLink(sender, this.#owner);
    this.#link.start();
  }

  /** The client has ended its link, or the link's session. It may attach another: a guess. */
  detached(ended: Sender | Session | undefined): void {
    const { sender } = this.#link ?? {};
    if (sender === undefined || (sender !== ended && sender.session !== ended)) return;
    this.clear();
    this.#awaitLink();
  }

  /** Ends the link, or its whole session; false if there is no link. */
  detach(what: "link" | "session", { condition, description }: Refusal): boolean {
    if (this.#link === undefined) return false;
    const { sender } = this.#link;
    (what === "link" ? sender : sender.session).close({ condition, description });
    this.#awaitLink();
    return true;
  }

  /** Waits for a link again, if there is none. */
  resume(): void {
    if (this.#link === undefined) this.#awaitLink();
  }

  /** Waits no longer for a link. */
  pause(): void {
    this.#cancelDeadline?.();
  }

  /** Forgets the link. Outcomes that came in the same chunk are raised in the next tick, and count. */
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

  #awaitLink(): void {
    const { connection, options } = this.#owner;
    this.pause();
    this.#cancelDeadline = options.clock.after(options.attachTimeoutMs, () => {
      connection.close(REFUSALS.notAttached(options.attachTimeoutMs));
    });
  }
}
