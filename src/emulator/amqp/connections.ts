import { Admission } from "./admission";
import { ClientConnection } from "./connection";
import { REFUSALS } from "./refusals";
import type { Cancel } from "../../clock";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorOptions } from "../options";
import type { Behaviours, OpenConnection } from "./behaviour";
import type { ClientSocket } from "./client-socket";
import type { ConnectionOwner } from "./connection";
import type { Identity } from "./sign-in-check";

/** Sign-ins remembered; the oldest is forgotten first. */
const MAX_SIGN_INS = 10_000;

/** An emulator's connections, and who has signed in over them. */
export class ClientConnections implements ConnectionOwner {
  readonly options: EmulatorOptions;
  readonly behaviours: Behaviours;
  readonly admission: Admission;
  readonly #all = new Set<ClientConnection>();
  readonly #signIns: Identity[] = [];
  #stopped = false;

  constructor(
    options: EmulatorOptions,
    behaviours: Behaviours,
    groups: ReadonlyMap<string, ConsumerGroup>,
  ) {
    this.options = options;
    this.behaviours = behaviours;
    this.admission = new Admission(options, behaviours, groups);
  }

  /** Every sign-in accepted so far, oldest first. */
  get signIns(): readonly Identity[] {
    return this.#signIns;
  }

  get size(): number {
    return this.#all.size;
  }

  accept(socket: ClientSocket, cancelDeadline: Cancel): void {
    const connection = new ClientConnection(socket, this, cancelDeadline);
    this.#all.add(connection);
    if (this.#stopped) connection.destroy();
  }

  signedIn(identity: Identity): void {
    this.#signIns.push(identity);
    if (this.#signIns.length > MAX_SIGN_INS) this.#signIns.shift();
  }

  ended(connection: ClientConnection): void {
    this.#all.delete(connection);
  }

  /** Who is connected now. */
  identities(): readonly Identity[] {
    return [...this.#all].flatMap(({ identity }) => identity ?? []);
  }

  /** Those that are open and not silent. */
  openConnections(): readonly OpenConnection[] {
    return [...this.#all].filter(({ isOpen }) => isOpen);
  }

  /** Closes all, and destroys those that are still accepted. */
  stop(): void {
    this.#stopped = true;
    for (const connection of this.#all) connection.close(REFUSALS.stopped());
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy();
  }
}
