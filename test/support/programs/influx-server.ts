import { once } from "node:events";
import { createServer } from "node:http";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A write as it came. */
export interface Write {
  /** Path and query, without a password. */
  readonly url: URL;
  /** Points in line protocol, one each. */
  readonly lines: readonly string[];
  /** The HTTP status of the answer. */
  readonly status: number;
}

/** Takes what a client writes to InfluxDB, 1.x or 2, and keeps it for a test. */
export class InfluxServer {
  readonly #server = createServer((request, response) => {
    void this.#take(request).then(() => response.writeHead(this.status).end());
  });
  /** The HTTP status of its answers; anything but 204: the points are not written. */
  status = 204;
  readonly #writes: Write[] = [];
  readonly #waiters = new Waiters();

  static async start(): Promise<InfluxServer> {
    const influx = new InfluxServer();
    influx.#server.listen(0, "127.0.0.1");
    await once(influx.#server, "listening");
    return influx;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes the first write that has not been taken, waiting for it if need be. */
  next(): Promise<Write> {
    return this.#waiters.next(
      () => this.#writes.shift(),
      () => `Nothing was written within ${PATIENCE_MS} ms.`,
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding was set
    const lines = Buffer.concat(chunks).toString("utf8").split("\n");
    this.#writes.push({
      url: new URL(request.url ?? "", "http://influx"),
      lines,
      status: this.status,
    });
    this.#waiters.wake();
  }
}
