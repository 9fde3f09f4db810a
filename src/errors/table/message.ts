import type { ErrorTable } from "../entry";

/** A message could not be decoded. */
export const DECODE_ERRORS = {
  MESSAGE_UNDECODABLE: {
    retry: "never",
    details: ["size", "reason"],
    "en-US": {
      short: "undecodable message",
      text: "A message of __size__ bytes could not be decoded: __reason__.",
      remedy:
        "The message was rejected; the link stays up. Please report it together with its bytes: the error's raw property, in Node-RED the payload of the caught message.",
    },
    "zh-CN": {
      short: "消息无法解码",
      text: "一条 __size__ 字节的消息无法解码：__reason__。",
      remedy:
        "该消息已被拒绝（rejected），链路继续工作。请连同消息的原始字节一并反馈给我们：错误对象的 raw 属性，在 Node-RED 中即 Catch 节点收到的 msg.payload。",
    },
  },
} as const satisfies ErrorTable;

/** A payload is not what the payload format asks for. */
export const PAYLOAD_ERRORS = {
  PAYLOAD_FORMAT: {
    retry: "never",
    details: ["format", "size", "topic", "reason"],
    "en-US": {
      short: "payload not __format__",
      text: "A payload of __size__ bytes on topic __topic__ is not __format__: __reason__.",
      remedy:
        "Set the payload format (payloadFormat) to auto or buffer, or exclude the topic with topic filters (topicFilters). The message comes with the error, its payload as a Buffer.",
    },
    "zh-CN": {
      short: "内容不是 __format__",
      text: "Topic __topic__ 上的一条 __size__ 字节的消息内容不是 __format__：__reason__。",
      remedy:
        "请把消息内容格式（payloadFormat）设为 auto 或 buffer，或者用 Topic 过滤（topicFilters）排除它。出错的消息随错误一起传出，其 payload 是原始 Buffer。",
    },
  },
} as const satisfies ErrorTable;

/** A message is not what its type promises, or cannot be settled. */
export const MESSAGE_ERRORS = {
  MESSAGE_MALFORMED: {
    retry: "never",
    details: ["messageType", "topic", "reason"],
    "en-US": {
      short: "message unreadable",
      text: "A message of type __messageType__ on topic “__topic__” cannot be read: __reason__.",
      remedy:
        "Pass the payload on as the subscriber sends it, with the payload format (payloadFormat) auto or json. The message comes with the error.",
    },
    "zh-CN": {
      short: "消息无法识别",
      text: "Topic“__topic__”上类型为 __messageType__ 的消息无法识别：__reason__。",
      remedy:
        "消息内容必须与订阅节点发出的一致，消息内容格式（payloadFormat）为 auto 或 json。该消息随错误一起传出。",
    },
  },
  VALUE_UNSTORABLE: {
    retry: "never",
    details: ["identifier", "reason"],
    "en-US": {
      short: "value cannot be stored",
      text: "The value “__identifier__” cannot be stored: __reason__.",
      remedy:
        "Check what the device reports: its clock, or the number. The value is in msg.payload; the report's other values are on the first output.",
    },
    "zh-CN": {
      short: "值无法保存",
      text: "值“__identifier__”无法保存：__reason__。",
      remedy:
        "请检查设备上报的内容，即设备的时钟或该数值。该值在 msg.payload 中，本次上报的其他值从第一个输出端输出。",
    },
  },
  REPORT_TOO_LARGE: {
    retry: "never",
    details: ["reason"],
    "en-US": {
      short: "report too large",
      text: "A property report is too large: __reason__.",
      remedy:
        "No thing model needs so much: check what the device sends. Nothing of the report was used. The message comes with the error: a function node can take what you need from its payload.",
    },
    "zh-CN": {
      short: "属性上报过大",
      text: "一条属性上报过大：__reason__。",
      remedy:
        "任何物模型都用不到这么多内容：请检查设备发送的数据。该上报的内容没有被使用。消息随错误一起传出：可以用函数节点从其 payload 中取出所需内容。",
    },
  },
  STATE_TOO_LARGE: {
    retry: "never",
    details: ["device", "characters"],
    "en-US": {
      short: "device state too large",
      text: "The state of the device __device__ would have more than __characters__ characters as JSON.",
      remedy:
        "Nothing of the message was kept. Check what the device sends: names that change from report to report make its state grow for ever. To forget what is known of it, send the node msg.action clear with the device in msg.device.",
    },
    "zh-CN": {
      short: "设备状态过大",
      text: "设备 __device__ 的状态以 JSON 表示将超过 __characters__ 个字符。",
      remedy:
        "该消息的内容没有保存。请检查设备发送的数据：如果每次上报的名称都不同，状态会无限增长。要清除该设备已有的状态，请向节点发送 msg.action 为 clear、msg.device 为该设备的消息。",
    },
  },
  DELIVERY_DROPPED: {
    retry: "never",
    details: ["messageType"],
    "en-US": {
      short: "message cannot be settled",
      text: "A message of type __messageType__ produces no output, so its delivery (msg.delivery) cannot be settled, and the platform would send it again and again.",
      remedy:
        "Switch on “Pass others on” (passOthers) and put an ack node after the last output, or exclude such messages with the subscriber's topic filters (topicFilters). The message comes with the error: settle it after a Catch node.",
    },
    "zh-CN": {
      short: "消息无法确认",
      text: "类型为 __messageType__ 的消息没有产生任何输出，其投递（msg.delivery）无法确认，平台会反复推送该消息。",
      remedy:
        "请勾选“放行其他消息”（passOthers），并在最后一个输出端之后接确认节点，或者用订阅节点的 Topic 过滤（topicFilters）排除这类消息。该消息随错误一起传出，可以在 Catch 节点之后确认。",
    },
  },
} as const satisfies ErrorTable;

