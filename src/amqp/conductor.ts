import { create_container } from "rhea";
import type { Socket } from "node:net";
import type { Connection, EventContext, Receiver } from "rhea";
import type { AmqpValue } from "../protocol/amqp-message";
import type { Numbering } from "./carrier";
import { PERFORMATIVES, SASL_OUTCOME } from "./frame-check";
import type { ConductedFrame } from "./frame-cutter";
import type { LinkRequest } from "./link";
import { INCOMING_WINDOW, isUint } from "./link-frames";
import { Malformed } from "./peer-errors";
import { checkInternals, replaceFields } from "./rhea-internals";
import { plainMechanism } from "./sasl";
import type { Failure } from "./translate-error";

/** A link is ours to settle and to grant credit on; rhea would accept before the flow has it. */
const UNATTENDED = { autoaccept: false, credit_window: 0 } as const;

/** What rhea's many events come down to, and what it works with. */
export interface ConductorOwner {
  /** Whether the socket is there, to be written to. */
  isWritable(): boolean;
  /** Writes a frame that rhea must not see. */
  readonly send: (frame: Buffer) => void;
  /** The server's open has come, with the idle time-out in ms that it asks for, if any. */
  opened(askedMs: number | undefined): void;
  /** Our receiver link is attached. */
  attached(numbering: Numbering): void;
  readonly failed: (failure: Failure) => void;
}

/** Lets rhea do what is rare: sign in, open, begin, attach, detach, end and close. */
export class Conductor {
  readonly #owner: ConductorOwner;
  readonly #connection: Connection;
  #socket: Socket | undefined;
  /** Tells rhea that the socket is up. */
  #connected: () => void = () => undefined;
  #receiver: Receiver | undefined;
  /** What the peer's SASL outcome, open, begin and attach say. */
  #askedMs: number | undefined;
  #saslCode: number | undefined;
  #session = { channel: 0, nextIncomingId: 0 };
  #link = { handle: 0, deliveryCount: 0 };
  #isOpen = false;
  #isClosed = false;

