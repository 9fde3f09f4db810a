import { create_container } from "rhea";
import { signIn } from "../../../src/protocol/sign-in";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import type { Socket } from "node:net";
import type { Connection, Delivery, EventContext, Message, Receiver } from "rhea";
import type { TlsOptions } from "../../../src/settings/instance";
import type { SignMethod } from "../../../src/protocol/sign-in-values";

/** How a raw test client differs from one that signs in well. */
export interface RawClientOptions {
  readonly clientId?: string;
  readonly consumerGroupId?: string;
  readonly signMethod?: SignMethod;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
  readonly iotInstanceId?: string;
  /** Wall-clock ms to sign. */
  readonly nowMs?: number;
  /** Takes the place of the signed user name and password. */
  readonly username?: string;
  readonly password?: string;
  /** `null`: none is sent. */
  readonly idleTimeoutMs?: number | null;
  readonly maxFrameSize?: number;
  readonly tls?: TlsOptions;
}

interface Received {
  readonly messageId: unknown;
  readonly message: Message;
  readonly delivery: Delivery;
}

/** What ended a connection, as rhea tells it. */
interface End {
  readonly condition: string | undefined;
  readonly description: string | undefined;
}

/** A client on bare rhea: it grants and settles only what a test says. */
export class RawClient {
  readonly connection: Connection;
  readonly received: Received[] = [];
  /** Resolves at the first sign of the end. */
  readonly ended: Promise<End>;
  receiver: Receiver | undefined;
  readonly #waiters = new Waiters();

  constructor(port: number, options: RawClientOptions = {}) {
    const { idleTimeoutMs = 60_000, maxFrameSize, tls } = options;
    const signed = signInOf(options);
    this.connection = create_container().create_connection({
      host: "localhost",
      port,
      reconnect: false,
      ...(tls === undefined ? {} : { transport: "tls" as const, ...tls }),
      ...(idleTimeoutMs === null ? {} : { idle_time_out: idleTimeoutMs }),
      ...(maxFrameSize === undefined ? {} : { max_frame_size: maxFrameSize }),
      ...signed,
    });
    this.ended = new Promise((resolve) => {
      for (const event of ["connection_error", "error", "protocol_error", "disconnected"]) {
        this.connection.on(event, (context: EventContext | Error) => {
          const error: unknown = context instanceof Error ? context : context.error;
          const { condition, description, message } = Object(error) as Record<string, unknown>;
          resolve({ condition: text(condition), description: text(description ?? message) });
        });
      }
      this.connection.on("connection_close", () => {
        resolve({ condition: undefined, description: undefined });
      });
    });
    for (const event of ["session_error", "session_close", "receiver_error", "receiver_close"]) {
      this.connection.on(event, () => undefined);
    }
    this.connection.on("message", ({ message, delivery }: EventContext) => {
      if (message === undefined || delivery === undefined) return;
      const properties = Object(message.application_properties) as Record<string, unknown>;
      this.received.push({ messageId: properties["messageId"], message, delivery });
      this.#waiters.wake();
    });
  }

  /** Connects and resolves when both sides are open; rejects with what ended it. */
  async open(): Promise<this> {
    const opened = once(this.connection, "connection_open");
    this.connection.connect();
    await this.orEnd(opened);
    return this;
  }

  /** Attaches a receiver link and grants `credit`. */
  async attach(credit: number): Promise<this> {
    const receiver = this.connection.open_receiver({ autoaccept: false, credit_window: 0 });
    this.receiver ??= receiver;
    const opened = once(receiver, "receiver_open");
    receiver.add_credit(credit);
    await this.orEnd(opened);
    return this;
  }

  /** Resolves when `count` messages have come in altogether. */
  async have(count: number): Promise<readonly Received[]> {
    await this.#waiters.next(
      () => this.received.length >= count || undefined,
      () => `Only ${this.received.length} of ${count} messages came.`,
    );
    return this.received;
  }

  close(): void {
    this.connection.close();
  }

  /** The socket below rhea, to do to it what no good client does. */
  get socket(): Socket {
    return this.connection["socket"] as Socket;
  }

  async orEnd(wanted: Promise<unknown>): Promise<void> {
    await Promise.race([
      wanted,
      this.ended.then((end) => {
        throw new Error(`${end.condition ?? "ended"}: ${end.description ?? ""}`);
      }),
    ]);
  }
}

/** A connection that is open and has its link. */
export async function attached(
  port: number,
  credit = 10,
  options: RawClientOptions = {},
): Promise<RawClient> {
  const client = await new RawClient(port, options).open();
  return client.attach(credit);
}

/** Resolves at the next event of that name. */
export function once(
  emitter: { once(event: string, listener: (context: EventContext) => void): unknown },
  event: string,
): Promise<EventContext> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`No ${event} within ${PATIENCE_MS} ms.`));
    }, PATIENCE_MS);
    // Where something else ends the wait, nobody is left to clear it.
    timer.unref();
    emitter.once(event, (context) => {
      clearTimeout(timer);
      resolve(context);
    });
  });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function signInOf(options: RawClientOptions) {
  const signed = signIn({
    instance: {
      iotInstanceId: options.iotInstanceId ?? "",
      signMethod: options.signMethod ?? "hmacsha1",
      accessKeyId: options.accessKeyId ?? "testAccessKeyId",
      accessKeySecret: options.accessKeySecret ?? "testAccessKeySecret",
      securityToken: options.securityToken,
    },
    consumerGroupId: options.consumerGroupId ?? "DEFAULT_GROUP",
    clientId: options.clientId ?? "raw-client",
    nowMs: options.nowMs ?? Date.now(),
  });
  return {
    username: options.username ?? signed.username,
    password: options.password ?? signed.password,
  };
}
