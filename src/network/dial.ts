import { isIP } from "node:net";
import type { Socket } from "node:net";
import type { Cancel, Clock } from "../clock";
import type { HostNames } from "./host-names";

/** Where to connect to. */
export interface DialRequest {
  readonly host: string;
  /** Starts to connect to one of the host's addresses; TLS may follow on the same socket. */
  readonly open: (address: string) => Socket;
}

/** Who waits for the connection: one of these is called, once and later, unless it is cancelled. */
export interface DialOwner {
  /** By TCP. */
  connected(socket: Socket): void;
  failed(error: unknown): void;
}

/** What a connection is made with. */
export interface DialEnvironment {
  readonly clock: Clock;
  readonly names: HostNames;
}

/** What has become of one address. */
export interface AddressAttempt {
  readonly address: string;
  readonly outcome: "pending" | "connected" | "failed";
  /** Until the outcome; while it is pending, until it was given up or is asked for. */
  readonly ms: number;
  /** Why it failed, as Node.js says it. */
  readonly error?: unknown;
}

interface Attempt extends Omit<AddressAttempt, "ms"> {
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly untilMs?: number;
}

/** How long one address has before the next is tried beside it (RFC 8305). */
const NEXT_AFTER_MS = 250;

/** The addresses of both families in turn, as one of them may be cut off as a whole. */
function inTurn(addresses: readonly string[]): string[] {
  const family = isIP(addresses[0] ?? "");
  const [first, second] = [true, false].map((isFirst) =>
    addresses.filter((address) => (isIP(address) === family) === isFirst),
  );
  const pairs = addresses.map((_address, index) => [first?.[index], second?.[index]]);
  return pairs.flat().filter((address) => address !== undefined);
}

/** The error for several addresses: of a computer that answered, if one did. */
function joined(errors: readonly unknown[]): unknown {
  const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : "");
  const leading = errors.find((error) => codeOf(error) === "ECONNREFUSED") ?? errors.at(-1);
  if (errors.length === 1) return leading;
  const message = errors.map((error) => (error instanceof Error ? error.message : "?")).join("; ");
  const code = codeOf(leading);
  return Object.assign(new AggregateError(errors, message), { code, syscall: "connect" });
}

/**
 * Connects to the address of a host that answers first: an address that is slow or dead does not
 * keep the others waiting, and is not given up for them. It has no deadline: its owner cancels it.
 */
export class Dial {
  readonly #request: DialRequest;
  readonly #owner: DialOwner;
  readonly #environment: DialEnvironment;
  readonly #attempts = new Map<string, Attempt>();
  #left: string[] = [];
  #isLookingUp = true;
  #isOver = false;
  #cancelNext: Cancel | undefined;

  constructor(request: DialRequest, owner: DialOwner, environment: DialEnvironment) {
    this.#request = request;
    this.#owner = owner;
    this.#environment = environment;
    const { host } = request;
    // At once, as it needs nobody's answer.
    if (isIP(host) !== 0) this.#start([host]);
    else {
      environment.names.addresses(host).then(this.#start.bind(this), (error: unknown) => {
        this.#isLookingUp = false;
        this.#failed(error);
      });
    }
  }

  /** Whether no name server has answered yet. */
  get isLookingUp(): boolean {
    return this.#isLookingUp;
  }

  /** The addresses that have been tried. */
  get attempts(): readonly AddressAttempt[] {
    const nowMs = this.#environment.clock.monotonicMs();
    return [...this.#attempts.values()].map(
      ({ address, outcome, error, sinceMs, untilMs = nowMs }) => ({
        address,
        outcome,
        ms: Math.round(untilMs - sinceMs),
        error,
      }),
    );
  }

  /** Gives up; false if it had ended before. The owner hears nothing more. */
  cancel(): boolean {
    if (this.#isOver) return false;
    this.#end();
    return true;
  }

  #start(addresses: readonly string[]): void {
    this.#isLookingUp = false;
    this.#left = inTurn([...new Set(addresses)]);
    this.#next();
  }

  /** Tries the next address, and the one after it if this takes long. */
  #next(): void {
    this.#cancelNext?.();
    if (this.#isOver) return;
    const address = this.#left.shift();
    if (address === undefined) {
      const attempts = [...this.#attempts.values()];
      if (attempts.some(({ outcome }) => outcome === "pending")) return;
      this.#failed(joined(attempts.map(({ error }) => error)));
      return;
    }
    const { clock } = this.#environment;
    const socket = this.#request.open(address);
    const attempt: Attempt = { address, outcome: "pending", socket, sinceMs: clock.monotonicMs() };
    this.#attempts.set(address, attempt);
    const ended = (outcome: "connected" | "failed", error?: unknown) => {
      const untilMs = clock.monotonicMs();
      this.#attempts.set(address, { ...attempt, outcome, untilMs, error });
    };
    socket.once("connect", () => {
      if (this.#isOver) return;
      ended("connected");
      this.#end();
      this.#owner.connected(socket);
    });
    socket.on("error", (error) => {
      if (this.#isOver) return;
      ended("failed", error);
      this.#next();
    });
    if (this.#left.length === 0) return;
    this.#cancelNext = clock.after(NEXT_AFTER_MS, () => {
      this.#next();
    });
  }

  #failed(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#owner.failed(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelNext?.();
    const untilMs = this.#environment.clock.monotonicMs();
    for (const [address, attempt] of this.#attempts) {
      if (attempt.outcome !== "pending") continue;
      this.#attempts.set(address, { ...attempt, untilMs });
      attempt.socket.destroy();
    }
  }
}
