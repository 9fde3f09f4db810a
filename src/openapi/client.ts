import { getProxyForUrl } from "proxy-from-env";
import { systemClock } from "../clock";
import { hostNames } from "../network/host-names";
import { ApiError, RequestError } from "../errors/error";
import { accountOf } from "./account";
import { API_ACTIONS } from "./actions";
import { Connections } from "./connections";
import { exchange } from "./exchange";
import { clockReason, finalError } from "./failure";
import { originOf, prepare, signedRequest } from "./http-request";
import { outcomeOf } from "./outcome";
import { nextTryMs } from "./retry";
import type { Clock } from "../clock";
import type { HostNames } from "../network/host-names";
import type { JsonObject } from "../protocol/json";
import type { ApiOptions } from "../settings/api";
import type { Account } from "./account";
import type { ApiAction } from "./actions";
import type { Caller } from "./failure";
import type { PreparedCall } from "./http-request";
import type { Outcome } from "./outcome";

/** One call of the platform's API. `IotInstanceId` is added by the client. */
export interface ApiCall {
  readonly action: ApiAction;
  readonly parameters: Readonly<Record<string, string>>;
  /** From when it is sent to the end of the answer; waiting in the queue does not count. */
  readonly timeoutMs: number;
}

/** What the platform answered to a call that succeeded. */
export interface ApiAnswer {
  readonly requestId: string;
  /** The answer; whole numbers beyond 2^53 are decimal strings. */
  readonly body: JsonObject;
}

/** Calls the platform's API as one account. */
export interface ApiClient {
  /**
   * Resolves with the answer of a call that succeeded. Rejects with ApiError or CommandError; the
   * code `OUTCOME_UNKNOWN` alone means that it may have been carried out. Rejects with RequestError
   * for parameters that are too long to be sent.
   */
  call(call: ApiCall): Promise<ApiAnswer>;
  /** Closes idle connections; calls under way end as they would. */
  close(): void;
}

/** What a client takes from the computer that it runs on. */
export interface ApiEnvironment {
  readonly clock: Clock;
  /** Default: the one of the process. */
  readonly names: HostNames;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The proxy for an address, as a URL; empty: none. Default: by HTTPS_PROXY, ALL_PROXY, NO_PROXY. */
  readonly proxyFor: (url: string) => string;
  /** Hears once what does not end a call but has to be put right: `API_CLOCK_CORRECTED`. */
  readonly warn: (error: ApiError) => void;
}

/** No limit of the platform is documented; servers commonly refuse longer ones. */
const MAX_URL_BYTES = 8_192;
/** Answers tell the time in whole seconds, and take a while to come. */
const CLOCK_TOLERANCE_MS = 10_000;

class AccountClient implements ApiClient {
  readonly #options: ApiOptions;
  readonly #environment: ApiEnvironment;
  readonly #account: Account;
  readonly #connections: Connections;

  constructor(options: ApiOptions, environment: ApiEnvironment) {
    this.#options = options;
    this.#environment = environment;
    this.#account = accountOf(options, environment.clock);
    this.#connections = new Connections(options, environment.proxyFor, environment);
  }

  async call(call: ApiCall): Promise<ApiAnswer> {
    const prepared = prepare(call, this.#options);
    const size = originOf(this.#options.endpoint).length + prepared.path.length;
    if (size > MAX_URL_BYTES) {
      throw new RequestError("INPUT_TOO_LARGE", { setting: "data", size, limit: MAX_URL_BYTES });
    }
    return await this.#account.during(() => this.#tries(prepared));
  }

  close(): void {
    this.#connections.close();
  }

  async #tries(prepared: PreparedCall): Promise<ApiAnswer> {
    const { clock, random } = this.#environment;
    const { call } = prepared;
    const { isQuery } = API_ACTIONS[call.action];
    const { proxy } = this.#connections;
    const caller = { ...call, isQuery, endpoint: this.#options.endpoint, proxy };
    let isClockCorrected = false;
    for (let count = 1; ; count += 1) {
      const outcome = await this.#account.inTurn(call.action, () => this.#try(prepared, caller));
      if (outcome.kind === "done") return outcome.answer;
      const tries = { count, isClockCorrected };
      const delayMs = nextTryMs(outcome, tries, { isQuery, random: random() });
      if (delayMs === undefined) throw finalError(outcome, caller, count);
      if (outcome.kind === "clock") {
        isClockCorrected = true;
        this.#correctClock(outcome.offsetMs ?? 0);
      } else await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    }
  }

  async #try(prepared: PreparedCall, caller: Caller): Promise<Outcome> {
    const { clock } = this.#environment;
    const connection = this.#connections.agent();
    if (connection instanceof ApiError) return { kind: "refused", error: connection };
    const nowMs = clock.now() + this.#account.clockOffsetMs;
    const request = signedRequest(prepared, this.#options, nowMs);
    const { endpoint } = this.#options;
    const { timeoutMs } = prepared.call;
    const ended = await exchange(request, { endpoint, agent: connection, clock, timeoutMs });
    return outcomeOf(ended, caller, clock.now());
  }

  #correctClock(offsetMs: number): void {
    const changeMs = Math.abs(offsetMs - this.#account.clockOffsetMs);
    if (changeMs < CLOCK_TOLERANCE_MS) return; // another call has done so meanwhile
    this.#account.clockOffsetMs = offsetMs;
    if (Math.abs(offsetMs) < CLOCK_TOLERANCE_MS) return; // it was put right
    this.#environment.warn(new ApiError("API_CLOCK_CORRECTED", clockReason(offsetMs)));
  }
}

/** Makes a client. It connects with its first call, and needs a `close` after its last. */
export function createApiClient(
  options: ApiOptions,
  {
    clock = systemClock,
    names = hostNames,
    random = Math.random,
    proxyFor = getProxyForUrl,
    warn = () => undefined,
  }: Partial<ApiEnvironment> = {},
): ApiClient {
  return new AccountClient(options, { clock, names, random, proxyFor, warn });
}
