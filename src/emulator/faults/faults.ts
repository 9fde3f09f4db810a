import { shuffled } from "../random";
import { allowedText } from "./fault-request";
import { FAULTS, faultName } from "./fault-table";
import { StandingFaults } from "./standing-faults";
import type { Behaviour, OpenConnection } from "../amqp/behaviour";
import type { ApiHooks } from "../api/hooks";
import type { EmulatorOptions } from "../options";
import type { ConnectionChoice, FaultAnswer } from "./fault";
import type { UncheckedRequest } from "./fault-request";
import type { Parameter, Parameters } from "./parameter";
import type { StandingFaultReport } from "./standing-faults";

/** A parameter, as `GET /faults` describes it. */
interface ParameterDescription {
  readonly allowed: string;
  /** What its absence means; undefined if it is required, or if there is nothing to say. */
  readonly default?: string;
}

/** What `GET /faults` answers. */
export interface FaultList {
  readonly faults: readonly {
    readonly fault: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, ParameterDescription>>;
  }[];
  readonly standing: readonly StandingFaultReport[];
}

/** What faults are done to. */
export interface FaultTarget {
  /** The open connections that are not silent. */
  openConnections(): readonly OpenConnection[];
  /** See `ConsumerGroup.throttle`; for all groups. */
  throttle(perSecond: number | undefined): void;
}

/** Starts an emulator's faults, and knows those that last. */
export class Faults {
  readonly #options: EmulatorOptions;
  readonly #target: FaultTarget;
  readonly #standing = new StandingFaults();
  #stopped = false;

  constructor(options: EmulatorOptions, target: FaultTarget) {
    this.#options = options;
    this.#target = target;
  }

  /** The hooks of the faults in force. */
  get behaviour(): Behaviour & Required<ApiHooks> {
    return this.#standing;
  }

  /** Starts a fault; `random` decides what it leaves to chance. Throws FaultRequestError. */
  start({ fault, ...given }: UncheckedRequest, random = this.#options.random): FaultAnswer {
    if (this.#stopped) throw new Error("The emulator has been stopped.");
    const name = faultName(fault);
    const { clock, log, consumerGroupIds } = this.#options;
    const request = { fault: name, ...given };
    const answer = FAULTS[name].start(
      {
        clock,
        random,
        consumerGroupIds,
        pick: (choice) => this.#pick(choice, random),
        putInForce: (standing) => this.#standing.add(request, standing),
        endEarlier: () => this.#standing.end(name),
        throttle: (perSecond) => {
          this.#target.throttle(perSecond);
        },
      },
      given,
    );
    const numbers = Object.entries(answer).map(([what, number]) => `${what} ${number}`);
    log(`fault ${JSON.stringify(request)}: ${numbers.join(", ")}`);
    return answer;
  }

  /** Ends those in force and returns how many there were. What they hold back is sent. */
  endAll(): number {
    return this.#standing.end();
  }

  /** Every fault with its parameters, and those in force. */
  describe(): FaultList {
    const faults = Object.entries(FAULTS).map(([fault, { description, parameters }]) => {
      return { fault, description, parameters: this.#describeParameters(parameters) };
    });
    return { faults, standing: this.#standing.list() };
  }

  /** Ends all; none is started after this. */
  stop(): void {
    this.#stopped = true;
    this.endAll();
  }

  #describeParameters(parameters: Parameters): Readonly<Record<string, ParameterDescription>> {
    const { consumerGroupIds } = this.#options;
    const describe = (parameter: Parameter<unknown>): ParameterDescription => {
      const allowed = allowedText(parameter.allowed(consumerGroupIds));
      const { whenAbsent } = parameter;
      return whenAbsent === "" ? { allowed } : { allowed, default: whenAbsent };
    };
    return Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [name, describe(parameter)]),
    );
  }

  #pick({ connections, group }: ConnectionChoice, random: () => number): readonly OpenConnection[] {
    const open = this.#target
      .openConnections()
      .filter(({ identity }) => group === undefined || identity?.consumerGroupId === group);
    return connections === undefined ? open : shuffled(open, random).slice(0, connections);
  }
}
