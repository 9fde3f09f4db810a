import { HeartbeatWatch } from "./heartbeat-watch";
import { LinkSlot } from "./link-slot";
import { REFUSALS } from "./refusals";
import {
  acceptSocket,
  dropSocket,
  frameUnderWay,
  openFrame,
  stopIdleWatch,
} from "./rhea-internals";
import { serverConnection } from "./rhea-server";
import type { Connection } from "rhea";
import type { Cancel } from "../../clock";
import type { EmulatorOptions } from "../options";
import type { Admission } from "./admission";
import type { Behaviours, OpenConnection, SignedInConnection } from "./behaviour";
import type { ClientSocket } from "./client-socket";
import type { Refusal } from "./refusals";
import type { ServerEvents } from "./rhea-server";
import type { PlainAnswer, PlainResponse } from "./sasl-plain";
import type { Identity } from "./sign-in-check";

/** What a connection needs of its emulator. */
export interface ConnectionOwner {
  readonly options: EmulatorOptions;
  readonly behaviours: Behaviours;
  readonly admission: Admission;
  signedIn(identity: Identity): void;
  ended(connection: ClientConnection): void;
}

/** `silent`: open, but a fault holds back everything in both directions. */
type State = "signing-in" | "signed-in" | "open" | "silent" | "closing" | "ended";

/** How long a client may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Far more than the longest frames of a client: the sign-in and the open frame. */
const MAX_CLIENT_FRAME_BYTES = 1_048_576;

/** One client's connection: sign-in, open, its one receiver link, its end. */
export class ClientConnection implements OpenConnection {
  readonly #socket: ClientSocket;
  readonly #owner: ConnectionOwner;
  readonly #cancelDeadline: Cancel;
  readonly #rhea: Connection;
  readonly #heartbeatWatch: HeartbeatWatch;
  #state: State = "signing-in";
  #signedIn: SignedInConnection | undefined;
  #slot: LinkSlot | undefined;
  #cancelClose: Cancel | undefined;
  #onSilenceEnd: (() => void) | undefined;

  /** `cancelDeadline` stops the deadline for signing in and opening, which runs since the TCP connect. */
  constructor(socket: ClientSocket, owner: ConnectionOwner, cancelDeadline: Cancel) {
    this.#socket = socket;
    this.#owner = owner;
    this.#cancelDeadline = cancelDeadline;
    this.#rhea = serverConnection(owner.options.idleTimeoutMs, {
      decide: (response) => this.#decide(response),
      failed: this.#fail.bind(this),
      on: this.#handlers(),
    });
    this.#heartbeatWatch = new HeartbeatWatch(socket, owner.options, (limitMs) => {
      this.close(REFUSALS.silent(limitMs));
    });
    acceptSocket(this.#rhea, socket);
    socket.on("data", () => {
      if (frameUnderWay(this.#rhea) > MAX_CLIENT_FRAME_BYTES) this.#fail("frame too large");
    });
    socket.once("close", () => {
      this.#ended();
    });
  }

  /** Who is connected, from the client's open frame to the first close frame. */
  get identity(): Identity | undefined {
    const isOpen = this.#state === "open" || this.#state === "silent";
    return isOpen ? this.#signedIn?.identity : undefined;
  }

  /** False for a silent one: no other fault can reach it. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  close(refusal: Refusal): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.log(`closed: ${refusal.condition}: ${refusal.description}`);
    if (this.#state !== "open") {
      // A close frame cannot reach it, or means nothing to it yet.
      this.destroy();
      return;
    }
    this.#closing();
    this.#rhea.close({ condition: refusal.condition, description: refusal.description });
  }

  destroy(): void {
    // rhea takes notice of a socket's end only if there is an error.
    this.#socket.destroy(new Error("ended by the emulator"));
  }

  reset(): void {
    this.#socket.reset();
  }

  detach(what: "link" | "session", refusal: Refusal): boolean {
    return this.#slot?.detach(what, refusal) === true;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  silence(onEnd: () => void): Cancel {
    if (this.#state !== "open") return () => undefined;
    this.#state = "silent";
    this.#onSilenceEnd = onEnd;
    this.#socket.hold();
    // Neither watch may end it before the client does.
    stopIdleWatch(this.#rhea);
    this.#heartbeatWatch.stop();
    this.#slot?.pause();
    return () => {
      if (this.#state !== "silent") return;
      this.#state = "open";
      this.#slot?.resume();
      this.#heartbeatWatch.start();
      this.#socket.release();
      this.#endSilence();
    };
  }

  log(line: string): void {
    this.#owner.options.log(`[${this.#socket.peer}] ${line}`);
  }

  #handlers(): ServerEvents["on"] {
    return {
      connection_open: () => {
        this.#opened();
      },
      connection_close: () => {
        this.#slot?.clear();
        this.#closing();
      },
      session_close: ({ session }) => this.#slot?.detached(session),
      sender_open: ({ sender }) => {
        if (sender !== undefined) this.#slot?.attach(sender);
      },
      sender_close: ({ sender }) => this.#slot?.detached(sender),
      receiver_open: ({ receiver }) => receiver?.close(REFUSALS.senderLink()),
    };
  }

  #decide(response: PlainResponse | undefined): PlainAnswer {
    if (this.#state !== "signing-in") return "refuse";
    const result = this.#owner.admission.signIn(this, response);
    if (result !== "unavailable" && result.ok) {
      const { identity } = result;
      this.#state = "signed-in";
      this.#signedIn = {
        identity,
        close: this.close.bind(this),
        destroy: this.destroy.bind(this),
        log: this.log.bind(this),
      };
      this.#owner.signedIn(identity);
      return "accept";
    }
    this.log(`sign-in refused: ${result === "unavailable" ? result : result.reason}`);
    this.#closing();
    // rhea writes the outcome frame after this has returned.
    setImmediate(() => {
      this.#socket.end();
    });
    return result === "unavailable" ? "unavailable" : "refuse";
  }

  #opened(): void {
    const connection = this.#signedIn;
    if (this.#state !== "signed-in" || connection === undefined) return;
    const { options, behaviours, admission } = this.#owner;
    this.#cancelDeadline();
    this.#state = "open";
    const admitted = admission.open(connection, openFrame(this.#rhea));
    if ("refusal" in admitted) {
      this.close(admitted.refusal);
      return;
    }
    const { clientId, consumerGroupId } = connection.identity;
    this.log(`${clientId} opened for ${consumerGroupId}`);
    this.#slot = new LinkSlot({ connection, group: admitted.group, options, behaviours });
    this.#heartbeatWatch.start();
  }

  #endSilence(): void {
    this.#onSilenceEnd?.();
    this.#onSilenceEnd = undefined;
  }

  #closing(): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.#state = "closing";
    this.#leave();
    this.#cancelClose = this.#owner.options.clock.after(CLOSE_TIMEOUT_MS, () => {
      this.destroy();
    });
  }

  /** Ends it after an error; not while closing, as frames may still be unread. */
  #fail(reason: string): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.log(`ended: ${reason}`);
    this.destroy();
  }

  #leave(): void {
    this.#heartbeatWatch.stop();
    this.#slot?.stop();
    this.#slot = undefined;
    if (this.#signedIn !== undefined) this.#owner.admission.leave(this.#signedIn);
  }

  #ended(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#leave();
    this.#cancelClose?.();
    this.#endSilence();
    this.#cancelDeadline();
    dropSocket(this.#rhea, this.#socket);
    this.#owner.ended(this);
  }
}
