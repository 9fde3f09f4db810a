import { once } from "node:events";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { freePort } from "./free-port";
import type { Server, Socket } from "node:net";

/** What was published at the broker. */
interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** A real MQTT broker on loopback that can go away, come back on its port, and hold back confirmations. */
export class MqttBroker {
  readonly port: number;
  readonly published: Published[] = [];
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** A broker that is not there yet, but has its port. */
  static async away(): Promise<MqttBroker> {
    return new MqttBroker(await freePort());
  }

  /**
   * From now on messages are taken, but their confirmations stay here until `confirm`. Held on the
   * way out: Aedes reads on only when it is through with all that it has read.
   */
  hold(): void {
    for (const socket of this.#sockets) socket.cork();
  }

  confirm(): void {
    for (const socket of this.#sockets) socket.uncork();
  }

  /** Publishes to whoever is subscribed. */
  async publish(message: Published): Promise<void> {
    const { topic, payload, qos, retain } = message;
    const packet = { cmd: "publish", dup: false, topic, payload, retain } as const;
    await new Promise<void>((resolve, reject) => {
      this.#aedes?.publish({ ...packet, qos: qos === 2 ? 2 : 0 }, (error) => {
        if (error instanceof Error)
          reject(error); // null if all is well
        else resolve();
      });
    });
  }

  async comeBack(): Promise<void> {
    const aedes = await Aedes.createBroker({
      authorizePublish: (_client, packet, confirm) => {
        const { topic, payload, qos, retain } = packet;
        this.published.push({ topic, payload: payload.toString("latin1"), qos, retain });
        confirm(null);
      },
    });
    this.#aedes = aedes;
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    this.#server = server;
    server.listen(this.port, "127.0.0.1");
    await once(server, "listening");
  }

  /** Ends as a process that was killed: nothing is confirmed any more, and nobody listens. */
  async goAway(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server];
    this.#aedes = this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server?.listening === true) {
      server.close();
      await once(server, "close");
    }
    await new Promise<void>((resolve) => {
      if (aedes === undefined) resolve();
      else aedes.close(resolve);
    });
  }
}
