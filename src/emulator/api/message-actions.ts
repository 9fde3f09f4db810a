import { PRODUCT_KEY } from "../devices/device-model";
import { productError } from "./api-error";
import { unreached, unreachedError } from "./device-reach";
import type { Device } from "../devices/device";
import type { Action, ActionContext } from "./action";
import type { ApiError } from "./api-error";
import type { Unreached } from "./device-reach";

/** Of a message, before it is encoded. */
const MAX_CONTENT_BYTES = 256 * 1_024;
const TIMEOUT_MS = { min: 1_000, max: 8_000 };
/** Neither a code nor a reply message: what comes back is the device's own. */
const WITHOUT_CODE = { hasCode: false, hasReply: false };
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function brokerError(name: string, message: string): ApiError {
  return productError(`iot.messagebroker.${name}`, message);
}

function readContent({ parameters }: ActionContext, name: string): Buffer {
  const text = parameters.required(name);
  if (!BASE64.test(text)) {
    throw brokerError("MessageContentIsNotBase64Encode", `${name} must be base64.`);
  }
  const content = Buffer.from(text, "base64");
  if (content.length <= MAX_CONTENT_BYTES) return content;
  throw brokerError("PublishMessageFailed", "The message has more than 256 KB.");
}

/** Takes a topic of a device's own, `/{pk}/{dn}/user/…`, apart. Throws ApiError if it is another. */
function readTopic(topicFullName: string) {
  const [empty, productKey, deviceName = "", ...levels] = topicFullName.split("/");
  const isOwn = empty === "" && productKey === PRODUCT_KEY && deviceName !== "";
  if (isOwn && levels.length > 1 && levels[0] === "user" && !/[+#]/.test(topicFullName)) {
    return { deviceName, topic: levels.join("/") };
  }
  const sentence = `The topic must be /${PRODUCT_KEY}/{deviceName}/user/….`;
  throw brokerError("InvalidFormattedTopicName", sentence);
}

/** Throws the refusal of RRpc, which names the reason in a field of its own. */
function rrpcError(why: Unreached, messageId: string): ApiError {
  return unreachedError(why, { MessageId: messageId, RrpcCode: why });
}

function readTimeout({ parameters }: ActionContext): number {
  const timeoutMs = parameters.requiredInteger("Timeout");
  if (timeoutMs >= TIMEOUT_MS.min && timeoutMs <= TIMEOUT_MS.max) return timeoutMs;
  throw brokerError("InvalidTimeoutValue", "Timeout must be 1000 to 8000 (ms).");
}

async function ask(context: ActionContext, device: Device) {
  const { downlink, parameters } = context;
  const content = readContent(context, "RequestBase64Byte");
  const timeoutMs = readTimeout(context);
  const topic = parameters.text("Topic");
  if (topic !== undefined) readTopic(topic);
  const messageId = context.nextMessageId();
  const fault = context.deviceFault(WITHOUT_CODE);
  const why = fault?.how === "offline-reply" ? "OFFLINE" : unreached(device, fault);
  if (why !== undefined) throw rrpcError(why, messageId);
  context.executed({ device, messageId, content: content.toString("utf8") });
  if (fault?.how === "no-answer") {
    await downlink.after(timeoutMs);
    throw rrpcError("TIMEOUT", messageId);
  }
  const answer = await downlink.request(device, content);
  const payload = answer.toString("base64");
  return { MessageId: messageId, RrpcCode: "SUCCESS", PayloadBase64Byte: payload };
}

/** Actions that send a device what its flow and its program agree on. */
export const MESSAGE_ACTIONS = {
  Pub: {
    perSecond: 1_600,
    run(context) {
      const { parameters, devices, downlink } = context;
      parameters.required("ProductKey");
      parameters.checkProduct();
      const { deviceName, topic } = readTopic(parameters.required("TopicFullName"));
      const content = readContent(context, "MessageContent");
      const device = devices.find("deviceName", deviceName);
      if (device === undefined) {
        throw productError("iot.device.NotExistedDevice", "The device does not exist.");
      }
      const messageId = context.nextMessageId();
      const fault = context.deviceFault(WITHOUT_CODE);
      // The platform has it; whether the device is there is another matter.
      if (fault?.how === "offline-reply" || unreached(device, fault)) {
        return { MessageId: messageId };
      }
      context.executed({ device, messageId, content: content.toString("utf8") });
      if (fault?.how !== "no-answer") downlink.publish(device, topic, content);
      return { MessageId: messageId };
    },
  },
  RRpc: {
    perSecond: 1_000,
    run(context) {
      context.parameters.required("ProductKey");
      context.parameters.required("DeviceName");
      return ask(context, context.parameters.device(context.devices));
    },
  },
} as const satisfies Record<string, Action>;
