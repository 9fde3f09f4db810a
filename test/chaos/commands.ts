import { createApiClient } from "../../src/openapi/client";
import { Replies } from "../../src/openapi/replies";
import { runCommand } from "../../src/openapi/run-command";
import { systemClock } from "../../src/clock";
import { isIotAmqpError } from "../../src/errors/error";
import { resolveApi } from "../../src/settings/api";
import { ANSWER_FORMS } from "../../src/emulator/faults/answer-forms";
import type { Emulator } from "../../src/emulator/emulator";
import type { FaultRequest } from "../../src/emulator/faults/fault-table";
import type { ErrorCode } from "../../src/errors/error";
import type { Command } from "../../src/protocol/command";
import type { Subscription } from "../../src/subscription/subscription";
import type { Random } from "../support/random";

/** A command that has ended. */
export interface Sent {
  /** What is unique in its data; empty for a service, whose arguments are not. */
  readonly marker: string;
  readonly command: Command;
  /** Whether done means that the device has answered; else that the platform has taken it. */
  readonly isAnswered: boolean;
  readonly end: "done" | "refused" | "unknown";
  readonly code?: ErrorCode;
}

/** The codes that say that a command may have been carried out. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set(["OUTCOME_UNKNOWN", "REPLY_MISSING"]);
const PRODUCT_KEY = "k1demoPk01";
/** Of the call; the shortest that a setting allows. */
const TIMEOUT_MS = 1_000;
const REPLY_WAITS_MS = [0, 500];
/** How often a fault is begun before a command. */
const SHARE_OF_FAULTS = 0.3;
/** Commands under way at a time. */
const AT_ONCE = 40;

/** Every fault of calls, by chance; each is for one call or few. */
const FAULTS: readonly ((random: Random) => FaultRequest)[] = [
  (random) => ({ fault: "refuse-call", reason: random.pick(["throttled", "no-permission"]) }),
  (random) => ({
    fault: "break-call",
    how: random.pick(["cut", "500", "503"]),
    executed: random.chance(0.5),
  }),
  (random) => ({
    fault: "delay-call",
    seconds: random.integer(1, 15) / 10,
    executed: random.chance(0.5),
  }),
  (random) => ({
    fault: "fail-command",
    how: random.pick(["offline", "offline-reply", "half-connected", "no-answer", "code"]),
  }),
  (random) => ({ fault: "odd-reply", how: random.pick(["twice", "early"]) }),
  (random) => ({ fault: "answer-form", form: random.pick(ANSWER_FORMS) }),
  () => ({ fault: "clock-off", seconds: 0.2 }),
];

/** The command with a number; what is unique in its data is found again in the emulator's list. */
function numbered(number: number, random: Random): Pick<Sent, "marker" | "command"> {
  const device = { productKey: PRODUCT_KEY, deviceName: `meter-0${random.integer(1, 9)}` };
  const [marker, value] = [`marker-${number}`, `20.${String(number).padStart(6, "0")}1`];
  const content = Buffer.from(marker);
  const topic = `/${PRODUCT_KEY}/${device.deviceName}/user/get`;
  const action = random.pick(["set-properties", "invoke-service", "publish", "request"] as const);
  switch (action) {
    case "set-properties":
      return { marker: value, command: { action, device, data: `{"target":${value}}`, qos: 0 } };
    case "invoke-service": {
      const identifier = random.pick(["selfTest", "openValve"]);
      const data = identifier === "selfTest" ? "{}" : '{"seconds":5}';
      return { marker: "", command: { action, device, identifier, data, qos: 0 } };
    }
    case "publish":
      return { marker, command: { action, device, topic, content, qos: 0 } };
    case "request":
      return { marker, command: { action, device, topic: undefined, content } };
  }
}

/** Sends commands through a storm of faults; each ends in exactly one way. */
export async function sendThroughStorm(
  { emulator, subscription }: { emulator: Emulator; subscription: Subscription },
  { from, count }: { readonly from: number; readonly count: number },
  random: Random,
): Promise<readonly Sent[]> {
  const replies = new Replies(systemClock);
  subscription.on("reply", (message) => {
    replies.hear(message);
  });
  const apiEndpoint = `http://127.0.0.1:${emulator.httpPort ?? 0}`;
  const { accessKeyId, accessKeySecret } = emulator.options;
  const client = createApiClient(resolveApi({ apiEndpoint, accessKeyId, accessKeySecret }));
  const ended: Sent[] = [];
  let next = from;
  const send = async ({ marker, command }: Pick<Sent, "marker" | "command">) => {
    const waitForReplyMs = random.pick(REPLY_WAITS_MS);
    const { action } = command;
    const isAnswered = action === "request" || (waitForReplyMs > 0 && action !== "publish");
    const sent = { marker, command, isAnswered };
    try {
      await runCommand(command, { client, replies, timeoutMs: TIMEOUT_MS, waitForReplyMs });
      ended.push({ ...sent, end: "done" });
    } catch (error) {
      if (!isIotAmqpError(error)) throw error;
      const end = UNKNOWN.has(error.code) ? "unknown" : "refused";
      ended.push({ ...sent, end, code: error.code });
    }
  };
  const work = async () => {
    while (next < from + count) {
      const number = next;
      next += 1;
      if (random.chance(SHARE_OF_FAULTS)) emulator.fault(random.pick(FAULTS)(random));
      await send(numbered(number, random));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    client.close();
  }
  if (replies.size > 0) throw new Error(`${replies.size} commands still wait for a reply.`);
  return ended;
}