/** Settling. */
export const SETTLEMENT_ERRORS = {
  DELIVERY_SETTLED: {
    retry: "never",
    details: ["token"],
    "en-US": {
      short: "already settled",
      text: "The delivery __token__ has already been settled.",
      remedy:
        "Settle each message only once: check whether the same message reaches ack nodes twice.",
    },
    "zh-CN": {
      short: "已确认过",
      text: "投递 __token__ 已经确认过。",
      remedy: "每条消息只能确认一次：请检查流程是否会让同一条消息两次到达确认节点。",
    },
  },
  DELIVERY_EXPIRED: {
    retry: "never",
    details: ["token"],
    "en-US": {
      short: "delivery expired",
      text: "The delivery __token__ was not settled within the ack timeout and has been released.",
      remedy:
        "The platform sends the message again. Settle earlier, or raise the ack timeout (ackTimeout, at most 25 s).",
    },
    "zh-CN": {
      short: "投递已超时",
      text: "投递 __token__ 未在确认超时内完成确认，已被释放（released）。",
      remedy: "平台会重新推送该消息。请尽早确认，或者调大确认超时（ackTimeout，最多 25 秒）。",
    },
  },
  DELIVERY_LINK_LOST: {
    retry: "never",
    details: ["token"],
    "en-US": {
      short: "link lost",
      text: "The link of the delivery __token__ was lost.",
      remedy: "Nothing to do: the platform sends the message again.",
    },
    "zh-CN": {
      short: "链路已断开",
      text: "投递 __token__ 所在的链路已断开。",
      remedy: "无需处理：平台会重新推送该消息。",
    },
  },
  DELIVERY_UNKNOWN: {
    retry: "never",
    details: ["token"],
    "en-US": {
      short: "unknown delivery",
      text: "There is no delivery __token__.",
      remedy: "Pass msg.delivery on unchanged from the subscriber to the ack node.",
    },
    "zh-CN": {
      short: "未知的投递",
      text: "不存在投递 __token__。",
      remedy: "请把订阅节点输出的 msg.delivery 原样传给确认节点。",
    },
  },
  ACK_TIMEOUT: {
    retry: "never",
    details: ["seconds"],
    "en-US": {
      short: "not settled in time",
      text: "The flow did not settle a message within the ack timeout (__seconds__ s); it has been released.",
      remedy:
        "The platform sends it again. End every path of the flow in an ack node, also after Catch nodes; or raise the ack timeout (ackTimeout, at most 25 s); or set the settle mode (settleMode) to automatic. This is reported once, not for each message.",
    },
    "zh-CN": {
      short: "未及时确认",
      text: "流程未在确认超时（__seconds__ 秒）内确认一条消息，该消息已被释放（released）。",
      remedy:
        "平台会重新推送该消息。请让流程的每条路径（包括 Catch 节点之后的路径）都到达确认节点；或者调大确认超时（ackTimeout，最多 25 秒）；或者把确认模式（settleMode）改为自动。此提示只报告一次，不会逐条报告。",
    },
  },
} as const satisfies ErrorTable;
