import type { Socket } from "node:net";
import type { Cancel, Clock } from "../clock";

/** Rates are measured over so long. */
const WINDOW_MS = 100;
/** From these rates on, in messages per second of all sockets, they are read on the beat. */
const BEAT_RATE = 200;
const SLOW_BEAT_RATE = 800;
/** Time between two reads of a socket. */
const BEAT_MS = 10;
const SLOW_BEAT_MS = 20;
/** A read of so many bytes serves many messages already, and the next ones are waiting. */
const FULL_READ_BYTES = 32 * 1024;

/** One socket that takes part. Its owner counts; the beat resets what it has used. */
export interface PacedSocket {
  readonly socket: Socket;
  /** Read in this turn of the event loop. */
  bytes: number;
  /** Come in this window. */
  messages: number;
  /** How many more the platform may send. */
  credit: number;
  /** In the window before. */
  perSecond: number;
}

/**
 * Lets sockets be read together, at most every 10 or 20 ms, where messages come fast: one wake-up
 * of the process then serves many messages. Where they come slowly, each is read when it comes.
 */
export class ReadBeat {
  readonly #clock: Clock;
  /** Those that were read in this turn, and those that were read in this window. */
  readonly #read = new Set<PacedSocket>();
  readonly #counted = new Set<PacedSocket>();
  readonly #paused = new Set<PacedSocket>();
  #windowStartMs: number;
  /** 0: no beat. */
  #beatMs = 0;
  #turn: NodeJS.Immediate | undefined;
  #cancelBeat: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windowStartMs = clock.monotonicMs();
  }

  /** To be called after each read. */
  read(paced: PacedSocket): void {
    this.#read.add(paced);
    // Not at once: TLS hands over record by record, and a pause would not hold up those read.
    this.#turn ??= setImmediate(this.#turnEnded.bind(this));
  }

  /** Its socket is not read any more. */
  leave(paced: PacedSocket): void {
    for (const sockets of [this.#read, this.#counted, this.#paused]) sockets.delete(paced);
    paced.socket.resume();
    if (this.#paused.size > 0) return;
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  #turnEnded(): void {
    this.#turn = undefined;
    this.#measure();
    for (const paced of this.#read) {
      if (this.#beatMs > 0 && paced.bytes < FULL_READ_BYTES && hasCredit(paced, this.#beatMs)) {
        paced.socket.pause();
        this.#paused.add(paced);
      }
      paced.bytes = 0;
    }
    this.#read.clear();
    if (this.#paused.size > 0) {
      this.#cancelBeat ??= this.#clock.after(this.#beatMs, this.#readAgain.bind(this));
    }
  }

  #measure(): void {
    for (const paced of this.#read) this.#counted.add(paced);
    const nowMs = this.#clock.monotonicMs();
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < WINDOW_MS) return;
    let perSecond = 0;
    for (const paced of this.#counted) {
      paced.perSecond = (paced.messages * 1_000) / elapsedMs;
      paced.messages = 0;
      perSecond += paced.perSecond;
    }
    this.#counted.clear();
    this.#windowStartMs = nowMs;
    if (perSecond < BEAT_RATE) this.#beatMs = 0;
    else this.#beatMs = perSecond < SLOW_BEAT_RATE ? BEAT_MS : SLOW_BEAT_MS;
  }

  #readAgain(): void {
    this.#cancelBeat = undefined;
    for (const { socket } of this.#paused) socket.resume();
    this.#paused.clear();
  }
}

/** Whether credit lasts for two beats: a platform that has none would wait for the pause, too. */
function hasCredit({ credit, perSecond }: PacedSocket, beatMs: number): boolean {
  return credit > (2 * perSecond * beatMs) / 1_000;
}
