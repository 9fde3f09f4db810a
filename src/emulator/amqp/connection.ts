import { admit, openTrouble, signInResult } from "./admission";
import { LinkSlot } from "./link-slot";
import { REFUSALS } from "./refusals";
import { serverConnection } from "./rhea-server";
import {
  acceptSocket,
  dropSocket,
  frameUnderWay,
  openFrame,
  stopIdleWatch,
} from "./rhea-internals";
import { SilenceWatch } from "./heartbeat-watch";
import type { Connection } from "rhea";
import type { Cancel } from "../../clock";
import type { Behaviours, OpenConnection, SignedInConnection } from "./behaviour";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorOptions } from "../options";
import type { PlainAnswer, PlainResponse } from "./sasl-plain";
import type { Refusal } from "./refusals";
import type { ServerEvents } from "./rhea-server";
import type { Identity } from "./sign-in-check";
import type { Wire } from "./client-socket";

/** What a connection needs of its emulator. */
export interface ConnectionEnvironment {
  readonly options: EmulatorOptions;
  readonly behaviours: Behaviours;
  readonly groups: ReadonlyMap<string, ConsumerGroup>;
  /** Stops the deadline that runs since the TCP connect. */
  readonly cancelDeadline: Cancel;
  readonly signedIn: (identity: Identity) => void;
  readonly ended: (connection: ClientConnection) => void;
}

/** `silent`: open, but a fault holds back everything in both directions. */
type State = "signing-in" | "signed-in" | "open" | "silent" | "closing" | "ended";

/** How long a client may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A client has nothing big to say: its longest frames are the sign-in and the open frame. */
const MAX_CLIENT_FRAME_BYTES = 1_048_576;

/** One client's connection: sign-in, open, its one receiver link, its end. */
export class ClientConnection implements OpenConnection {
  readonly #wire: Wire;
  readonly #environment: ConnectionEnvironment;
  readonly #rhea: Connection;
  readonly #silenceWatch: SilenceWatch;
  #state: State = "signing-in";
  #signedIn: SignedInConnection | undefined;
  #group: ConsumerGroup | undefined;
  #slot: LinkSlot | undefined;
  #cancelClose: Cancel | undefined;
  #silenceOver: (() => void) | undefined;

  constructor(wire: Wire, environment: ConnectionEnvironment) {
    this.#wire = wire;
    this.#environment = environment;
    this.#rhea = serverConnection(environment.options.idleTimeoutMs, {
      decide: (response) => this.#decide(response),
      failed: this.#fail.bind(this),
      on: this.#handlers(),
    });
    const { clock, idleTimeoutMs } = environment.options;
    this.#silenceWatch = new SilenceWatch(wire, {
      clock,
      idleTimeoutMs,
      onSilent: (limitMs) => {
        this.close(REFUSALS.silent(limitMs));
      },
    });
    acceptSocket(this.#rhea, wire);
    wire.on("data", () => {
      if (frameUnderWay(this.#rhea) > MAX_CLIENT_FRAME_BYTES) this.#fail("frame too large");
    });
    wire.once("close", () => {
      this.#ended();
    });
  }

  /** Who is connected, from the client's open frame to the first close frame. */
  get identity(): Identity | undefined {
    const isOpen = this.#state === "open" || this.#state === "silent";
    return isOpen ? this.#signedIn?.identity : undefined;
  }

  /** Whether a fault can do anything to it. */
  get isHeard(): boolean {
    return this.#state === "open";
  }

  close(refusal: Refusal): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.#log(`closed: ${refusal.condition}: ${refusal.description}`);
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
    this.#wire.destroy(new Error("ended by the emulator"));
  }

  reset(): void {
    this.#wire.reset();
  }

  detach(what: "link" | "session", refusal: Refusal): boolean {
    return this.#slot?.detach(what, refusal) === true;
  }

  write(bytes: Buffer): void {
    this.#wire.write(bytes);
  }

  silence(over: () => void): Cancel {
    if (this.#state !== "open") return () => undefined;
    this.#state = "silent";
    this.#silenceOver = over;
    this.#wire.hold();
    // Neither watch may end it before the client does.
    stopIdleWatch(this.#rhea);
    this.#silenceWatch.stop();
    this.#slot?.pause();
    return () => {
      if (this.#state !== "silent") return;
      this.#state = "open";
      this.#slot?.resume();
      this.#silenceWatch.start();
      this.#wire.release();
      this.#tellSilenceOver();
    };
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
    const result = signInResult(this, response, this.#environment);
    if (result !== "unavailable" && result.ok) {
      const { identity } = result;
      this.#state = "signed-in";
      this.#signedIn = {
        identity,
        close: this.close.bind(this),
        destroy: this.destroy.bind(this),
      };
      this.#environment.signedIn(identity);
      return "accept";
    }
    this.#log(`sign-in refused: ${result === "unavailable" ? result : result.reason}`);
    this.#closing();
    // rhea writes the outcome frame after this has returned.
    setImmediate(() => {
      this.#wire.end();
    });
    return result === "unavailable" ? "unavailable" : "refuse";
  }

  #opened(): void {
    const connection = this.#signedIn;
    if (this.#state !== "signed-in" || connection === undefined) return;
    const { options, behaviours, groups, cancelDeadline } = this.#environment;
    const log = this.#log.bind(this);
    cancelDeadline();
    this.#state = "open";
    const { consumerGroupId, clientId } = connection.identity;
    const frame = openFrame(this.#rhea);
    const { idleTimeoutMs } = frame;
    const group = groups.get(consumerGroupId);
    const refusal =
      behaviours.ask((behaviour) => behaviour.onOpen?.({ connection, idleTimeoutMs })) ??
      openTrouble(frame, options) ??
      admit(connection, group, options);
    if (refusal !== undefined || group === undefined) {
      this.close(refusal ?? REFUSALS.groupNotFound(consumerGroupId));
      return;
    }
    this.#group = group;
    log(`${clientId} opened for ${consumerGroupId}`);
    this.#slot = new LinkSlot({ connection, group, behaviours, options, log });
    this.#silenceWatch.start();
  }

  #tellSilenceOver(): void {
    this.#silenceOver?.();
    this.#silenceOver = undefined;
  }

  #closing(): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.#state = "closing";
    this.#leave();
    this.#cancelClose = this.#environment.options.clock.after(CLOSE_TIMEOUT_MS, () => {
      this.destroy();
    });
  }

  /** Whatever rhea could not cope with. While closing it must not cut off what is still unread. */
  #fail(reason: string): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.#log(`ended: ${reason}`);
    this.destroy();
  }

  #leave(): void {
    this.#silenceWatch.stop();
    this.#slot?.stop();
    this.#slot = undefined;
    if (this.#signedIn !== undefined) this.#group?.members.delete(this.#signedIn);
  }

  #ended(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#leave();
    this.#cancelClose?.();
    this.#tellSilenceOver();
    this.#environment.cancelDeadline();
    dropSocket(this.#rhea, this.#wire);
    this.#environment.ended(this);
  }

  #log(line: string): void {
    this.#environment.options.log(`[${this.#wire.peer}] ${line}`);
  }
}
