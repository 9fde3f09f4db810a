import { systemClock } from "../clock";
import { isLoopback } from "../protocol/endpoint";
import { Behaviours } from "./amqp/behaviour";
import { ClientConnections } from "./amqp/connections";
import { Listener } from "./amqp/listener";
import { Api } from "./api/api";
import { Devices } from "./devices/devices";
import { Faults } from "./faults/faults";
import { checkScenario } from "./faults/scenario";
import { ScenarioRun } from "./faults/scenario-run";
import { ConsumerGroups } from "./groups/consumer-groups";
import { HttpControl } from "./http/http-control";
import { checkCertificate, checkedScenario, START_DEFAULTS } from "./start-options";
import type { Outcome } from "../protocol/amqp-message";
import type { Behaviour } from "./amqp/behaviour";
import type { Identity } from "./amqp/sign-in-check";
import type { ExecutedCommand } from "./api/command-log";
import type { FaultAnswer } from "./faults/fault";
import type { FaultRequest } from "./faults/fault-table";
import type { Scenario } from "./faults/scenario";
import type { GroupStatus } from "./groups/consumer-group";
import type { NewMessage } from "./groups/message";
import type { History } from "./groups/settlements";
import type { EmulatorOptions } from "./options";
import type { StartOptions } from "./start-options";

/** How long clients may take to answer the close frames of `stop`. */
const STOP_TIMEOUT_MS = 1_000;

/** The platform's AMQP endpoint on this computer. */
export class Emulator {
  readonly options: EmulatorOptions;
  readonly #behaviours = new Behaviours();
  readonly #groups: ConsumerGroups;
  readonly #listener: Listener;
  readonly #devices: Devices;
  readonly #api: Api;
  readonly #faults: Faults;
  readonly #http: HttpControl | undefined;
  readonly #connections: ClientConnections;
  readonly #runs: ScenarioRun[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(options: EmulatorOptions) {
    this.options = options;
    const { httpPort } = options;
    const behaviours = this.#behaviours;
    this.#groups = new ConsumerGroups(
      options,
      (context) => behaviours.ask((behaviour) => behaviour.onDispatch?.(context)) === "twice",
    );
    this.#connections = new ClientConnections(options, behaviours, this.#groups.byId);
    this.#listener = new Listener(options, this.#connections);
    this.#devices = new Devices(options, (message) => this.push(message));
    this.#faults = new Faults(options, {
      openConnections: () => this.#connections.openConnections(),
      throttle: (perSecond) => {
        this.#groups.throttle(perSecond);
      },
    });
    behaviours.use(this.#faults.behaviour);
    this.#api = new Api(options, this.#devices, this.#faults.behaviour);
    this.#http =
      httpPort === undefined ? undefined : new HttpControl(this, this.#api, this.#faults);
  }

  /**
   * Resolves once it listens. Rejects with SettingError for a certificate or a scenario that is
   * wrong, with Node's error if it cannot listen.
   */
  static async start(given: Partial<StartOptions> = {}): Promise<Emulator> {
    const { scenario, ...options }: StartOptions = { ...START_DEFAULTS, ...given };
    checkCertificate(options);
    const checked = checkedScenario(scenario, options.consumerGroupIds);
    const emulator = new Emulator(options);
    await emulator.#start();
    if (checked !== undefined) emulator.play(checked);
    return emulator;
  }

  get host(): string {
    return this.options.host;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Port of the HTTP control, which listens on 127.0.0.1; undefined without one. */
  get httpPort(): number | undefined {
    return this.#http?.port;
  }

  /** Every sign-in accepted so far, oldest first. */
  get signIns(): readonly Identity[] {
    return this.#connections.signIns;
  }

  /** Who is connected now. */
  connections(): readonly Identity[] {
    return this.#connections.identities();
  }

  /** The simulated devices, each as product key and device name: `k1demoPk01/meter-01`. */
  get deviceNames(): readonly string[] {
    return this.#devices.names;
  }

  /** Each consumer group with its counts since the start. */
  groups(): readonly GroupStatus[] {
    return this.#groups.statuses();
  }

  /**
   * Queues a message for its consumer groups and returns its message ID, a number of 19 digits if
   * none was given. Throws Error for a group that does not exist.
   */
  push(message: NewMessage): string {
    return this.#groups.push(message);
  }

  /** Closes all open connections and returns how many; default: as the platform does to balance load. */
  kick(condition?: string, description?: string): number {
    return this.fault({ fault: "kick", condition, description })["kicked"] ?? 0;
  }

  /**
   * Starts a fault and returns what it has done, such as `{ kicked: 2 }`. The faults are described
   * in docs/emulator.md. Throws FaultRequestError for wrong parameters.
   */
  fault(request: FaultRequest): FaultAnswer {
    return this.#faults.start(request);
  }

  /** Ends the faults in force and returns how many there were. What they hold back is sent. */
  endFaults(): number {
    return this.#faults.endAll();
  }

  /**
   * Starts the faults of a scenario, each at its time, until it ends or is stopped. Throws
   * SettingError with the code SCENARIO_INVALID if it is wrong.
   */
  play(scenario: Scenario): ScenarioRun {
    if (this.#stopped !== undefined) throw new Error("The emulator has been stopped.");
    const checked = checkScenario(scenario, this.options.consumerGroupIds);
    const run = new ScenarioRun(checked, this.#faults, this.options);
    this.#runs.push(run);
    return run;
  }

  /**
   * Resolves once a client has settled the message so. Rejects after `timeoutMs` (5,000) with a
   * sentence that says what happened instead.
   */
  expectSettled(
    messageId: string,
    outcome: Outcome = "accepted",
    { timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<void> {
    return this.#groups.settlements.expect(messageId, outcome, timeoutMs);
  }

  /** How often a message was sent and how that ended; undefined if never, or too long ago. */
  history(messageId: string): History | undefined {
    return this.#groups.settlements.history(messageId);
  }

  /** What devices have done because the API told them, the newest 100,000, oldest first. */
  get commands(): readonly ExecutedCommand[] {
    return this.#api.commands;
  }

  /** Adds hooks that are asked before the emulator acts; the returned function removes them. */
  use(behaviour: Behaviour): () => void {
    return this.#behaviours.use(behaviour);
  }

  /** Closes all connections and the ports; no socket or timer is left. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    const { host, httpPort = 0, log } = this.options;
    await this.#listener.start();
    if (!isLoopback(host)) {
      log(`Listening on ${host}: whoever reaches this computer can connect.`);
    }
    try {
      await this.#http?.start(httpPort);
    } catch (error) {
      // The caller gets no emulator that it could stop.
      await this.#listener.close();
      throw error;
    }
    this.#devices.start();
  }

  async #stop(): Promise<void> {
    this.#devices.stop();
    this.#api.stop();
    for (const run of this.#runs) run.stop();
    const closed = Promise.all([this.#listener.close(), this.#http?.close()]);
    this.#connections.stop();
    this.#faults.stop();
    // On the computer's clock: that of a test may stand still.
    const cancel = systemClock.after(STOP_TIMEOUT_MS, () => {
      this.#connections.destroy();
      this.#listener.destroySockets();
    });
    await closed;
    cancel();
    // A server reports its end a moment before the last sockets report theirs.
    while (this.#connections.size > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#groups.stop();
  }
}
