import type { Cancel } from "../../clock";
import type { JsonObject } from "../../protocol/json";
import type { Runtime } from "../options";
import type { Device } from "./device";
import type { Devices } from "./devices";
import type { Reply } from "./registry-payloads";

/** How a device answers a command. */
export interface ReplyPlan {
  /** Whether it does what it is told. */
  readonly executed: boolean;
  /** 200, or why it did not. */
  readonly code: number;
  /** How often the reply is sent. */
  readonly copies: 0 | 1 | 2;
  readonly delayMs: number;
}

/** To the device and back. */
const REPLY_MS = 50;
export const OBEY: ReplyPlan = { executed: true, code: 200, copies: 1, delayMs: REPLY_MS };

/** What a reply's code means; a device has its own from 100000. */
const MESSAGES: Readonly<Record<number, string>> = { 200: "success", 9201: "device offline" };

/** A service of the thing model, called. */
export interface ServiceCall {
  readonly identifier: string;
  readonly args: JsonObject;
}

/** The way from the platform to its simulated devices. */
export class Downlink {
  readonly #devices: Devices;
  readonly #runtime: Pick<Runtime, "clock" | "random">;
  readonly #timers = new Set<Cancel>();

  constructor(devices: Devices, runtime: Pick<Runtime, "clock" | "random">) {
    this.#devices = devices;
    this.#runtime = runtime;
  }

  /** Ends everything that is under way. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** The device reports its new state, and replies. Returns the command's message ID. */
  setProperties(device: Device, values: JsonObject, plan: ReplyPlan): string {
    if (plan.executed) device.set(values, this.#runtime.clock.now());
    return this.#reply(device, { service: "property/set", data: {} }, plan);
  }

  /** The same for an asynchronous service. */
  startService(device: Device, call: ServiceCall, plan: ReplyPlan): string {
    const data = plan.executed ? this.#run(device, call) : {};
    return this.#reply(device, { service: call.identifier, data }, plan);
  }

  /** The result of a synchronous service, once the device has it. */
  async callService(device: Device, call: ServiceCall): Promise<JsonObject> {
    const result = this.#run(device, call);
    const { durationMs } = result;
    await this.after(REPLY_MS + (typeof durationMs === "number" ? durationMs : 0));
    return result;
  }

  /** A message on a topic of the device's: what comes on `user/get`, it answers on `user/update`. */
  publish(device: Device, topic: string, content: Buffer): void {
    if (topic !== "user/get") return;
    const answer = this.#answer(device, content);
    this.#later(REPLY_MS, () => {
      this.#devices.publish(device, "user/update", answer);
    });
  }

  /** The device's answer to a question: the question, and its properties. */
  async request(device: Device, content: Buffer): Promise<Buffer> {
    const answer = this.#answer(device, content);
    await this.after(REPLY_MS);
    return Buffer.from(JSON.stringify(answer));
  }

  /** Resolves after a delay; never if all is stopped before. */
  after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#later(delayMs, resolve);
    });
  }

  #answer(device: Device, content: Buffer) {
    return { request: readContent(content), properties: device.measure(this.#runtime.clock.now()) };
  }

  #run(device: Device, { identifier, args }: ServiceCall): JsonObject {
    const { clock, random } = this.#runtime;
    if (identifier === "selfTest") {
      return { passed: 1, durationMs: Math.round(200 + random() * 100) };
    }
    const { seconds } = args;
    device.openValve(typeof seconds === "number" ? seconds : 0, clock.now());
    return { level: device.measure(clock.now()).level };
  }

  #reply(device: Device, answer: Pick<Reply, "service" | "data">, plan: ReplyPlan): string {
    const requestId = this.#devices.nextRequestId();
    const { code, copies, delayMs, executed } = plan;
    const reply = { requestId, code, message: MESSAGES[code] ?? "failed", ...answer };
    const send = () => {
      if (executed) this.#devices.report(device);
      for (let copy = 0; copy < copies; copy += 1) this.#devices.reply(device, reply);
    };
    if (delayMs === 0) send();
    else this.#later(delayMs, send);
    return requestId;
  }

  #later(delayMs: number, action: () => void): void {
    const cancel = this.#runtime.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
  }
}

/** JSON if it is, else text. */
function readContent(content: Buffer): unknown {
  const text = content.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
