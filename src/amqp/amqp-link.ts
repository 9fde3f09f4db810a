import type { Socket } from "node:net";
import { systemClock } from "../clock";
import type { Cancel } from "../clock";
import { hostNames } from "../network/host-names";
import { isIotAmqpError } from "../errors/error";
import type { IotAmqpError } from "../errors/error";
import { Carrier } from "./carrier";
import type { CarrierEnvironment, Numbering } from "./carrier";
import type { DialEnvironment } from "../network/dial";
import type { Cursor } from "./decode-cursor";
import { Conductor } from "./conductor";
import { PERFORMATIVES } from "./frame-check";
import { FrameCutter } from "./frame-cutter";
import type { ConductedFrame } from "./frame-cutter";
import { LINK_LIMITS } from "./limits";
import type { LinkEnvironment } from "./limits";
import type { IncomingDelivery, Link, LinkEvents, LinkRequest, OpenLink } from "./link";
import { Liveness } from "./liveness";
import { ReadBeat } from "./read-beat";
import { OpeningSocket } from "./socket";
import { readFailure, translateError } from "./translate-error";
import type { Failure } from "./translate-error";

type State =
  /** DNS, TCP, TLS, sign-in, until the server's open. */
  | { readonly value: "connecting" }
  | { readonly value: "attaching" }
  | { readonly value: "attached"; readonly carrier: Carrier }
  /** The first cause is known (none: our own close), the socket not closed yet. */
  | { readonly value: "ending"; readonly cause: IotAmqpError | undefined }
  | { readonly value: "ended" };

type Environment = CarrierEnvironment & DialEnvironment;

/** One attempt: rhea conducts it; a carrier takes messages in and settles them. */
class AmqpLink implements Link {
  readonly #request: LinkRequest;
  readonly #events: LinkEvents;
  readonly #environment: Environment;
  readonly #cutter: FrameCutter;
  #conductor: Conductor | undefined;
  #opening: OpeningSocket | undefined;
  /** Once TCP and TLS are up. */
  #socket: Socket | undefined;
  #state: State = { value: "connecting" };
  #deadline: Cancel | undefined;
  #liveness: Liveness | undefined;
  readonly #failed = this.#fail.bind(this);

