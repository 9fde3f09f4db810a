import { ClientConnection } from "./connection";
import { REFUSALS } from "./refusals";
import type { Cancel } from "../../clock";
import type { OpenConnection } from "./behaviour";
import type { ConnectionEnvironment } from "./connection";
import type { Identity } from "./sign-in-check";
import type { Wire } from "./client-socket";

const MAX_SIGN_INS = 10_000;

/** An emulator's connections, and who has signed in over them. */
export class ClientConnections {
  readonly #environment: Pick<ConnectionEnvironment, "options" | "behaviours" | "groups">;
  readonly #all = new Set<ClientConnection>();
  readonly #signIns: Identity[] = [];
  #stopped = false;

  constructor(environment: Pick<ConnectionEnvironment, "options" | "behaviours" | "groups">) {
    this.#environment = environment;
  }

  /** Every sign-in accepted so far, oldest first. */
  get signIns(): readonly Identity[] {
    return this.#signIns;
  }

  get size(): number {
    return this.#all.size;
  }

  accept(wire: Wire, cancelDeadline: Cancel): void {
    const connection = new ClientConnection(wire, {
      ...this.#environment,
      cancelDeadline,
      signedIn: (identity) => {
        this.#signIns.push(identity);
        if (this.#signIns.length > MAX_SIGN_INS) this.#signIns.shift();
      },
      ended: (ended) => {
        this.#all.delete(ended);
      },
    });
    this.#all.add(connection);
    if (this.#stopped) connection.destroy();
  }

  /** Who is connected now. */
  identities(): readonly Identity[] {
    return [...this.#all].flatMap(({ identity }) => identity ?? []);
  }

  /** Those that are open and not silent. */
  heard(): readonly OpenConnection[] {
    return [...this.#all].filter(({ isHeard }) => isHeard);
  }

  /** Closes all, and every one that is still accepted. */
  stop(): void {
    this.#stopped = true;
    for (const connection of this.#all) connection.close(REFUSALS.stopped());
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy();
  }
}
