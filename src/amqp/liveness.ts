import type { Socket } from "node:net";
import type { Cancel, Clock } from "../clock";
import type { Failure } from "./translate-error";

/** An AMQP frame without a body (part 2.3.1): size 8, data offset 2, type 0, channel 0. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
/** Lower bound of the server's idle time-out: it might ask for a frame every millisecond. */
const MIN_IDLE_TIMEOUT_MS = 100;
/** Looks per idle time-out: with 10 silent ones in a row, silence is seen at 1.25 to 1.375 of it. */
const LOOKS = 8;
const SILENT_LOOKS = 10;

/** How long nothing has come when silence is reported. */
export function silenceMs(idleTimeoutMs: number): number {
  return (idleTimeoutMs * SILENT_LOOKS) / LOOKS;
}

/** The connection that is watched. */
export interface WatchedConnection {
  readonly socket: Socket;
  /** Ours, which the platform heeds in both directions, whatever its open asks for. */
  readonly idleTimeoutMs: number;
  /** The idle time-out in the server's open. */
  readonly askedMs: number | undefined;
  readonly failed: (failure: Failure) => void;
}

/**
 * Sends an empty frame twice per idle time-out, and fails once when nothing has come for 1.25 of
 * them. It counts looks and not time: a computer that has slept, or a flow that has blocked, first
 * reads what has arrived meanwhile. rhea does neither reliably: it sends nothing unless asked, and
 * does not notice silence within half a frame.
 */
export class Liveness {
  readonly #connection: WatchedConnection;
  #bytesRead: number;
  #silentLooks = 0;
  #cancelLook: Cancel;
  #cancelBeat: Cancel;

  constructor(clock: Clock, connection: WatchedConnection) {
    this.#connection = connection;
    const { socket, idleTimeoutMs, askedMs } = connection;
    this.#bytesRead = socket.bytesRead;
    const everyMs =
      Math.max(MIN_IDLE_TIMEOUT_MS, Math.min(askedMs ?? idleTimeoutMs, idleTimeoutMs)) / 2;
    const beat = (): Cancel =>
      clock.after(everyMs, () => {
        this.#cancelBeat = beat();
        socket.write(EMPTY_FRAME);
      });
    const lookLater = (): Cancel =>
      clock.after(idleTimeoutMs / LOOKS, () => {
        this.#cancelLook = lookLater();
        this.#look();
      });
    this.#cancelBeat = beat();
    this.#cancelLook = lookLater();
  }

  stop(): void {
    this.#cancelBeat();
    this.#cancelLook();
  }

  #look(): void {
    const { socket, idleTimeoutMs, failed } = this.#connection;
    const { bytesRead } = socket;
    this.#silentLooks = bytesRead === this.#bytesRead ? this.#silentLooks + 1 : 0;
    this.#bytesRead = bytesRead;
    if (this.#silentLooks < SILENT_LOOKS) return;
    failed({ at: "deadline", code: "PEER_SILENT", afterMs: silenceMs(idleTimeoutMs) });
  }
}
