import { admit, openTrouble } from "./admission";
import { ReceiverLink } from "./receiver-link";
import { REFUSALS } from "./refusals";
import { serverConnection } from "./rhea-server";
import { acceptSocket, dropSocket, echoTermini, frameUnderWay, openFrame } from "./rhea-internals";
import { checkSignIn } from "./sign-in-check";
import { watchSilence } from "./silence";
import type { Socket } from "node:net";
import type { Connection, Sender } from "rhea";
import type { Cancel } from "../clock";
import type { Behaviours, ConnectionControl, SignedInConnection } from "./behaviour";
import type { ConsumerGroup } from "./consumer-group";
import type { EmulatorOptions } from "./options";
import type { PlainAnswer, PlainResponse } from "./plain";
import type { Refusal } from "./refusals";
import type { ServerEvents } from "./rhea-server";
import type { Identity } from "./sign-in-check";

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

type State = "signing-in" | "signed-in" | "open" | "closing" | "ended";

/** How long a client may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A client has nothing big to say: its longest frames are the sign-in and the open frame. */
const MAX_CLIENT_FRAME_BYTES = 1_048_576;

/** One client's connection: sign-in, open, its one receiver link, its end. */
export class ClientConnection implements ConnectionControl {
  readonly #socket: Socket;
  readonly #environment: ConnectionEnvironment;
  readonly #rhea: Connection;
  readonly #peer: string;
  #state: State = "signing-in";
  #signedIn: SignedInConnection | undefined;
  #group: ConsumerGroup | undefined;
  #link: ReceiverLink | undefined;
  #cancelAttach: Cancel | undefined;
  #cancelSilence: Cancel | undefined;
  #cancelClose: Cancel | undefined;

  constructor(socket: Socket, environment: ConnectionEnvironment) {
    this.#socket = socket;
    this.#environment = environment;
    this.#peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    this.#rhea = serverConnection(environment.options.idleTimeoutMs, {
      decide: (response) => this.#decide(response),
      failed: this.#fail.bind(this),
      on: this.#handlers(),
    });
    acceptSocket(this.#rhea, socket);
    socket.on("data", () => {
      if (frameUnderWay(this.#rhea) > MAX_CLIENT_FRAME_BYTES) this.#fail("frame too large");
    });
    socket.on("error", () => undefined); // rhea has told us of it
    socket.once("close", () => {
      this.#ended();
    });
  }

  /** Who is connected, from the client's open frame to the first close frame. */
  get identity(): Identity | undefined {
    return this.#state === "open" ? this.#signedIn?.identity : undefined;
  }

  close(refusal: Refusal): void {
    if (this.#state === "closing" || this.#state === "ended") return;
    this.#log(`closed: ${refusal.condition}: ${refusal.description}`);
    if (this.#state !== "open") {
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

  #handlers(): ServerEvents["on"] {
    return {
      connection_open: () => {
        this.#opened();
      },
      connection_close: () => {
        this.#dropLink();
        this.#closing();
      },
      session_close: ({ session }) => {
        if (this.#link?.sender.session === session) this.#detached();
      },
      sender_open: ({ sender }) => {
        if (sender !== undefined) this.#attached(sender);
      },
      sender_close: ({ sender }) => {
        if (this.#link?.sender === sender) this.#detached();
      },
      receiver_open: ({ receiver }) => receiver?.close(REFUSALS.senderLink()),
    };
  }

  #decide(response: PlainResponse | undefined): PlainAnswer {
    if (this.#state !== "signing-in") return "refuse";
    const { behaviours, options } = this.#environment;
    const { username, password } = response ?? { username: "", password: "" };
    const result =
      behaviours.ask((behaviour) => behaviour.onSignIn?.({ connection: this, username })) ??
      checkSignIn({ username, password, nowMs: options.clock.now() }, options);
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
    setImmediate(() => this.#socket.end());
    return result === "unavailable" ? "unavailable" : "refuse";
  }

  #opened(): void {
    const connection = this.#signedIn;
    if (this.#state !== "signed-in" || connection === undefined) return;
    const { options, behaviours, groups, cancelDeadline } = this.#environment;
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
    if (refusal !== undefined) {
      this.close(refusal);
      return;
    }
    this.#group = group;
    this.#log(`${clientId} opened for ${consumerGroupId}`);
    this.#awaitAttach();
    this.#cancelSilence = watchSilence(this.#socket, options.idleTimeoutMs, {
      clock: options.clock,
      onSilent: (limitMs) => {
        this.close(REFUSALS.silent(limitMs));
      },
    });
  }

  #awaitAttach(): void {
    const { clock, attachTimeoutMs } = this.#environment.options;
    this.#cancelAttach?.();
    this.#cancelAttach = clock.after(attachTimeoutMs, () => {
      this.close(REFUSALS.notAttached(attachTimeoutMs));
    });
  }

  #attached(sender: Sender): void {
    const connection = this.#signedIn;
    if (this.#state !== "open" || connection === undefined || this.#group === undefined) return;
    const { behaviours, options } = this.#environment;
    const refusal =
      behaviours.ask((behaviour) => behaviour.onAttach?.({ connection })) ??
      (this.#link === undefined ? undefined : REFUSALS.secondLink());
    if (refusal !== undefined) {
      this.#log(`link refused: ${refusal.description}`);
      sender.close({ condition: refusal.condition, description: refusal.description });
      return;
    }
    this.#cancelAttach?.();
    echoTermini(sender);
    this.#link = new ReceiverLink(sender, this.#group, {
      connection,
      behaviours,
      form: options,
      log: this.#log.bind(this),
    });
    this.#link.start();
  }

  /** The client has taken its link away; it may attach another within the time for the first. */
  #detached(): void {
    this.#dropLink();
    if (this.#state === "open") this.#awaitAttach();
  }

  #dropLink(): void {
    const link = this.#link;
    this.#link = undefined;
    // Outcomes that came in the same chunk are told by rhea in the next tick, and they count.
    setImmediate(() => link?.stop());
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
    this.#cancelAttach?.();
    this.#cancelSilence?.();
    this.#link?.stop();
    this.#link = undefined;
    if (this.#signedIn !== undefined) this.#group?.members.delete(this.#signedIn);
  }

  #ended(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#leave();
    this.#cancelClose?.();
    this.#environment.cancelDeadline();
    dropSocket(this.#rhea, this.#socket);
    this.#environment.ended(this);
  }

  #log(line: string): void {
    this.#environment.options.log(`[${this.#peer}] ${line}`);
  }
}
