import { once } from "node:events";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import type { Socket } from "node:net";

/** Listens, and then accepts nothing until it is told to. */
const LISTENER = `
const { parentPort, workerData } = require("node:worker_threads");
const server = require("node:net").createServer((socket) => socket.on("error", () => {}).end("awake"));
server.listen({ ...workerData.address, backlog: 1 }, () => {
  parentPort.postMessage("listening");
  Atomics.wait(workerData.flag, 0, 0);
});`;

/** An address of this computer that does not answer: its queue of connections is full. */
export class SilentPort {
  readonly #worker: Worker;
  readonly #flag: Int32Array;
  readonly #fillers: Socket[] = [];

  private constructor(host: string, port: number) {
    this.#flag = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { address: { host, port }, flag: this.#flag };
    this.#worker = new Worker(LISTENER, { eval: true, workerData });
  }

  static async start(host: string, port: number): Promise<SilentPort> {
    const silent = new SilentPort(host, port);
    await once(silent.#worker, "message");
    // Linux completes one handshake more than its queue is long.
    for (let count = 0; count < 2; count += 1) {
      const filler = connect(port, host);
      filler.on("error", () => undefined);
      silent.#fillers.push(filler);
      await once(filler, "connect");
    }
    return silent;
  }

  /** From now on it answers; who has waited is heard within a second, when TCP asks again. */
  wake(): void {
    Atomics.store(this.#flag, 0, 1);
    Atomics.notify(this.#flag, 0);
  }

  async stop(): Promise<void> {
    for (const filler of this.#fillers) filler.destroy();
    await this.#worker.terminate();
  }
}
