import { ADDRCONFIG, lookup } from "node:dns";
import { isIP } from "node:net";

/** Resolves with the addresses of a host name, best first. Rejects with Node's error. */
export type AskSystem = (host: string) => Promise<readonly string[]>;

/** As Node's sockets ask: no IPv6 addresses where the computer has none itself. */
const HINTS = process.platform === "win32" ? 0 : ADDRCONFIG;

function askSystem(host: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, hints: HINTS }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });
}

/**
 * Looks host names up, one at a time, and each once for all who ask meanwhile. A look-up cannot be
 * called off; where the name server hangs, it holds one of the two threads that Node.js has for the
 * look-ups of the whole process. Whoever gives up and asks again waits for the same one.
 */
export class HostNames {
  readonly #ask: AskSystem;
  readonly #underWay = new Map<string, Promise<readonly string[]>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(ask: AskSystem = askSystem) {
    this.#ask = ask;
  }

  /** The addresses of a name; an address is its own. Rejects with Node's error. */
  addresses(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    const known = this.#underWay.get(host);
    if (known !== undefined) return known;
    const found = this.#last.then(() => this.#ask(host));
    this.#underWay.set(host, found);
    this.#last = found.then(
      () => this.#underWay.delete(host),
      () => this.#underWay.delete(host),
    );
    return found;
  }
}

/** One for the process: its subscribers, commands and connection tests. */
export const hostNames = new HostNames();
