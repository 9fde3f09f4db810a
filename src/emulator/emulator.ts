import { systemClock } from "../clock";
import { Behaviours } from "./amqp/behaviour";
import { ClientConnections } from "./amqp/connections";
import { ConsumerGroup } from "./groups/consumer-group";
import { Devices } from "./devices/devices";
import { Faults } from "./faults/faults";
import { HttpControl } from "./http/http-control";
import { Listener } from "./amqp/listener";
import { payloadBytes } from "./groups/message";
import { MessageIds } from "./groups/message-ids";
import { START_DEFAULTS } from "./options";
import { checkScenario } from "./faults/scenario-check";
import { ScenarioRun } from "./faults/scenario-run";
import { Settlements } from "./groups/settlements";
import type { Push } from "./groups/message";
import type { Behaviour, DispatchContext } from "./amqp/behaviour";
import type { GroupStatus } from "./groups/consumer-group";
import type { FaultAnswer } from "./faults/fault";
import type { FaultRequest } from "./faults/fault-table";
import type { EmulatorOptions } from "./options";
import type { Scenario } from "./faults/scenario";
import type { History } from "./groups/settlements";
import type { Identity } from "./amqp/sign-in-check";
import { isLoopback } from "../protocol/endpoint";
import { missing } from "../errors/invalid-setting";
import type { Outcome } from "../protocol/amqp-message";

/** How long clients may take to answer the close frames of `stop`. */
const STOP_TIMEOUT_MS = 1_000;

