import type { Socket } from "node:net";
import type { Connection, EventContext, Receiver } from "rhea";
import type { Cancel, Clock } from "../clock";
import type { IotAmqpError } from "../errors";
import { Dispositions } from "./dispositions";
import { LINK_LIMITS } from "./limits";
import type { LinkEnvironment, LinkLimits } from "./limits";
import type { Link, LinkEvents, LinkRequest, OpenLink } from "./link";
import { Liveness } from "./liveness";
import { createConnection, endTimers } from "./rhea-connection";
import { RheaDelivery } from "./rhea-delivery";
import { listen } from "./rhea-events";
import { openReceiver } from "./rhea-receiver";
import { openSocket } from "./socket";
import { letGo, Transfers } from "./transfers";
import { translateError } from "./translate-error";
import type { Failure } from "./translate-error";

type State =
  /** DNS, TCP, TLS, sign-in, until the server's open. */
  | { readonly value: "connecting" }
  | { readonly value: "attaching" }
  | { readonly value: "attached"; readonly receiver: Receiver }
  /** The first cause is known (none: our own close), the socket not gone yet. */
  | { readonly value: "ending"; readonly cause: IotAmqpError | undefined }
  | { readonly value: "ended" };

class RheaLink implements Link {
  readonly #request: LinkRequest;
  readonly #events: LinkEvents;
  readonly #clock: Clock;
  readonly #limits: LinkLimits;
  readonly #connection: Connection;
  readonly #transfers: Transfers;
  readonly #dispositions: Dispositions;
  #socket: Socket | undefined;
  #state: State = { value: "connecting" };
  /** Of the phase under way: connect, attach or close. */
  #deadline: Cancel | undefined;
  #liveness: Liveness | undefined;
  readonly #failed = this.#fail.bind(this);

