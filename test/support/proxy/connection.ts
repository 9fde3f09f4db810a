import type { Socket } from "node:net";
import type { Clock } from "../../../src/clock";
import { Lane } from "./lane";
import type { Random } from "../random";

/** Which way: to the client, to the server behind the proxy, or both. */
export type Direction = "toClient" | "toServer" | "both";

interface ProxyConnectionParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly clock: Clock;
  readonly latencyMs: () => number;
  /** Both sockets are gone. */
  readonly gone: (connection: ProxyConnection) => void;
}

/**
 * RST at once, with what is still to be written dropped. Node's `resetAndDestroy` writes that and a
 * FIN first, which waits for a peer that reads; and it loses the `close` event if called twice.
 */
function sendReset(socket: Socket): void {
  // Nobody is there yet to be sent one, or the FIN is on its way, and Node then refuses.
  const possible = !socket.connecting && !socket.writableEnded;
  if (possible) Reflect.set(socket, "resetAndClosing", true);
  socket.destroy();
}

/** A client's connection through a proxy, and what can be done to it. */
export class ProxyConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #toClient: Lane;
  readonly #toServer: Lane;
  #open = 2;

  constructor({ client, server, clock, latencyMs, gone }: ProxyConnectionParts) {
    this.#client = client;
    this.#server = server;
    this.#toClient = new Lane({ from: server, to: client, clock, latencyMs });
    this.#toServer = new Lane({ from: client, to: server, clock, latencyMs });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      // One side that fails looks to the other as it does without a proxy.
      socket.on("error", () => {
        this.reset();
      });
      socket.once("close", () => {
        this.#open -= 1;
        if (this.#open === 0) {
          this.#stopLanes();
          gone(this);
        }
        // After a FIN the lane still has bytes to carry, and then the FIN itself.
        else if (!socket.readableEnded) other.destroy();
      });
    }
  }

  /** RST to both sides. */
  reset(): void {
    this.#stopLanes();
    sendReset(this.#client);
    sendReset(this.#server);
  }

  /** FIN to both sides; what they still send is dropped. */
  finish(): void {
    this.#stopLanes();
    for (const socket of [this.#client, this.#server]) {
      socket.end();
      socket.resume();
    }
  }

  stall(forMs: number, direction: Direction = "both"): void {
    for (const lane of this.#lanes(direction)) lane.stall(forMs);
  }

  /** The next chunk arrives in part, then comes a RST. */
  cut(direction: Direction = "toClient"): void {
    for (const lane of this.#lanes(direction)) {
      lane.cut(() => {
        this.reset();
      });
    }
  }

  /** Bytes for the client that no server has sent. */
  garbage(bytes: Buffer): void {
    this.#toClient.inject(bytes);
  }

  /** Changes some bytes of the next chunks to the client. */
  corrupt(random: Random): void {
    this.#toClient.corrupt(random);
  }

  /** Pieces of so many bytes to the client for so long. */
  split(forMs: number, pieceBytes = 1): void {
    this.#toClient.split(forMs, pieceBytes);
  }

  /** Ends both sockets at once, without a timer left. */
  destroy(): void {
    this.#stopLanes();
    this.#client.destroy();
    this.#server.destroy();
  }

  #lanes(direction: Direction): readonly Lane[] {
    if (direction === "both") return [this.#toClient, this.#toServer];
    return [direction === "toClient" ? this.#toClient : this.#toServer];
  }

  #stopLanes(): void {
    this.#toClient.stop();
    this.#toServer.stop();
  }
}
