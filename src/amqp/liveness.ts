import type { Socket } from "node:net";
import type { Clock } from "../clock";
import { Heartbeat } from "./heartbeat";
import { SilenceWatch, silenceMs } from "./silence";
import type { Failure } from "./translate-error";

/** An open connection, as far as being alive is concerned. */
export interface Living {
  readonly socket: Socket;
  readonly idleTimeoutMs: number;
  /** The idle time-out in the server's open; rhea heeds it. */
  readonly askedMs: number | undefined | null;
  readonly failed: (failure: Failure) => void;
}

/** Hears whether the peer lives, and shows it that we do, until stopped. */
export class Liveness {
  readonly #silence: SilenceWatch;
  readonly #heartbeat: Heartbeat | undefined;

  constructor(clock: Clock, { socket, idleTimeoutMs, askedMs, failed }: Living) {
    this.#silence = new SilenceWatch(clock, {
      idleTimeoutMs,
      bytesRead: () => socket.bytesRead,
      silent: () => {
        const afterMs = silenceMs(idleTimeoutMs);
        failed({ at: "deadline", code: "PEER_SILENT", afterMs });
      },
    });
    const rheaBeats = typeof askedMs === "number" && askedMs > 0 && askedMs <= idleTimeoutMs;
    if (!rheaBeats) {
      this.#heartbeat = new Heartbeat(clock, {
        idleTimeoutMs,
        write: (frame) => socket.write(frame),
      });
    }
  }

  stop(): void {
    this.#silence.stop();
    this.#heartbeat?.stop();
  }
}
