import { Agent as PlainAgent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { connect, isIP } from "node:net";
import { Dial } from "../network/dial";
import { CONNECT_MS, Overdue } from "./exchange";
import type { AgentOptions as PlainOptions, ClientRequestArgs } from "node:http";
import type { AgentOptions as TlsOptions, RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import type { DialEnvironment, DialOwner } from "../network/dial";
import type { HostNames } from "../network/host-names";

/** How Node's agents hear what came of it. */
type Answer = (error: Error | null, stream: Duplex) => void;

/** Connects by TCP to the address of a host that answers first. */
function dial({ host, port }: ClientRequestArgs, environment: DialEnvironment, owner: DialOwner) {
  const open = (address: string) => connect({ host: address, port: Number(port), noDelay: true });
  const dialled = new Dial(
    { host: host ?? "", open },
    {
      connected: (socket) => {
        cancel();
        owner.connected(socket);
      },
      failed: (error) => {
        cancel();
        owner.failed(error);
      },
    },
    environment,
  );
  // The request that it is for is given up as well then, but that does not end what is under way.
  const cancel = environment.clock.after(CONNECT_MS, () => {
    if (dialled.cancel()) owner.failed(new Overdue(CONNECT_MS, dialled.isLookingUp));
  });
}

/** Hands an answer's error over, which comes without a stream. */
function failing(answer: Answer | undefined): (error: unknown) => void {
  const fail = answer as ((error: unknown) => void) | undefined;
  return (error) => fail?.(error);
}

/** Node's agent for HTTP, but for how it connects. */
export class DialingPlainAgent extends PlainAgent {
  readonly #environment: DialEnvironment;

  constructor(options: PlainOptions, environment: DialEnvironment) {
    super(options);
    this.#environment = environment;
  }

  override createConnection(options: ClientRequestArgs, answer?: Answer): undefined {
    dial(options, this.#environment, {
      connected: (socket) => answer?.(null, socket),
      failed: failing(answer),
    });
  }
}

/** Node's agent for HTTPS, but for how it connects. */
export class DialingTlsAgent extends TlsAgent {
  readonly #environment: DialEnvironment;

  constructor(options: TlsOptions, environment: DialEnvironment) {
    super(options);
    this.#environment = environment;
  }

  override createConnection(options: RequestOptions, answer?: Answer): undefined {
    const failed = failing(answer);
    const connected: DialOwner["connected"] = (socket) => {
      try {
        const secured = super.createConnection({ ...options, ...{ socket } });
        if (secured != null) answer?.(null, secured);
      } catch (error) {
        socket.destroy();
        failed(error); // TLS material that Node cannot read
      }
    };
    dial(options, this.#environment, { connected, failed });
  }
}

/** How long one address of a proxy has: its agent tries them one after another. */
const PROXY_ADDRESS_MS = 2_000;

/** Lets Node's own way to connect share look-ups, and wait longer than its 250 ms for an address. */
export function patientLookUp(names: HostNames): {
  lookup: LookupFunction;
  autoSelectFamilyAttemptTimeout: number;
} {
  const lookup: LookupFunction = (host, { all }, answer) => {
    names.addresses(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (all === true || first === undefined) answer(null, found);
        else answer(null, first.address, first.family);
      },
      (error: unknown) => {
        answer(error instanceof Error ? error : new Error(String(error)), []);
      },
    );
  };
  return { lookup, autoSelectFamilyAttemptTimeout: PROXY_ADDRESS_MS };
}
