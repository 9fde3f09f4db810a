import { hostname } from "node:os";
import { openLink } from "../amqp/amqp-link";
import { systemClock } from "../clock";
import { isIotAmqpError, RefusalError } from "../errors/error";
import { consumerGroup } from "../subscription/consumer-group";
import { linkRequest } from "../subscription/link-request";
import { certificateValues } from "./certificate";
import { STEPS } from "./finding";
import { hintsFor } from "./hints";
import { addressesOf, checkMaterial } from "./network";
import { LinkProbe, refusedCertificate, SocketProbe } from "./probe";
import type { LinkProbeEnvironment } from "./probe";
import type { LinkRequest, OpenLink } from "../amqp/link";
import type { Clock } from "../clock";
import type { ErrorCode, IotAmqpError } from "../errors/error";
import type { Fact, Finding, Step } from "./finding";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";
import { defaultClientId } from "../protocol/sign-in-values";

/** Settings that have been checked. */
export interface Settings {
  readonly instance: InstanceOptions;
  readonly options: SubscribeOptions;
}

/** What is to be examined. */
export interface Examination {
  /** Throws SettingError. */
  readonly settings: () => Settings;
  /** How long to wait for a message; 0: the receiver link gets no credit, and nothing is received. */
  readonly waitMs: number;
  /** Ends the examination early. */
  readonly stopping: AbortSignal;
}

/** What an examination acts on. */
export interface ExamineEnvironment {
  readonly clock: Clock;
  readonly openLink: OpenLink;
}

type Checked<T> = readonly [value: T, fact: Fact];

/** Failures that look different once the certificate is known. */
const CERTIFICATE_CODES: ReadonlySet<ErrorCode> = new Set([
  "TLS_UNTRUSTED",
  "TLS_HOSTNAME",
  "TLS_EXPIRED",
]);

/** The examination goes no further: the failure has been reported, or it was stopped. */
class ExaminationEnded extends Error {}

/** Does the steps one after another and reports each as it begins and ends. */
class Examiner {
  readonly #examination: Examination;
  readonly #environment: LinkProbeEnvironment;
  readonly #report: (finding: Finding) => void;
  /** Not begun yet; `message` is among them only where it was asked for. */
  #left: readonly Step[];
  #settings: Settings | undefined;
  #addresses: readonly string[] = [];

  constructor(
    examination: Examination,
    environment: ExamineEnvironment,
    report: (finding: Finding) => void,
  ) {
    this.#examination = examination;
    this.#environment = { ...environment, stopping: examination.stopping };
    this.#report = report;
    this.#left = STEPS.filter((step) => step !== "message" || examination.waitMs > 0);
  }

  async run(): Promise<boolean> {
    try {
      const settings = await this.#step("settings", () => this.#checkSettings());
      const request = this.#request(settings);
      await this.#step("dns", () => this.#resolve(request));
      await this.#connect(request);
      await this.#attach(settings, request);
      return true;
    } catch (error) {
      if (!(error instanceof ExaminationEnded)) throw error;
      const notChecked = this.#isStopped() ? [] : this.#left;
      for (const step of notChecked) this.#skip(step, { name: "notChecked", values: {} });
      return false;
    }
  }

