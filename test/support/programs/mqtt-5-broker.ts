import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** Kinds of packets: the upper half of their first byte. */
const [CONNECT, PUBLISH] = [1, 3];
/** Accepted, no session, no properties. */
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);

/**
 * Answers each message that is published with QoS 1 by a reason code, as an MQTT 5 broker may. It
 * reads packets of less than 128 bytes that come whole.
 */
export class Mqtt5Broker {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on("data", (bytes) => {
      let rest = bytes;
      while (rest.length > 1) {
        const end = 2 + rest.readUInt8(1);
        this.#take(rest.subarray(0, end), socket);
        rest = rest.subarray(end);
      }
    });
  });
  readonly #answer: (payload: string) => number;

  private constructor(answer: (payload: string) => number) {
    this.#answer = answer;
  }

  static async start(answer: (payload: string) => number): Promise<Mqtt5Broker> {
    const broker = new Mqtt5Broker(answer);
    broker.#server.listen(0, "127.0.0.1");
    await once(broker.#server, "listening");
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(packet: Buffer, socket: Socket): void {
    const kind = packet.readUInt8(0) >> 4;
    if (kind === CONNECT) socket.write(CONNACK);
    if (kind !== PUBLISH) return;
    const idAt = 4 + packet.readUInt16BE(2); // after the topic
    const propertiesAt = idAt + 2;
    const payload = packet.subarray(propertiesAt + 1 + packet.readUInt8(propertiesAt));
    const [high, low] = packet.subarray(idAt, propertiesAt);
    socket.write(Buffer.from([0x40, 3, high ?? 0, low ?? 0, this.#answer(payload.toString())]));
  }
}
