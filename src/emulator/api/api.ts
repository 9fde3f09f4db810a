import { randomUUID } from "node:crypto";
import { Downlink } from "../devices/downlink";
import { MessageIds } from "../groups/message";
import { ACTIONS, isActionName } from "./actions";
import { refusal, success } from "./answer";
import { ApiError, gatewayError, throttledError } from "./api-error";
import { parametersOf } from "./api-request";
import { CommandLog } from "./command-log";
import { Gateway } from "./gateway";
import { Parameters } from "./parameters";
import { Quota } from "./quota";
import { readSignedCall, wantsJson } from "./signed-call";
import type { Devices } from "../devices/devices";
import type { EmulatorOptions } from "../options";
import type { ActionContext } from "./action";
import type { Answer } from "./answer";
import type { ApiHooks, Call, DeviceFault } from "./hooks";
import type { ApiRequest } from "./api-request";
import type { ExecutedCommand } from "./command-log";

/** How much earlier than the answer a reply comes that comes early. */
const EARLY_MS = 200;

/** A call that was let in. */
interface RunningCall extends Call {
  readonly requestId: string;
  readonly parameters: Parameters;
}

/** What goes back: an answer, or nothing at all. */
export interface Outcome {
  readonly answer: Answer | "cut";
  readonly requestId: string;
  /** Of the API, which may go wrong; ms since the epoch. */
  readonly nowMs: number;
  readonly format: "json" | "xml";
}

/** The platform's API for sending to devices. */
export class Api {
  readonly #options: EmulatorOptions;
  readonly #devices: Devices;
  readonly #downlink: Downlink;
  readonly #hooks: Required<ApiHooks>;
  readonly #gateway: Gateway;
  readonly #quota = new Quota();
  readonly #messageIds: MessageIds;
  readonly #log = new CommandLog();

  constructor(options: EmulatorOptions, devices: Devices, hooks: Required<ApiHooks>) {
    this.#options = options;
    this.#devices = devices;
    this.#downlink = new Downlink(devices, options);
    this.#hooks = hooks;
    this.#gateway = new Gateway(options);
    this.#messageIds = new MessageIds(options.clock.now());
  }

  /** The commands that devices have carried out, oldest first. */
  get commands(): readonly ExecutedCommand[] {
    return this.#log.all;
  }

  /** Ends what is under way; calls that wait are not answered. */
  stop(): void {
    this.#downlink.stop();
  }

  /** Checks a request, carries it out, and says what to answer. */
  async answer(request: ApiRequest): Promise<Outcome> {
    const requestId = randomUUID().toUpperCase();
    const nowMs = this.#options.clock.now() + (this.#hooks.onClock() ?? 0);
    const format = wantsJson(request) ? "json" : "xml";
    try {
      const signed = readSignedCall(request);
      this.#gateway.check(signed, nowMs);
      const { action } = signed;
      if (!isActionName(action)) {
        throw gatewayError("InvalidApi.NotFound", "Specified api is not found.", 404);
      }
      if (format === "xml") {
        throw gatewayError("UnsupportedFormat", "The emulator answers in JSON only: ask for it.");
      }
      const parameters = new Parameters(parametersOf(request));
      const deviceName = parameters.deviceName(this.#devices);
      const call = { action, deviceName, requestId, parameters };
      return { requestId, nowMs, format, answer: await this.#carryOut(call) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#options.log(`API: refused: ${error.code}`);
      return { requestId, nowMs, format, answer: refusal(requestId, error) };
    }
  }

  /** The action, and the faults before and after it. */
  async #carryOut(call: RunningCall): Promise<Answer | "cut"> {
    const { action, requestId } = call;
    const { perSecond } = ACTIONS[action];
    if (!this.#quota.use(action, perSecond, this.#options.clock.monotonicMs()))
      throw throttledError();
    const fault = this.#hooks.onCall(call);
    if (fault?.kind === "refuse") return this.#changed(call, refusal(requestId, fault.error));
    if (fault?.kind === "delay" && !fault.executed) await this.#downlink.after(fault.delayMs);
    const isCarriedOut = fault?.kind !== "break" || fault.executed;
    const answer = isCarriedOut ? await this.#run(call) : undefined;
    if (fault?.kind === "delay" && fault.executed) await this.#downlink.after(fault.delayMs);
    if (fault?.kind === "break") {
      return fault.error === "cut" ? "cut" : refusal(requestId, fault.error);
    }
    return answer === undefined ? "cut" : this.#changed(call, answer);
  }

  #changed(call: Call, answer: Answer): Answer {
    return this.#hooks.onAnswer(call, answer) ?? answer;
  }

  async #run(call: RunningCall): Promise<Answer> {
    const { action, requestId, parameters } = call;
    let fault: DeviceFault | undefined;
    const context: ActionContext = {
      parameters,
      devices: this.#devices,
      downlink: this.#downlink,
      nextMessageId: () => this.#messageIds.next(),
      deviceFault: (how) => (fault = this.#hooks.onCommand({ ...call, ...how })),
      executed: ({ device: { productKey, deviceName }, messageId, content }) => {
        const atMs = this.#options.clock.now();
        this.#log.add({ action, requestId, messageId, productKey, deviceName, content, atMs });
        this.#options.log(`API: ${deviceName} carries out ${action}`);
      },
      warn: (sentence) => {
        this.#options.log(`API: ${action}: ${sentence}`);
      },
    };
    try {
      parameters.checkInstance(this.#options.iotInstanceId);
      parameters.checkQos();
      const fields = await ACTIONS[action].run(context);
      if (fault?.how === "early") await this.#downlink.after(EARLY_MS);
      return success(requestId, fields);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#options.log(`API: ${action}: refused: ${error.code}`);
      return refusal(requestId, error);
    }
  }
}
