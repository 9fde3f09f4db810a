import { hostname } from "node:os";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createSubscription } from "../index";
import { resolveInstance, resolveSubscribe } from "../options";
import { defaultClientId } from "../protocol/client-id";
import { explain, stopRequested } from "./io";
import type { Delivery, Outcome, Subscription, SubscriptionState } from "../index";
import type { ExitCode, Io } from "./io";

export const LISTEN_HELP = `Usage: aliyun-iot-amqp listen [options]

Receives the messages of a consumer group and writes one JSON line for each to
standard output. A message is accepted only after its line has been written.

  --host HOST              endpoint host name            ALIYUN_IOT_HOST
  --port PORT              5671                          ALIYUN_IOT_PORT
  --instance-id ID         empty: legacy instance        ALIYUN_IOT_INSTANCE_ID
  --consumer-group ID      DEFAULT_GROUP                 ALIYUN_IOT_CONSUMER_GROUP_ID
  --client-id ID           from the host name
  --sign-method METHOD     hmacsha1, hmacsha256 or hmacmd5
  --no-tls                 plain TCP; for the emulator on this computer only
  --ca FILE                CA certificates to trust instead of Node.js's own (PEM)
  --connections N          1 to 128 (default 1)
  --heartbeat SECONDS      30 to 300 (default 60)
  --credit-window N        1 to 2000 (default 200)
  --payload-format FORMAT  auto, json, string, buffer or base64
  --topic FILTER           only topics that match; + and # as in MQTT; may be repeated
  --count N                end after N messages
  --help                   this text

Secrets come from the environment only:
  ALIYUN_IOT_ACCESS_KEY_ID, ALIYUN_IOT_ACCESS_KEY_SECRET, ALIYUN_IOT_SECURITY_TOKEN (STS)

A payload that is not text is written as base64, with "payloadEncoding": "base64".
Exit codes: 0 ended on request, 1 a setting is wrong, 2 wrong usage.

Try it on the emulator (aliyun-iot-amqp emulator):
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    aliyun-iot-amqp listen --host 127.0.0.1 --port 5672 --no-tls
`;

const FLAGS = {
  host: { type: "string" },
  port: { type: "string" },
  "instance-id": { type: "string" },
  "consumer-group": { type: "string" },
  "client-id": { type: "string" },
  "sign-method": { type: "string" },
  "no-tls": { type: "boolean" },
  ca: { type: "string" },
  connections: { type: "string" },
  heartbeat: { type: "string" },
  "credit-window": { type: "string" },
  "payload-format": { type: "string" },
  topic: { type: "string", multiple: true },
  count: { type: "string" },
} as const;

/** Receives until it is asked to end, until `--count`, or until a setting turns out wrong. */
export async function listen(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: FLAGS, strict: true });
  const { env } = io;
  const ca = values.ca === undefined ? {} : { ca: await readFile(values.ca, "utf8") };
  const instance = resolveInstance(
    {
      host: values.host ?? env["ALIYUN_IOT_HOST"],
      port: values.port ?? env["ALIYUN_IOT_PORT"],
      iotInstanceId: values["instance-id"] ?? env["ALIYUN_IOT_INSTANCE_ID"],
      signMethod: values["sign-method"],
      useTls: values["no-tls"] !== true,
      accessKeyId: env["ALIYUN_IOT_ACCESS_KEY_ID"],
      accessKeySecret: env["ALIYUN_IOT_ACCESS_KEY_SECRET"],
      securityToken: env["ALIYUN_IOT_SECURITY_TOKEN"],
    },
    ca,
  );
  const options = resolveSubscribe({
    consumerGroupId: values["consumer-group"] ?? env["ALIYUN_IOT_CONSUMER_GROUP_ID"],
    clientId: values["client-id"] ?? defaultClientId(hostname(), `listen-${process.pid}`),
    connections: values.connections,
    heartbeat: values.heartbeat,
    creditWindow: values["credit-window"],
    payloadFormat: values["payload-format"],
    topicFilters: values.topic ?? [],
    settleMode: "manual",
  });
  const subscription = createSubscription(instance, options);
  const written = writeLines(subscription, io, countOf(values.count));
  const failed = logStates(subscription, io);
  subscription.start();
  const code = await Promise.race([written, failed, stopRequested(io).then((): ExitCode => 0)]);
  await subscription.stop();
  return code;
}

function countOf(text: string | undefined): number {
  const count = text === undefined ? Infinity : Number(text);
  if (count >= 1 && (count === Infinity || Number.isInteger(count))) return count;
  throw new TypeError(`--count must be a whole number from 1 up, not “${text ?? ""}”.`);
}

/** Writes and then accepts; resolves after `count` messages or when nobody reads any more. */
function writeLines(subscription: Subscription, io: Io, count: number): Promise<ExitCode> {
  let left = count;
  const log = (failure: unknown) => {
    io.stderr.write(`${explain(failure, io.env)}\n`);
  };
  const settle = (token: string, outcome: Outcome) => {
    try {
      subscription.settle(token, outcome);
    } catch (failure) {
      // The link was lost meanwhile, or the reader is slower than the ack timeout: it comes again.
      log(failure);
    }
  };
  return new Promise((resolve) => {
    // `listen | head` closes the pipe: the rest stays with the platform, and that is no failure.
    io.stdout.on("error", () => {
      resolve(0);
    });
    subscription.on("delivered", ({ token, message, error }) => {
      if (error !== undefined) log(error);
      if (token === undefined) return;
      if (left === 0) {
        settle(token, "released");
        return;
      }
      left -= 1;
      const last = left === 0;
      io.stdout.write(`${line(message)}\n`, (failure) => {
        settle(token, failure == null ? "accepted" : "released");
        if (last) resolve(0);
      });
    });
    subscription.on("undecodable", log);
  });
}

function line(message: Delivery["message"]): string {
  const { payload } = message;
  return JSON.stringify(
    Buffer.isBuffer(payload)
      ? { ...message, payload: payload.toString("base64"), payloadEncoding: "base64" }
      : message,
  );
}

/** Logs each change of the state; resolves with 1 when no attempt would help. */
function logStates(subscription: Subscription, io: Io): Promise<ExitCode> {
  return new Promise((resolve) => {
    subscription.on("changed", (state) => {
      io.stderr.write(`${describe(state, io)}\n`);
      if (state.value === "failed") resolve(1);
    });
  });
}

function describe(state: SubscriptionState, io: Io): string {
  if (state.value === "subscribed") return `subscribed ${state.connected}/${state.connections}`;
  if (state.value === "backoff") {
    const at = new Date(state.nextAttemptAtMs).toISOString();
    return `backoff until ${at}: ${explain(state.cause, io.env)}`;
  }
  return state.value === "failed" ? `failed: ${explain(state.cause, io.env)}` : state.value;
}
