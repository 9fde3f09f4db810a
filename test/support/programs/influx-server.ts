import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { InfluxBucket } from "./influx-bucket";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import type { Answer } from "./influx-bucket";
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

/** Takes what a client writes to InfluxDB, 1.x or 2, as one of these would, and keeps it for a test. */
export class InfluxServer {
  readonly #server = createServer((request, response) => {
    void this.#take(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  /** What the points are written into. */
  bucket = new InfluxBucket();
  /** The HTTP status of its answers while it takes no points, whatever they are. */
  failure: number | undefined = undefined;
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

  async #take(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding was set
    const body = Buffer.concat(chunks);
    const isZipped = request.headers["content-encoding"] === "gzip";
    const lines = linesOf((isZipped ? gunzipSync(body) : body).toString("utf8"));
    const url = new URL(request.url ?? "", "http://influx");
    const isVersion2 = url.pathname.startsWith("/api/v2");
    const answer =
      this.failure === undefined ? this.bucket.write(lines, isVersion2) : { status: this.failure };
    this.#writes.push({ url, lines, status: answer.status });
    this.#waiters.wake();
    return answer;
  }
}

/** The lines of a request: a line break in a quoted text does not end one. */
function linesOf(body: string): readonly string[] {
  return body.match(/(?:"(?:\\.|[^"\\])*"|[^"\n])+/gs) ?? [];
}
