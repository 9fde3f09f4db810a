import type { Cancel } from "../../clock";
import type { DispatchContext } from "../groups/consumer-group";
import type { EmulatorMessage } from "../groups/message";
import type { Refusal } from "./refusals";
import type { Identity, SignInResult } from "./sign-in-check";

/** What can be done to a client's connection. */
export interface ConnectionControl {
  /** Ends it in order, with a close frame; while it is silent, or not open yet, without one. */
  close(refusal: Refusal): void;
  /** Ends it without a close frame: the socket is destroyed. */
  destroy(): void;
  /** Logs a line with the client's address. */
  log(line: string): void;
}

/** A connection whose sign-in was accepted. */
export interface SignedInConnection extends ConnectionControl {
  readonly identity: Identity;
}

/** A connection between its open and its first close frame, as faults see it. */
export interface OpenConnection extends ConnectionControl {
  readonly identity: Identity | undefined;
  /** Ends it with a TCP reset. */
  reset(): void;
  /** Ends its receiver link or the session of it; false if it has no link. */
  detach(what: "link" | "session", refusal: Refusal): boolean;
  /** Writes bytes between two frames. */
  write(bytes: Buffer): void;
  /**
   * Holds back everything in both directions until the returned function is called or the connection
   * ends. Then `onEnd` is called, once.
   */
  silence(onEnd: () => void): Cancel;
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
  /** The message in AMQP's format. */
  readonly encoded: () => Buffer;
  /** 1 for the first time, more when it comes from the backlog. */
  readonly attempt: number;
  /** Sends the message, or other bytes in its place: one transfer a call, now or later. */
  readonly send: (bytes?: Buffer) => void;
}

/**
 * Hooks that are asked before the emulator does what it would do by itself. A hook that returns
 * undefined leaves the decision to the next behaviour, and at last to the emulator.
 */
export interface Behaviour {
  /** `"unavailable"`: SASL code 2 instead of the 1 of a refusal. */
  onSignIn?(context: SignInContext): SignInResult | "unavailable" | undefined;
  /** Ends the connection right after its open frame. */
  onOpen?(context: OpenContext): Refusal | undefined;
  /** Refuses the receiver link. */
  onAttach?(context: AttachContext): Refusal | undefined;
  /** `"twice"`: the message is sent again with the same message ID, as a delivery of its own. */
  onDispatch?(context: DispatchContext): "twice" | undefined;
  /** `"taken"`: the behaviour sends it itself, now, later, several times or never. */
  onTransfer?(context: TransferContext): "taken" | undefined;
}

/** The behaviours in force; the latest is asked first. */
export class Behaviours {
  #all: readonly Behaviour[] = [];

  /** Adds a behaviour that is asked first; the returned function removes it. */
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
