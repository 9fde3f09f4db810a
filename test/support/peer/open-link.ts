import type { Clock } from "../../../src/clock";
import { DecodeError } from "../../../src/errors/error";
import type { IotAmqpError } from "../../../src/errors/error";
import type { LinkLimits } from "../../../src/amqp/limits";
import type { IncomingDelivery, Link, LinkEvents, LinkRequest } from "../../../src/amqp/link";
import { createOpenLink } from "../../../src/amqp/amqp-link";
import { Waiters } from "../time/waiters";

export const USERNAME = "client-7|authMode=ststoken,securityToken=hush-hush-token|";
export const PASSWORD = "hush-hush-password";

/** An owner that writes down what its link tells. */
export class Heard implements LinkEvents {
  readonly events: string[] = [];
  readonly deliveries: IncomingDelivery[] = [];
  /** What each carries in its data section. */
  readonly bodies: string[] = [];
  readonly errors: DecodeError[] = [];
  settledCount = 0;
  cause: IotAmqpError | undefined;
  /** Called for each delivery as it comes. */
  onDelivery: ((delivery: IncomingDelivery) => void) | undefined;
  readonly #waiters = new Waiters();

  #note(event: string): void {
    this.events.push(event);
    this.#waiters.wake();
  }

  signedIn(): void {
    this.#note("signedIn");
  }
  opened(): void {
    this.#note("opened");
  }
  attached(): void {
    this.#note("attached");
  }
  delivery(delivery: IncomingDelivery): void {
    this.deliveries.push(delivery);
    this.bodies.push(bodyOf(delivery));
    if (delivery.content instanceof DecodeError) this.errors.push(delivery.content);
    this.onDelivery?.(delivery);
    this.#note("delivery");
  }
  settled(count: number): void {
    this.settledCount += count;
    this.#note("settled");
  }
  creditReturned(): void {
    this.#note("creditReturned");
  }
  ended(cause: IotAmqpError | undefined): void {
    this.cause = cause;
    this.#note("ended");
  }

  /** Resolves when the event, or one that the pattern matches, has come `count` times. */
  async until(event: string | RegExp, count = 1): Promise<void> {
    const wanted = (name: string) =>
      typeof event === "string" ? name === event : event.test(name);
    await this.#waiters.next(
      () => this.events.filter(wanted).length >= count || undefined,
      () => `“${String(event)}” did not come; heard: ${this.events.join(", ")}`,
    );
  }
}

function bodyOf({ content }: IncomingDelivery): string {
  if (content instanceof DecodeError) return String(content);
  const { body } = content;
  return body.section === "data" ? Buffer.concat(body.chunks).toString() : body.section;
}

/** Opens a link to loopback and writes down what it tells. */
export function openTo(
  port: number,
  clock: Clock,
  { limits, ...request }: Partial<LinkRequest> & { limits?: Partial<LinkLimits> } = {},
): { link: Link; heard: Heard } {
  const heard = new Heard();
  const openLink = createOpenLink(limits === undefined ? { clock } : { clock, limits });
  const link = openLink(
    {
      host: "127.0.0.1",
      port,
      tls: undefined,
      clientId: "client-7",
      consumerGroupId: "group-1",
      idleTimeoutMs: 60_000,
      signIn: () => ({ username: USERNAME, password: PASSWORD }),
      ...request,
    },
    heard,
  );
  return { link, heard };
}
