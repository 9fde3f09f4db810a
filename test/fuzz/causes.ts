import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import type { OpenLink } from "../../src/amqp/link";

/** Why each client left, by the port that it came from; servers ask about those whom they met. */
export class Causes {
  readonly #codes = new Map<number, string>();
  readonly #askers = new Map<number, (code: string) => void>();

  /** Calls `then` with the code as soon as the client has told it. */
  ask(port: number, then: (code: string) => void): void {
    const code = this.#codes.get(port);
    if (code === undefined) this.#askers.set(port, then);
    else then(code);
    this.#codes.delete(port);
  }

  /** Opens links as `open` does, and hears how they end. */
  of(open: OpenLink): OpenLink {
    return (request, events) => {
      let port = 0;
      const created = (message: unknown): void => {
        const socket: unknown = Reflect.get(Object(message) as object, "socket");
        if (!(socket instanceof Socket)) return;
        socket.once("connect", () => (port = socket.localPort ?? 0));
      };
      subscribe("net.client.socket", created);
      const link = open(request, {
        ...events,
        ended: (cause) => {
          this.#tell(port, cause?.code ?? "closed by us");
          events.ended(cause);
        },
      });
      unsubscribe("net.client.socket", created);
      return link;
    };
  }

  #tell(port: number, code: string): void {
    const asker = this.#askers.get(port);
    this.#askers.delete(port);
    if (asker === undefined) this.#codes.set(port, code);
    else asker(code);
  }
}
