import { createRequire } from "node:module";
import type { Connection, Delivery, Sender } from "rhea";
import type { OpenFrame } from "./admission";

/*
 * The fields of rhea 3.0 that its typings leave out. Each is checked when it is read, so that after
 * an update the error names the one that is missing.
 */

function numberField(owner: object, field: string): number {
  const value: unknown = Reflect.get(owner, field);
  if (typeof value !== "number") throw new Error(`rhea has no number “${field}” any more.`);
  return value;
}

function objectField(owner: object, field: string): object {
  const value: unknown = Reflect.get(owner, field);
  if (typeof value !== "object" || value === null) {
    throw new Error(`rhea has no object “${field}” any more.`);
  }
  return value;
}

function call(owner: object, method: string, ...args: readonly unknown[]): void {
  const value: unknown = Reflect.get(owner, method);
  if (typeof value !== "function") throw new Error(`rhea has no function “${method}” any more.`);
  Reflect.apply(value, owner, args);
}

/**
 * How many more transfers the link takes. rhea takes credit off only when it writes, one tick after
 * `send`, or later when the peer's session window is full: what is queued is taken off here.
 */
export function creditLeft(sender: Sender): number {
  const outgoing = objectField(sender.session, "outgoing");
  const queued =
    numberField(outgoing, "next_delivery_id") - numberField(outgoing, "next_pending_delivery");
  return sender.sendable() ? numberField(sender, "credit") - queued : 0;
}

/**
 * Keeps what a client sends out of rhea's debug log while `isSigningIn`: with DEBUG=* in the
 * environment it would print the STS token. To be called before `acceptSocket`.
 */
export function hideSignIn(connection: Connection, isSigningIn: () => boolean): void {
  const read: unknown = Reflect.get(connection, "input");
  if (typeof read !== "function") throw new Error("rhea has no function “input” any more.");
  Reflect.set(connection, "input", (bytes: Buffer) => {
    const unmute = isSigningIn() ? muteFrameLog() : () => undefined;
    try {
      Reflect.apply(read, connection, [bytes]);
    } finally {
      unmute();
    }
  });
}

const FRAME_LOGS = ["frames", "raw"] as const;

/** Until the function that it returns is called, rhea prints no frame of any connection. */
function muteFrameLog(): () => void {
  const logs: unknown = createRequire(__filename)("rhea/lib/log.js");
  const log = Object(logs) as object;
  const before = FRAME_LOGS.map((name): unknown => Reflect.get(log, name));
  for (const name of FRAME_LOGS) Reflect.set(log, name, () => undefined);
  return () => {
    for (const [index, name] of FRAME_LOGS.entries()) Reflect.set(log, name, before[index]);
  };
}

/** Writes what is due although no frame has come in: rhea itself only does so after one. */
export function flush(connection: Connection): void {
  call(connection, "_register");
}

/** Takes a socket into a server connection. */
export function acceptSocket(connection: Connection, socket: object): void {
  call(connection, "accept", socket);
}

/** Stops rhea's timers after its socket is closed: rhea does not notice a destroyed one. */
export function dropSocket(connection: Connection, socket: object): void {
  call(connection, "abort_socket", socket);
}

/** Ends rhea's watch for a silent client, for good; to be called after our open frame. */
export function stopIdleWatch(connection: Connection): void {
  const open = objectField(objectField(connection, "local"), "open");
  Object.assign(open, { idle_time_out: 0 });
  const timer: unknown = Reflect.get(connection, "heartbeat_in");
  clearTimeout(timer as NodeJS.Timeout | undefined);
}

/** Size of the frame that is half received, if there is one. */
export function frameUnderWay(connection: Connection): number {
  const value: unknown = Reflect.get(connection, "frame_size");
  return typeof value === "number" ? value : 0;
}

/** The peer's open frame. For a field that is sent as null rhea gives null. */
export function openFrame(connection: Connection): OpenFrame {
  return {
    idleTimeoutMs: connection.idle_time_out ?? undefined,
    maxFrameSize: connection.max_frame_size ?? undefined,
  };
}

/**
 * Settles on our side what the receiver wants settled by the sender (its settle mode “second”).
 * The receiver never says that it has settled too, and rhea would keep the delivery for ever.
 */
export function settleForSecond(delivery: Delivery): void {
  delivery.update(true);
  Object.assign(delivery, { remote_settled: true });
}

/**
 * Answers a receiver link with the source and target that it asked for: an answer without a source
 * says “refused” to many clients. Their addresses are free, and may be absent.
 */
export function echoTermini(sender: Sender): void {
  for (const terminus of ["source", "target"] as const) {
    const asked: unknown = sender[terminus];
    const address: unknown = Reflect.get(Object(asked) as object, "address");
    call(sender, `set_${terminus}`, typeof address === "string" ? { address } : {});
  }
}