  constructor(request: LinkRequest, events: LinkEvents, { clock, limits }: LinkEnvironment) {
    this.#request = request;
    this.#events = events;
    this.#clock = clock;
    this.#limits = { ...LINK_LIMITS, ...limits };
    this.#dispositions = new Dispositions(clock, {
      ...this.#limits,
      written: (count) => {
        this.#tell("hearing of outcomes", () => {
          events.settled(count);
        });
      },
    });
    this.#connection = this.#createConnection();
    this.#transfers = new Transfers(this.#connection, {
      maxDeliveryBytes: this.#limits.maxDeliveryBytes,
      // rhea goes on with what it has read after our close: those stay unsettled.
      receiver: () => (this.#state.value === "attached" ? this.#state.receiver : undefined),
      failed: this.#failed,
    });
    this.#connect();
  }

  grantCredit(count: number): void {
    if (this.#state.value !== "attached") return;
    const { receiver } = this.#state;
    // rhea would ask for it back at once: it goes on draining until it is told to stop.
    receiver.drain = false;
    receiver.add_credit(count);
  }

  drainCredit(): void {
    if (this.#state.value === "attached") this.#state.receiver.drain_credit();
  }

  flush(): void {
    this.#dispositions.flush();
  }

  close(): void {
    const before = this.#state.value;
    if (before === "ending" || before === "ended") return;
    this.#toEnding(undefined);
    // Before the server's open, rhea's close does nothing that a peer would see.
    if (before === "connecting") this.#destroy();
    else {
      this.#dispositions.finish(() => {
        this.#closeInOrder();
      });
    }
  }

  #alive(): boolean {
    return this.#state.value !== "ending" && this.#state.value !== "ended";
  }

  #createConnection(): Connection {
    const failed = this.#failed;
    const connection = createConnection({
      request: this.#request,
      maxFrameBytes: this.#limits.maxFrameBytes,
      failed,
      readable: () => this.#socket?.destroyed === false,
      signedIn: () => {
        if (this.#state.value !== "connecting") return;
        this.#tell("hearing of the sign-in", () => this.#events.signedIn?.());
      },
      openSocket: (up) => {
        this.#socket = openSocket(this.#request, { up, failed, gone: this.#ended.bind(this) });
        return this.#socket;
      },
    });
    listen(connection, { failed, opened: this.#opened.bind(this) });
    return connection;
  }

  #connect(): void {
    this.#startDeadline("CONNECT_TIMEOUT", this.#limits.connectMs);
    try {
      this.#connection.connect();
    } catch (error) {
      // Node throws for TLS material that it cannot read, before there is a socket.
      this.#fail({ at: this.#request.tls === undefined ? "connect" : "tls", error });
    }
    if (this.#socket === undefined) {
      setImmediate(() => {
        this.#ended();
      });
    }
  }

  #opened(): void {
    const socket = this.#socket;
    if (this.#state.value !== "connecting" || socket === undefined) return;
    this.#state = { value: "attaching" };
    this.#startDeadline("ATTACH_TIMEOUT", this.#limits.attachMs);
    const { idleTimeoutMs } = this.#request;
    const askedMs = this.#connection.idle_time_out;
    const failed = this.#failed;
    this.#liveness = new Liveness(this.#clock, { socket, idleTimeoutMs, askedMs, failed });
    openReceiver(this.#connection, {
      attached: this.#attached.bind(this),
      drained: this.#drained.bind(this),
      message: this.#message.bind(this),
    });
    this.#tell("hearing of the open", () => {
      this.#events.opened();
    });
  }

  #attached(receiver: Receiver): void {
    if (this.#state.value !== "attaching") return;
    this.#state = { value: "attached", receiver };
    this.#deadline?.();
    this.#tell("hearing of the attach", () => {
      this.#events.attached();
    });
  }

  #drained(): void {
    if (this.#state.value !== "attached") return;
    this.#tell("hearing of the drain", () => {
      this.#events.drained();
    });
  }

  #message({ delivery, message }: EventContext): void {
    if (this.#state.value !== "attached" || delivery === undefined) return;
    letGo(delivery);
    if (this.#transfers.aborted) {
      // The sender has forgotten it, so there is nothing to settle; but it has used up a credit.
      this.#state.receiver.add_credit(1);
      return;
    }
    const raw: unknown = message;
    if (!Buffer.isBuffer(raw)) throw new TypeError("rhea has decoded a transfer");
    const incoming = new RheaDelivery(raw, delivery, this.#dispositions);
    this.#tell("taking a message", () => {
      this.#events.delivery(incoming);
    });
  }

  /** Calls the owner; what it throws must not look to rhea like a fault of the peer. */
  #tell(doing: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail({ at: "own", doing, error });
    }
  }

  #fail(failure: Failure): void {
    if (!this.#alive()) return;
    const attached = this.#state.value === "attached";
    this.#toEnding(translateError(failure, { ...this.#request, attached }));
    this.#dispositions.end();
    const { at } = failure;
    // Only who speaks AMQP and has closed something can make sense of an answer.
    if (at === "close" || at === "end" || at === "detach") this.#closeInOrder();
    else this.#destroy();
  }

  #startDeadline(code: "CONNECT_TIMEOUT" | "ATTACH_TIMEOUT", afterMs: number): void {
    this.#deadline?.();
    this.#deadline = this.#clock.after(afterMs, () => {
      this.#fail({ at: "deadline", code, afterMs });
    });
  }

  #toEnding(cause: IotAmqpError | undefined): void {
    this.#state = { value: "ending", cause };
    this.#liveness?.stop();
    this.#deadline?.();
    this.#deadline = this.#clock.after(this.#limits.closeMs, () => {
      this.#destroy();
    });
  }

  #closeInOrder(): void {
    // What is settled from now on would be written after the close.
    this.#dispositions.end();
    this.#connection.close();
  }

  #destroy(): void {
    // With an error: rhea does not hear of a socket destroyed without one, and its timers go on.
    this.#socket?.destroy(new Error("closed by this side"));
  }

  #ended(): void {
    // Only a socket that went without `error` and `end` leaves us without a cause.
    this.#fail({ at: "socket" });
    const cause = this.#state.value === "ending" ? this.#state.cause : undefined;
    this.#deadline?.();
    this.#dispositions.end();
    endTimers(this.#connection);
    this.#state = { value: "ended" };
    this.#events.ended(cause);
  }
}

/** Makes the production link: AMQP over TCP or TLS by rhea. */
export function createOpenLink(environment: LinkEnvironment): OpenLink {
  return (request, events) => new RheaLink(request, events, environment);
}