/** The platform's AMQP endpoint on this computer. */
export class Emulator {
  readonly options: EmulatorOptions;
  readonly #behaviours = new Behaviours();
  readonly #groups: ReadonlyMap<string, ConsumerGroup>;
  readonly #settlements = new Settlements();
  readonly #listener: Listener;
  readonly #devices: Devices;
  readonly #faults: Faults;
  readonly #http: HttpControl | undefined;
  readonly #connections: ClientConnections;
  readonly #messageIds: MessageIds;
  readonly #runs: ScenarioRun[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(options: EmulatorOptions) {
    this.options = options;
    const { clock, random } = options;
    this.#messageIds = new MessageIds(clock.now());
    const environment = {
      clock,
      random,
      // Never at once: within a flow frame's event rhea writes a transfer before our attach frame.
      defer: (action: () => void) => void setImmediate(action),
      isSentTwice: (context: DispatchContext) =>
        this.#behaviours.ask((behaviour) => behaviour.onDispatch?.(context)) === "twice",
      observe: this.#settlements.note.bind(this.#settlements),
    };
    this.#groups = new Map(
      options.consumerGroupIds.map((id) => [id, new ConsumerGroup(id, options, environment)]),
    );
    const [behaviours, groups] = [this.#behaviours, this.#groups];
    this.#connections = new ClientConnections({ options, behaviours, groups });
    this.#listener = new Listener(options, (wire, cancelDeadline) => {
      this.#connections.accept(wire, cancelDeadline);
    });
    this.#devices = new Devices(options.devices, options.rate, {
      clock,
      random,
      push: (push) => this.push(push),
    });
    this.#faults = new Faults({
      ...options,
      heard: () => this.#connections.heard(),
      throttle: (perSecond) => {
        for (const group of this.#groups.values()) group.throttle(perSecond);
      },
    });
    this.#behaviours.use(this.#faults.behaviour);
    const { httpPort, log } = options;
    this.#http = httpPort === undefined ? undefined : new HttpControl(this, this.#faults, log);
  }

  /** Resolves once it listens. Rejects if the port is in use, or with SettingError for bad settings. */
  static async start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
    const emulator = new Emulator({ ...START_DEFAULTS, ...options });
    await emulator.#start();
    return emulator;
  }

  get host(): string {
    return this.options.host;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Of the HTTP control, which listens on 127.0.0.1; undefined without one. */
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

  groups(): readonly GroupStatus[] {
    return [...this.#groups.values()].map((group) => group.status());
  }

  /** Queues a message for its consumer groups and returns its message ID. */
  push(push: Push): string {
    const messageId = push.messageId ?? this.#messageIds.next();
    const message = {
      messageId,
      topic: push.topic,
      payload: payloadBytes(push.payload),
      generateTime: push.generateTime ?? this.options.clock.now(),
      qos: push.qos,
    };
    for (const group of this.#groupsOf(push.group)) group.push(message);
    return messageId;
  }

  /** Closes all open connections and says how many; default: as the platform does to balance load. */
  kick(condition?: string, description?: string): number {
    return this.fault({ fault: "kick", condition, description })["kicked"] ?? 0;
  }

  /** Starts a fault (docs/emulator.md). Throws FaultError for wrong parameters. */
  fault(request: FaultRequest): FaultAnswer {
    return this.#faults.start(request);
  }

  /** Ends the faults that last, and says how many: what they hold back goes on. */
  calm(): number {
    return this.#faults.calm();
  }

  /** Starts the faults of a scenario, each in its time. Throws SettingError if it is wrong. */
  play(scenario: Scenario): ScenarioRun {
    if (this.#stopped !== undefined) throw new Error("The emulator has been stopped.");
    const { clock, random, log, consumerGroupIds } = this.options;
    const start = this.#faults.start.bind(this.#faults);
    const environment = { clock, random, log, start };
    const run = new ScenarioRun(checkScenario(scenario, consumerGroupIds), environment);
    this.#runs.push(run);
    return run;
  }

  /** Resolves once a client has settled the message so; rejects with a sentence after `timeoutMs`. */
  expectSettled(
    messageId: string,
    outcome: Outcome = "accepted",
    { timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<void> {
    return this.#settlements.expect(messageId, outcome, timeoutMs);
  }

  /** How often a message was sent and how that ended; undefined if never, or too long ago. */
  history(messageId: string): History | undefined {
    return this.#settlements.history(messageId);
  }

  /** Puts a behaviour in front of the emulator's own conduct; the returned function takes it out. */
  use(behaviour: Behaviour): () => void {
    return this.#behaviours.use(behaviour);
  }

  /** Closes all connections and listens no more; no socket or timer is left. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    const { host, cert, log, scenario, consumerGroupIds } = this.options;
    if (scenario !== undefined) checkScenario(scenario, consumerGroupIds);
    if ((cert === undefined) !== (this.options.key === undefined)) {
      throw missing(cert === undefined ? "cert" : "key", "certAndKey");
    }
    await this.#listener.start();
    if (!isLoopback(host)) {
      log(`Listening on ${host}: whoever reaches this computer can connect.`);
    }
    try {
      await this.#http?.start(this.options.httpPort ?? 0);
    } catch (error) {
      // The caller gets no emulator to stop.
      await this.#listener.close();
      throw error;
    }
    this.#devices.start();
    if (scenario !== undefined) this.play(scenario);
  }

  async #stop(): Promise<void> {
    this.#devices.stop();
    for (const run of this.#runs) run.stop();
    const closed = Promise.all([this.#listener.close(), this.#http?.close()]);
    this.#connections.stop();
    this.#faults.stop();
    // On the computer's clock: a test may hold its own still.
    const cancel = systemClock.after(STOP_TIMEOUT_MS, () => {
      this.#connections.destroy();
      this.#listener.destroySockets();
    });
    await closed;
    cancel();
    // A server is closed a moment before its last sockets have told that they are.
    while (this.#connections.size > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    for (const group of this.#groups.values()) group.stop();
  }

  #groupsOf(consumerGroupId: string | undefined): readonly ConsumerGroup[] {
    if (consumerGroupId === undefined) return [...this.#groups.values()];
    const group = this.#groups.get(consumerGroupId);
    if (group === undefined) throw new Error(`There is no consumer group ${consumerGroupId}.`);
    return [group];
  }
}
