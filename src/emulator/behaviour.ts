import type { EmulatorMessage } from "./message";
import type { Refusal } from "./refusals";
import type { Identity, SignInResult } from "./sign-in-check";

/** What can be done to a client's connection. */
export interface ConnectionControl {
  /** Ends it in order, with a close frame; before its open frame the socket is destroyed. */
  close(refusal: Refusal): void;
  /** Ends it without a word: the socket is destroyed. */
  destroy(): void;
}

/** A connection whose sign-in was accepted. */
export interface SignedInConnection extends ConnectionControl {
  readonly identity: Identity;
}

export interface SignInContext {
  readonly connection: ConnectionControl;
  readonly username: string;
}

export interface OpenContext {
  readonly connection: SignedInConnection;
  /** What the client's open frame announces. */
  readonly idleTimeoutMs: number | undefined;
}

export interface AttachContext {
  readonly connection: SignedInConnection;
}

export interface TransferContext {
  readonly connection: SignedInConnection;
  readonly message: EmulatorMessage;
  /** 1 for the first time, more when it comes from the backlog. */
  readonly attempt: number;
  /** Sends the message, or other bytes in its place. Each call is one transfer; later calls are fine. */
  readonly send: (bytes?: Buffer) => void;
}

/**
 * Something put in front of the emulator's own conduct. A hook that returns undefined leaves the
 * matter to the next behaviour, and at last to the emulator.
 */
export interface Behaviour {
  /** `"unavailable"`: SASL code 2 instead of the 1 of a refusal. */
  onSignIn?(context: SignInContext): SignInResult | "unavailable" | undefined;
  /** Ends the connection right after its open frame. */
  onOpen?(context: OpenContext): Refusal | undefined;
  /** Refuses the receiver link. */
  onAttach?(context: AttachContext): Refusal | undefined;
  /** `"taken"`: the behaviour sends it itself, now, later, several times or never. */
  onTransfer?(context: TransferContext): "taken" | undefined;
}

/** The behaviours in force, latest first. */
export class Behaviours {
  #all: readonly Behaviour[] = [];

  /** Puts a behaviour in front; the returned function takes it out again. */
  use(behaviour: Behaviour): () => void {
    this.#all = [behaviour, ...this.#all];
    return () => {
      this.#all = this.#all.filter((other) => other !== behaviour);
    };
  }

  /** The first answer that is not undefined. */
  ask<Answer>(question: (behaviour: Behaviour) => Answer | undefined): Answer | undefined {
    for (const behaviour of this.#all) {
      const answer = question(behaviour);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