  #isStopped(): boolean {
    return this.#examination.stopping.aborted;
  }

  #skip(step: Step, fact: Fact): void {
    this.#left = this.#left.filter((each) => each !== step);
    this.#report({ step, state: "skipped", fact });
  }

  async #step<T>(step: Step, check: () => Promise<Checked<T>> | Checked<T>): Promise<T> {
    if (this.#isStopped()) throw new ExaminationEnded();
    this.#left = this.#left.filter((each) => each !== step);
    this.#report({ step, state: "running" });
    try {
      const [value, fact] = await check();
      if (this.#isStopped()) throw new ExaminationEnded();
      this.#report({ step, state: "passed", fact });
      return value;
    } catch (error) {
      if (this.#isStopped()) throw new ExaminationEnded();
      if (!isIotAmqpError(error)) throw error;
      const hints = await this.#hints(error);
      if (this.#isStopped()) throw new ExaminationEnded();
      this.#report({ step, state: "failed", error, hints });
      throw new ExaminationEnded();
    }
  }

  async #hints(error: IotAmqpError) {
    if (this.#settings === undefined) return [];
    const certificate = CERTIFICATE_CODES.has(error.code)
      ? await refusedCertificate(this.#request(this.#settings), this.#environment)
      : undefined;
    const nowMs = this.#environment.clock.now();
    return hintsFor({ ...this.#settings, error, addresses: this.#addresses, certificate, nowMs });
  }

  #checkSettings(): Checked<Settings> {
    const settings = this.#examination.settings();
    checkMaterial(this.#request(settings));
    this.#settings = settings;
    const { host, port, iotInstanceId } = settings.instance;
    const { consumerGroupId } = settings.options;
    const values = { host, port, iotInstanceId, consumerGroupId };
    return [settings, { name: iotInstanceId === "" ? "settingsLegacy" : "settings", values }];
  }

  async #resolve(request: LinkRequest): Promise<Checked<void>> {
    const { host } = request;
    this.#addresses = await addressesOf(request, this.#environment);
    const addresses = this.#addresses.slice(0, 4).join(", ");
    const name = addresses === host ? "dnsAddress" : "dns";
    return [undefined, { name, values: { host, addresses } }];
  }

  async #connect(request: LinkRequest): Promise<void> {
    const { clock } = this.#environment;
    const sinceMs = clock.monotonicMs();
    const probe = await this.#step("tcp", async () => {
      const socketProbe = new SocketProbe(request, this.#environment);
      const address = await socketProbe.tcp;
      const ms = Math.round(clock.monotonicMs() - sinceMs);
      return [socketProbe, { name: "tcp", values: { address, port: request.port, ms } }];
    });
    try {
      if (request.tls === undefined) this.#skip("tls", { name: "tlsOff", values: {} });
      else await this.#step("tls", () => secure(request, probe));
    } finally {
      probe.close();
    }
  }

  async #attach(settings: Settings, request: LinkRequest): Promise<void> {
    const { consumerGroupId } = request;
    const { waitMs } = this.#examination;
    const probe = await this.#step("signIn", async () => {
      this.#admit(settings);
      const linkProbe = new LinkProbe(request, this.#environment);
      await linkProbe.signedIn;
      return [linkProbe, { name: "signIn", values: {} }];
    });
    try {
      await this.#step("open", async () => {
        await probe.opened;
        return [undefined, { name: "open", values: {} }];
      });
      await this.#step("attach", async () => {
        await probe.staysAttached();
        return [undefined, { name: "attach", values: { consumerGroupId } }];
      });
      if (waitMs > 0) await this.#step("message", () => receive(probe, waitMs));
    } finally {
      await probe.close();
    }
  }

  /** It is a connection request like any other, and the platform counts it. */
  #admit({ instance, options }: Settings): void {
    const { limiter } = consumerGroup(instance, options.consumerGroupId);
    if (limiter.request(this.#environment.clock.monotonicMs()) > 0) {
      throw new RefusalError("CONNECT_LIMIT");
    }
  }

  #request({ instance, options }: Settings): LinkRequest {
    // Not the subscriber's: what happens to two clients of one ID is not documented.
    const clientId = defaultClientId(hostname(), "connection-test");
    return linkRequest(instance, { ...options, clientId }, this.#environment.clock);
  }
}

async function secure({ tls }: LinkRequest, probe: SocketProbe): Promise<Checked<void>> {
  const { protocol = "TLS", certificate } = await probe.tls;
  const about = certificate === undefined ? {} : certificateValues(certificate);
  const name = tls?.rejectUnauthorized === false ? "tlsUnverified" : "tls";
  return [undefined, { name, values: { ...about, protocol } }];
}

async function receive(probe: LinkProbe, waitMs: number): Promise<Checked<void>> {
  const { topic, afterMs } = await probe.message(waitMs);
  const seconds = Math.round(afterMs / 100) / 10;
  if (topic === undefined) return [undefined, { name: "messageUndecodable", values: { seconds } }];
  return [undefined, { name: "message", values: { seconds, topic } }];
}

/** Checks step by step whether a subscriber with these settings would receive; true if all passed. */
export function examine(
  examination: Examination,
  report: (finding: Finding) => void,
  environment: ExamineEnvironment = { clock: systemClock, openLink },
): Promise<boolean> {
  return new Examiner(examination, environment, report).run();
}