  constructor(request: LinkRequest, events: LinkEvents, environment: Environment) {
    this.#request = request;
    this.#events = events;
    this.#environment = environment;
    this.#cutter = new FrameCutter(environment.limits.maxFrameBytes, {
      isReadable: this.#hasSocket.bind(this),
      conduct: this.#conduct.bind(this),
      signedIn: () => {
        if (this.#state.value === "connecting") this.#emit("signedIn");
      },
      transfer: this.#transfer.bind(this),
    });
    this.#connect();
  }

  grantCredit(count: number): void {
    if (this.#state.value === "attached") this.#state.carrier.grantCredit(count);
  }

  returnCredit(): void {
    if (this.#state.value === "attached") this.#state.carrier.returnCredit();
  }

  flush(): void {
    if (this.#state.value === "attached") this.#state.carrier.flush();
  }

  close(): void {
    if (!this.#isAlive()) return;
    const isConnecting = this.#state.value === "connecting";
    if (this.#state.value === "attached") this.#state.carrier.write();
    this.#toEnding(undefined);
    // Before the server's open, rhea's close does nothing that a peer would see.
    if (isConnecting) this.#destroy();
    else this.#conductor?.close();
  }

  /** Calls a listener; what it throws ends the link, and is no fault of the peer. */
  #emit<Event extends keyof LinkEvents>(
    event: Event,
    ...about: Parameters<Required<LinkEvents>[Event]>
  ): void {
    try {
      const listener = this.#events[event];
      if (listener !== undefined) Reflect.apply(listener, this.#events, about);
    } catch (error) {
      this.#fail({ at: "listener", event, error });
    }
  }

  /** As `#emit`, without its detours: there are thousands a second. */
  #deliver(delivery: IncomingDelivery): void {
    try {
      this.#events.delivery(delivery);
    } catch (error) {
      this.#fail({ at: "listener", event: "delivery", error });
    }
  }

  #connect(): void {
    this.#startDeadline("CONNECT_TIMEOUT", this.#environment.limits.connectMs);
    try {
      this.#conductor = new Conductor(this.#request, this.#environment.limits.maxFrameBytes, {
        isWritable: this.#hasSocket.bind(this),
        send: (frame) => this.#socket?.write(frame),
        opened: this.#opened.bind(this),
        attached: this.#attached.bind(this),
        failed: this.#failed,
      });
      const owner = {
        connected: (socket: Socket) => {
          this.#socket = socket;
          this.#conductor?.connect(socket);
        },
        failed: this.#failed,
        closed: this.#ended.bind(this),
        read: this.#read.bind(this),
      };
      this.#opening = new OpeningSocket(this.#request, owner, this.#environment);
    } catch (error) {
      if (isIotAmqpError(error)) this.#fail({ at: "own", error });
      // Node throws for TLS material that it cannot read.
      else this.#fail({ at: this.#request.tls === undefined ? "connect" : "tls", error });
    }
    if (this.#opening === undefined) setImmediate(this.#ended.bind(this));
  }

  #hasSocket(): boolean {
    return this.#socket?.destroyed === false;
  }

  /** Takes what the socket has read; the next read overwrites it. */
  #read(chunk: Buffer): void {
    try {
      this.#cutter.push(chunk);
    } catch (error) {
      this.#fail(readFailure(error));
    }
    if (this.#state.value === "attached") this.#state.carrier.readDone(chunk.length);
  }

  #conduct(frame: ConductedFrame): void {
    const { performative, fields } = frame;
    if (performative === PERFORMATIVES.flow) {
      if (this.#state.value === "attached") this.#state.carrier.flow(fields);
    } else if (performative !== PERFORMATIVES.disposition) this.#conductor?.receive(frame);
    // What we have settled is settled, whatever the sender says of it.
  }

  #transfer(cursor: Cursor, channel: number): void {
    if (this.#state.value === "attached") this.#state.carrier.transfer(cursor, channel);
    // What still comes after our close stays unsettled.
    else if (this.#isAlive()) throw cursor.malformed("a transfer before the attach");
  }

  #opened(askedMs: number | undefined): void {
    const socket = this.#socket;
    if (this.#state.value !== "connecting" || socket === undefined) return;
    this.#state = { value: "attaching" };
    this.#startDeadline("ATTACH_TIMEOUT", this.#environment.limits.attachMs);
    this.#liveness = new Liveness(this.#environment.clock, {
      socket,
      idleTimeoutMs: this.#request.idleTimeoutMs,
      askedMs,
      failed: this.#failed,
    });
    this.#emit("opened");
  }

  #attached(numbering: Numbering): void {
    const socket = this.#socket;
    if (this.#state.value !== "attaching" || socket === undefined) return;
    const carrier = new Carrier(
      { socket, deliver: this.#deliver.bind(this), emit: this.#emit.bind(this) },
      numbering,
      this.#environment,
    );
    this.#state = { value: "attached", carrier };
    this.#deadline?.();
    this.#emit("attached");
  }

  #isAlive(): boolean {
    return this.#state.value !== "ending" && this.#state.value !== "ended";
  }

  #fail(failure: Failure): void {
    if (!this.#isAlive()) return;
    const attached = this.#state.value === "attached";
    this.#toEnding(translateError(failure, { ...this.#request, attached }));
    const { at } = failure;
    // Only a peer that has closed something in AMQP waits for an answer.
    if (at === "close" || at === "end" || at === "detach") this.#conductor?.close();
    else this.#destroy();
  }

  #startDeadline(code: "CONNECT_TIMEOUT" | "ATTACH_TIMEOUT", afterMs: number): void {
    this.#deadline?.();
    this.#deadline = this.#environment.clock.after(afterMs, () => {
      if (this.#opening?.isLookingUp === true) this.#fail({ at: "look-up", afterMs });
      else this.#fail({ at: "deadline", code, afterMs });
    });
  }

  #toEnding(cause: IotAmqpError | undefined): void {
    if (this.#state.value === "attached") this.#state.carrier.end();
    this.#state = { value: "ending", cause };
    this.#liveness?.stop();
    this.#deadline?.();
    this.#deadline = this.#environment.clock.after(
      this.#environment.limits.closeMs,
      this.#destroy.bind(this),
    );
  }

  #destroy(): void {
    // With an error: without one rhea does not notice, and its timers go on.
    this.#opening?.destroy(new Error("closed by this side"));
  }

  #ended(): void {
    // Only a socket that went without `error` and `end` leaves us without a cause.
    this.#fail({ at: "socket" });
    const cause = this.#state.value === "ending" ? this.#state.cause : undefined;
    this.#deadline?.();
    this.#conductor?.end();
    this.#state = { value: "ended" };
    this.#events.ended(cause);
  }
}

/** Makes the production link: AMQP over TCP or TLS. The sockets of all its links are read together. */
export function createOpenLink(environment: LinkEnvironment): OpenLink {
  const { clock, names = hostNames } = environment;
  const limits = { ...LINK_LIMITS, ...environment.limits };
  const beat = new ReadBeat(clock);
  return (request, events) => new AmqpLink(request, events, { clock, names, limits, beat });
}

/** One for the process, so that the sockets of all subscriptions are read together. */
export const openLink = createOpenLink({ clock: systemClock });