  /** Throws InstallationError. */
  constructor(request: LinkRequest, maxFrameBytes: number, owner: ConductorOwner) {
    this.#owner = owner;
    const { host, port, clientId, idleTimeoutMs } = request;
    // A container of its own: rhea's default one is shared by everything in the process.
    const sasl_mechanisms = plainMechanism(request.signIn, host, owner);
    this.#connection = create_container({ id: clientId, sasl_mechanisms }).create_connection({
      host,
      port,
      hostname: host,
      container_id: clientId,
      idle_time_out: idleTimeoutMs,
      max_frame_size: maxFrameBytes,
      session_buffer_size: { incoming: INCOMING_WINDOW },
      // Also for links that the server might attach unasked: nothing is accepted behind our back.
      receiver_options: UNATTENDED,
      // The subscription reconnects; rhea would keep the old signature and knows no connect limit.
      reconnect: false,
      connection_details: () => ({
        host,
        port,
        // rhea calls it as `net.connect(port, host, options, connected)`.
        connect: (...[, , , connected]: [number, string, object, () => void]) => {
          this.#connected = connected;
          return this.#socket;
        },
      }),
    });
    checkInternals(this.#connection);
    this.#listen();
    this.#replace();
  }

  /** Starts to speak AMQP on a connected socket. */
  connect(socket: Socket): void {
    this.#socket = socket;
    this.#connection.connect();
    this.#connected();
  }

  /** Takes a protocol header or a frame that has been checked. */
  receive(frame: ConductedFrame): void {
    // Of a connection that is closed only the answer matters: rhea would answer all else.
    if (this.#isClosed && frame.performative !== PERFORMATIVES.close) return;
    const refusal = this.#inspect(frame);
    if (refusal === undefined) this.#connection.input(frame.bytes);
    else this.#owner.failed(refusal);
  }

  /** Closes in order; nothing is written after it. */
  close(): void {
    this.#connection.close();
    // Now and not in rhea's next tick: what rhea answers to a detach or an end must not follow it.
    this.#connection._process();
    this.#isClosed = true;
  }

  /** To be called once the socket is closed: rhea may have started a timer since it ended them. */
  end(): void {
    this.#connection._disconnected();
  }

  /** Notes what rhea does not keep for us; returns why it must not get the frame. */
  #inspect({ performative, fields, channel }: ConductedFrame): Failure | undefined {
    const malformed = (text: string) => ({ at: "protocol", error: new Malformed(text) }) as const;
    switch (performative) {
      case SASL_OUTCOME:
        this.#saslCode = isUint(fields[0]) ? fields[0] : undefined;
        return undefined;
      case PERFORMATIVES.open:
        this.#isOpen = true;
        this.#askedMs = isUint(fields[4]) && fields[4] > 0 ? fields[4] : undefined;
        return undefined;
      case PERFORMATIVES.begin: {
        const [remoteChannel = null, nextOutgoingId] = fields;
        // rhea answers each of them with one more session, and looks through all for a free number.
        if (remoteChannel === null) return { at: "forbidden", reason: "unaskedSession" };
        if (!isUint(nextOutgoingId)) return malformed("begin without a next-outgoing-id");
        this.#session = { channel, nextIncomingId: nextOutgoingId };
        return undefined;
      }
      case PERFORMATIVES.attach: {
        const { 1: handle, 9: deliveryCount } = fields;
        if (!isUint(handle)) return malformed("attach without a handle");
        this.#link = { handle, deliveryCount: isUint(deliveryCount) ? deliveryCount : 0 };
        return undefined;
      }
      case PERFORMATIVES.close: {
        // Without an open rhea calls it a protocol error, and what the server says is lost.
        if (this.#isOpen) return undefined;
        const error = fields[0] ?? null;
        if (!isList(error)) return { at: "close" };
        return { at: "close", error: { condition: error[0], description: error[1] } };
      }
      case undefined:
      default:
        return undefined;
    }
  }

  /**
   * Listens to all that rhea may raise. An event that nobody listens to goes to the container,
   * throws there inside rhea's reading, and may end the process.
   */
  #listen(): void {
    const connection = this.#connection;
    const { failed } = this.#owner;
    const protocol = (error: unknown): void => {
      failed({ at: "protocol", error });
    };
    connection.on("connection_open", () => {
      this.#owner.opened(this.#askedMs);
      // No source, as in the vendor's sample: the platform knows the group from the sign-in.
      this.#receiver = connection.open_receiver(UNATTENDED);
    });
    for (const event of ["receiver_open", "sender_open"]) {
      connection.on(event, ({ receiver }: EventContext) => {
        const isOurs = receiver !== undefined && receiver === this.#receiver;
        if (isOurs) this.#owner.attached({ ...this.#session, ...this.#link });
        else failed({ at: "forbidden", reason: "unaskedLink" });
      });
    }
    // With an error both events of a pair come; the owner keeps the first.
    connection.on("connection_error", ({ error }: EventContext) => {
      // A refused sign-in looks like a close, but no close frame has come.
      if (connection.error !== undefined) failed({ at: "close", error });
      else if (this.#saslCode) failed({ at: "sign-in", saslCode: this.#saslCode });
      // A server without PLAIN. Not rhea's own error, which holds the connection.
      else protocol(new Error(error?.message));
    });
    connection.on("connection_close", ({ error }: EventContext) => {
      failed({ at: "close", error });
    });
    for (const kind of ["error", "close"]) {
      connection.on(`session_${kind}`, ({ session }: EventContext) => {
        failed({ at: "end", error: session?.error });
      });
      connection.on(`receiver_${kind}`, ({ receiver }: EventContext) => {
        failed({ at: "detach", error: receiver?.error });
      });
    }
    connection.on("protocol_error", protocol);
    connection.on("error", protocol);
    // The socket's own events say it better; without a listener rhea prints a warning.
    connection.on("disconnected", () => undefined);
  }

  /** Replaces what rhea would do wrong, on this connection only. */
  #replace(): void {
    const connection = this.#connection;
    replaceFields(connection);
    const onProcess = connection._process.bind(connection);
    // rhea does not see what our carrier reads, and would call a busy peer silent.
    connection.idle = () => undefined;
    connection._process = () => {
      // With each write rhea starts a timer, which would keep a closed connection in memory for two idle time-outs.
      if (this.#isClosed || !this.#owner.isWritable()) return;
      try {
        onProcess();
      } catch (error) {
        // rhea writes in ticks of its own, where what it throws would end the process.
        this.#owner.failed({ at: "protocol", error });
      }
    };
  }
}

// Array.isArray alone does not narrow a readonly array.
function isList(value: AmqpValue): value is readonly AmqpValue[] {
  return Array.isArray(value);
}
