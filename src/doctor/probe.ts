import { TLSSocket } from "node:tls";
import type { Socket } from "node:net";
import type { Link, LinkRequest, OpenLink } from "../amqp/link";
import { OpeningSocket } from "../amqp/socket";
import { translateError } from "../amqp/translate-error";
import type { Failure } from "../amqp/translate-error";
import type { Clock } from "../clock";
import type { AddressAttempt } from "../network/dial";
import { DecodeError, DiagnosisError } from "../errors/error";
import { topicOf } from "../protocol/message";
import { certificateOf } from "./certificate";
import type { Certificate } from "./certificate";
import { NO_NAME_SERVER, STEP_MS, TIMED_OUT, whenStopped } from "./network";
import type { StepEnvironment } from "./network";

/** A refusal that comes later than this would be noticed by a subscriber, not here. */
const REFUSAL_MS = 500;

/** A promise that is settled from outside; a rejection that nothing waits for is no error. */
class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** A connection on which TLS, if any, is set up. */
export interface SecuredConnection {
  /** Such as `TLSv1.3`; undefined over plain TCP. */
  readonly protocol: string | undefined;
  readonly certificate: Certificate | undefined;
}

/**
 * Connects as a link does, with the same socket and the same rules, but sends nothing over it. The
 * TLS material must be readable. Each promise rejects with IotAmqpError.
 */
export class SocketProbe {
  /** The address that answered. */
  readonly tcp: Promise<AddressAttempt>;
  readonly tls: Promise<SecuredConnection>;
  readonly #opening: OpeningSocket;

  constructor(request: LinkRequest, environment: StepEnvironment) {
    const { clock, stopping } = environment;
    const tcp = new Deferred<AddressAttempt>();
    const tls = new Deferred<SecuredConnection>();
    const failed = (failure: Failure) => {
      const error = translateError(failure, request);
      tcp.reject(error);
      tls.reject(error);
      this.close();
    };
    const owner = {
      reached: () => {
        const answered = this.attempts.find(({ outcome }) => outcome === "connected");
        if (answered !== undefined) tcp.resolve(answered);
      },
      connected: (socket: Socket) => {
        const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
        tls.resolve({ protocol: protocol ?? undefined, certificate: certificateOf(socket) });
      },
      failed,
      closed: () => {
        cancel();
        failed({ at: "socket" });
      },
    };
    this.tcp = tcp.promise;
    this.tls = tls.promise;
    this.#opening = new OpeningSocket(request, owner, environment);
    const cancel = clock.after(STEP_MS, () => {
      failed(this.#opening.isLookingUp ? NO_NAME_SERVER : TIMED_OUT);
    });
    whenStopped(stopping, this.close.bind(this));
  }

  /** What has become of the host's addresses. */
  get attempts(): readonly AddressAttempt[] {
    return this.#opening.attempts;
  }

  /** Ends it, whatever it has reached. */
  close(): void {
    this.#opening.destroy();
  }
}

/**
 * Looks at the certificate of a server that was refused for it: a second connection, over which
 * nothing but the handshake is sent. Resolves with undefined where there is nothing to be seen.
 */
export async function refusedCertificate(
  request: LinkRequest,
  environment: StepEnvironment,
): Promise<Certificate | undefined> {
  const tls = { ...request.tls, rejectUnauthorized: false };
  const probe = new SocketProbe({ ...request, tls }, environment);
  try {
    return (await probe.tls).certificate;
  } catch {
    return undefined;
  } finally {
    probe.close();
  }
}

/** A message that was received and given back. */
export interface ReceivedMessage {
  /** Undefined where it cannot be decoded. */
  readonly topic: string | undefined;
  readonly afterMs: number;
}

/** What a probe is made with. */
export interface LinkProbeEnvironment extends StepEnvironment {
  readonly openLink: OpenLink;
}

/** One attempt of a subscriber, step by step. Each promise rejects with IotAmqpError. */
export class LinkProbe {
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #signedIn = new Deferred<void>();
  readonly #opened = new Deferred<void>();
  readonly #attached = new Deferred<void>();
  readonly #stayed = new Deferred<void>();
  readonly #delivered = new Deferred<string | undefined>();
  readonly #ended = new Deferred<void>();

  constructor(request: LinkRequest, { clock, openLink, stopping }: LinkProbeEnvironment) {
    this.#clock = clock;
    this.#link = openLink(request, {
      signedIn: this.#signedIn.resolve,
      opened: this.#opened.resolve,
      attached: this.#attached.resolve,
      delivery: (delivery) => {
        // It is the subscribers' to work on: the platform sends it to them later.
        delivery.settle("released");
        const { content } = delivery;
        this.#delivered.resolve(content instanceof DecodeError ? undefined : topicOf(content));
      },
      settled: () => undefined,
      creditReturned: () => undefined,
      ended: (cause) => {
        const error = cause ?? new Error("ended by this side");
        for (const stage of this.#stages()) stage.reject(error);
        this.#ended.resolve();
      },
    });
    whenStopped(stopping, () => void this.close());
  }

  #stages() {
    return [this.#signedIn, this.#opened, this.#attached, this.#stayed, this.#delivered];
  }

  get signedIn(): Promise<void> {
    return this.#signedIn.promise;
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Attached, and still so a little later: a link is refused by an attach and a detach after it. */
  async staysAttached(): Promise<void> {
    await this.#attached.promise;
    const cancel = this.#clock.after(REFUSAL_MS, this.#stayed.resolve);
    try {
      await this.#stayed.promise;
    } finally {
      cancel();
    }
  }

  /** Asks for one message and gives it back. Rejects with NO_MESSAGE when none comes in time. */
  async message(waitMs: number): Promise<ReceivedMessage> {
    const sinceMs = this.#clock.monotonicMs();
    const cancel = this.#clock.after(waitMs, () => {
      this.#delivered.reject(new DiagnosisError("NO_MESSAGE", { seconds: waitMs / 1_000 }));
    });
    this.#link.grantCredit(1);
    try {
      const topic = await this.#delivered.promise;
      return { topic, afterMs: this.#clock.monotonicMs() - sinceMs };
    } finally {
      cancel();
    }
  }

  /** Closes in order; resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#link.close();
    await this.#ended.promise;
  }
}
