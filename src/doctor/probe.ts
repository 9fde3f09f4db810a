import type { Link, LinkRequest, OpenLink } from "../amqp/link";
import type { Clock } from "../clock";
import { DecodeError, DiagnosisError } from "../errors/error";
import { topicOf } from "../protocol/message";
import { Deferred } from "./deferred";

/** A refusal that comes later than this would be noticed by a subscriber, not here. */
const REFUSAL_MS = 500;

/** A message that was received and given back. */
export interface Taken {
  /** Undefined where it cannot be decoded. */
  readonly topic: string | undefined;
  readonly afterMs: number;
}

/** What a probe is made with. */
export interface ProbeEnvironment {
  readonly clock: Clock;
  readonly openLink: OpenLink;
}

/** One attempt of a subscriber, step by step. Each promise rejects with IotAmqpError. */
export class Probe {
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #signedIn = new Deferred<void>();
  readonly #opened = new Deferred<void>();
  readonly #attached = new Deferred<void>();
  readonly #stayed = new Deferred<void>();
  readonly #delivered = new Deferred<string | undefined>();
  readonly #ended = new Deferred<void>();

  constructor(request: LinkRequest, { clock, openLink }: ProbeEnvironment) {
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
  get attached(): Promise<void> {
    return this.#attached.promise.then(() => {
      const cancel = this.#clock.after(REFUSAL_MS, this.#stayed.resolve);
      return this.#stayed.promise.finally(cancel);
    });
  }

  /** Asks for one message and gives it back. Rejects with NO_MESSAGE when none comes in time. */
  async message(waitMs: number): Promise<Taken> {
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

  /** Closes in order; resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#link.close();
    await this.#ended.promise;
  }
}
