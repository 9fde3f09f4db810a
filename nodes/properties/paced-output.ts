import { setImmediate as nextTurn } from "node:timers/promises";
import type { NodeMessage } from "node-red";
import type { Distribution } from "../../src/property-output/distribute";
import type { Send } from "../shared/start";

/** How many messages are sent in one turn of the event loop: all else goes on in between. */
const MESSAGES_A_TURN = 100;

/** Sends what a report becomes, thousands of messages at times, without holding up Node-RED. */
export class PacedOutput {
  readonly #clone: (message: NodeMessage) => NodeMessage;
  #last: Promise<void> = Promise.resolve();

  constructor(clone: (message: NodeMessage) => NodeMessage) {
    this.#clone = clone;
  }

  /** Sends once all that came before has been sent; rejects with what `distribute` throws. */
  send(distribute: () => Distribution, send: Send): Promise<void> {
    const turn = this.#last.then(() => this.#sendAll(distribute(), send));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #sendAll({ refused, values, others }: Distribution, send: Send): Promise<void> {
    let sent = 0;
    for (const [output, messages] of [
      [1, refused],
      [0, values],
      [2, others],
    ] as const) {
      for (let at = 0; at < messages.length; at += MESSAGES_A_TURN) {
        if (sent >= MESSAGES_A_TURN) await nextTurn();
        const [first = {}, ...more] = messages.slice(at, at + MESSAGES_A_TURN);
        // Node-RED does not clone the first message of a call: two such would share what they hold.
        const own = sent === 0 ? first : this.#clone(first);
        send([...Array<null>(output).fill(null), [own, ...more]]);
        sent += 1 + more.length;
      }
    }
  }
}
