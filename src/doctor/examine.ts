import { hostname } from "node:os";
import { openLink } from "../amqp/amqp-link";
import { systemClock } from "../clock";
import { RefusalError } from "../errors/error";
import { consumerGroup } from "../subscription/consumer-group";
import { linkRequest } from "../subscription/link-request";
import { hostNames } from "../network/host-names";
import { probeApi } from "./api-probe";
import { certificateValues } from "./certificate";
import { STEPS } from "./finding";
import { addressHints, hintsFor } from "./hints";
import { addressesOf, checkMaterial } from "./network";
import { LinkProbe, refusedCertificate, SocketProbe } from "./probe";
import { Steps } from "./steps";
import type { LinkProbeEnvironment } from "./probe";
import type { LinkRequest, OpenLink } from "../amqp/link";
import type { Clock } from "../clock";
import type { HostNames } from "../network/host-names";
import type { ErrorCode, IotAmqpError } from "../errors/error";
import type { Certificate } from "./certificate";
import type { Finding, Hint } from "./finding";
import type { Checked } from "./steps";
import type { ApiOptions } from "../settings/api";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";
import { defaultClientId } from "../protocol/sign-in-values";

/** Settings that have been checked. */
export interface Settings {
  readonly instance: InstanceOptions;
  readonly options: SubscribeOptions;
  /** Where commands are sent; undefined: not checked. */
  readonly api?: ApiOptions | undefined;
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
  readonly names: HostNames;
}

/** Failures that look different once the certificate is known. */
const CERTIFICATE_CODES: ReadonlySet<ErrorCode> = new Set([
  "TLS_UNTRUSTED",
  "TLS_HOSTNAME",
  "TLS_EXPIRED",
]);

/** Failures of a host with all its addresses. */
const ADDRESS_CODES: ReadonlySet<ErrorCode> = new Set([
  "CONNECTION_REFUSED",
  "CONNECTION_FAILED",
  "CONNECT_TIMEOUT",
]);

/** Goes the way to the receiver link, and asks the API where the settings have one. */
class Examiner {
  readonly #examination: Examination;
  readonly #environment: LinkProbeEnvironment;
  readonly #toLink: Steps;
  readonly #toApi: Steps;
  #settings: Settings | undefined;
  #addresses: readonly string[] = [];
  #probe: SocketProbe | undefined;

  constructor(
    examination: Examination,
    environment: ExamineEnvironment,
    report: (finding: Finding) => void,
  ) {
    const { stopping, waitMs } = examination;
    const options = { report, stopping, hints: (error: IotAmqpError) => this.#hints(error) };
    this.#examination = examination;
    this.#environment = { ...environment, stopping };
    // `message` is among them only where it was asked for.
    const steps = STEPS.filter((step) => step !== "api" && (step !== "message" || waitMs > 0));
    this.#toLink = new Steps(steps, options);
    this.#toApi = new Steps(["api"], options);
  }

  async run(): Promise<boolean> {
    const receives = await this.#toLink.passed(() => this.#receive());
    const settings = this.#settings;
    const api = settings?.api;
    if (api === undefined) return receives;
    // Whoever cannot receive may still send: the API has a port, a network and rights of its own.
    const sends = await this.#toApi.passed(() =>
      this.#toApi.check("api", () => this.#checkApi(api)),
    );
    return receives && sends;
  }

  async #receive(): Promise<void> {
    const settings = await this.#toLink.check("settings", () => this.#checkSettings());
    const request = this.#request(settings);
    await this.#toLink.check("dns", () => this.#resolve(request));
    await this.#connect(request);
    await this.#attach(settings, request);
  }

  async #hints(error: IotAmqpError): Promise<readonly Hint[]> {
    if (this.#settings === undefined) return [];
    const certificate = CERTIFICATE_CODES.has(error.code)
      ? await refusedCertificate(this.#request(this.#settings), this.#environment)
      : undefined;
    return this.#suspected(error, certificate);
  }

  #suspected(error: IotAmqpError, certificate?: Certificate): readonly Hint[] {
    if (this.#settings === undefined) return [];
    const nowMs = this.#environment.clock.now();
    const hints = hintsFor({
      ...this.#settings,
      error,
      addresses: this.#addresses,
      certificate,
      nowMs,
    });
    return [...this.#addressHints(error), ...hints];
  }

  /** Of one address alone, the error says it all. */
  #addressHints({ code }: IotAmqpError): readonly Hint[] {
    const attempts = this.#probe?.attempts ?? [];
    return ADDRESS_CODES.has(code) && attempts.length > 1 ? addressHints(attempts) : [];
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
    const probe = await this.#toLink.check("tcp", async () => {
      const socketProbe = new SocketProbe(request, this.#environment);
      this.#probe = socketProbe;
      const { address, ms } = await socketProbe.tcp;
      const values = { address, port: request.port, ms };
      return [socketProbe, { name: "tcp", values }, addressHints(socketProbe.attempts)];
    });
    try {
      if (request.tls === undefined) this.#toLink.skip("tls", { name: "tlsOff", values: {} });
      else await this.#toLink.check("tls", () => secure(request, probe));
    } finally {
      probe.close();
    }
  }

  async #attach(settings: Settings, request: LinkRequest): Promise<void> {
    const { consumerGroupId } = request;
    const { waitMs } = this.#examination;
    const probe = await this.#toLink.check("signIn", async () => {
      this.#admit(settings);
      const linkProbe = new LinkProbe(request, this.#environment);
      await linkProbe.signedIn;
      return [linkProbe, { name: "signIn", values: {} }];
    });
    try {
      await this.#toLink.check("open", async () => {
        await probe.opened;
        return [undefined, { name: "open", values: {} }];
      });
      await this.#toLink.check("attach", async () => {
        await probe.staysAttached();
        return [undefined, { name: "attach", values: { consumerGroupId } }];
      });
      if (waitMs > 0) await this.#toLink.check("message", () => receive(probe, waitMs));
    } finally {
      await probe.close();
    }
  }

  async #checkApi(api: ApiOptions): Promise<Checked<void>> {
    const { notFound, fact } = await probeApi(api, this.#environment);
    // Without its instance ID, or in another region, the platform finds no product of an instance.
    if (notFound !== undefined && this.#suspected(notFound).length > 0) throw notFound;
    return [undefined, fact];
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

/**
 * Checks step by step whether a subscriber with these settings would receive, and whether the API
 * takes calls; true if all passed.
 */
export function examine(
  examination: Examination,
  report: (finding: Finding) => void,
  environment: ExamineEnvironment = { clock: systemClock, openLink, names: hostNames },
): Promise<boolean> {
  return new Examiner(examination, environment, report).run();
}
