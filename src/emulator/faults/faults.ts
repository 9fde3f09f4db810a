import { shuffled } from "../random";
import { allowedText } from "./fault-request-error";
import { StandingFaults } from "./standing-faults";
import { FAULTS, faultName } from "./fault-table";
import type { Clock } from "../../clock";
import type { Behaviour, OpenConnection } from "../amqp/behaviour";
import type { Log } from "../options";
import type { Choice, FaultAnswer } from "./fault";
import type { Parameter } from "./parameter";
import type { StandingFault } from "./standing-faults";

/** A request for a fault whose fields nobody has looked at. */
export type UncheckedRequest = Readonly<Record<string, unknown>>;

/** What `GET /faults` tells. */
export interface FaultsTold {
  readonly faults: readonly {
    readonly fault: string;
    readonly description: string;
    /** By name: what it may be, and what its absence means. */
    readonly parameters: Readonly<Record<string, { allowed: string; default?: string }>>;
  }[];
  readonly standing: readonly StandingFault[];
}

export interface FaultsEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly consumerGroupIds: readonly string[];
  /** The open connections that are not silent. */
  readonly heard: () => readonly OpenConnection[];
  readonly throttle: (perSecond: number | undefined) => void;
}

/** Starts an emulator's faults, and knows those that last. */
export class Faults {
  readonly #environment: FaultsEnvironment;
  readonly #standing = new StandingFaults();
  #stopped = false;

  constructor(environment: FaultsEnvironment) {
    this.#environment = environment;
  }

  /** To be put in front of the emulator's own conduct. */
  get behaviour(): Behaviour {
    return this.#standing;
  }

  /** Starts a fault; `random` decides what it leaves to chance. Throws FaultError. */
  start({ fault, ...given }: UncheckedRequest, random = this.#environment.random): FaultAnswer {
    if (this.#stopped) throw new Error("The emulator has been stopped.");
    const name = faultName(fault);
    const { clock, log, consumerGroupIds, throttle } = this.#environment;
    const answer = FAULTS[name].start(
      {
        ...{ clock, random, consumerGroupIds, throttle },
        pick: (choice) => this.#pick(choice, random),
        stand: (standing) => this.#standing.add({ fault: name, ...given }, standing),
        calmOthers: () => this.#standing.calm(name),
      },
      given,
    );
    const told = Object.entries(answer).map(([what, number]) => `${what} ${number}`);
    log(`fault ${JSON.stringify({ fault: name, ...given })}: ${told.join(", ")}`);
    return answer;
  }

  /** Ends those that last, and says how many: what they hold back goes on. */
  calm(): number {
    return this.#standing.calm();
  }

  tell(): FaultsTold {
    const { consumerGroupIds } = this.#environment;
    const toldParameter = ([name, parameter]: [string, Parameter<unknown>]) => {
      const { otherwise } = parameter;
      const allowed = allowedText(parameter.allowed(consumerGroupIds));
      return [name, { allowed, ...(otherwise === "" ? {} : { default: otherwise }) }] as const;
    };
    const faults = Object.entries(FAULTS).map(([name, { description, parameters }]) => {
      const told = Object.entries<Parameter<unknown>>(parameters).map(toldParameter);
      return { fault: name, description, parameters: Object.fromEntries(told) };
    });
    return { faults, standing: this.#standing.list() };
  }

  /** No timer is left, and none is started after this. */
  stop(): void {
    this.#stopped = true;
    this.calm();
  }

  #pick({ connections, group }: Choice, random: () => number): readonly OpenConnection[] {
    const open = this.#environment
      .heard()
      .filter(({ identity }) => group === undefined || identity?.consumerGroupId === group);
    return connections === undefined ? open : shuffled(open, random).slice(0, connections);
  }
}
