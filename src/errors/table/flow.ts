import type { ErrorTable } from "../entry";

/** What a flow asks for. */
export const REQUEST_ERRORS = {
  DELIVERY_MISSING: {
    retry: "never",
    details: [],
    "en-US": {
      short: "nothing to settle",
      text: "The message has no delivery to settle (msg.delivery).",
      remedy:
        "Set the subscriber's settle mode (settleMode) to manual, and pass msg.delivery on unchanged to the ack node. Automatic mode needs no ack node.",
    },
    "zh-CN": {
      short: "没有可确认的投递",
      text: "消息中没有可确认的投递（msg.delivery）。",
      remedy:
        "请把订阅节点的确认模式（settleMode）设为手动，并把 msg.delivery 原样传到确认节点。自动模式不需要确认节点。",
    },
  },
  OUTCOME_INVALID: {
    retry: "never",
    details: ["value", "choices"],
    "en-US": {
      short: "unknown outcome",
      text: "The outcome (msg.outcome) cannot be __value__; nothing was settled.",
      remedy: "Allowed: __choices__.",
    },
    "zh-CN": {
      short: "未知的确认结果",
      text: "确认结果（msg.outcome）不能是 __value__，未做任何确认。",
      remedy: "可选值：__choices__。",
    },
  },
  ACTION_INVALID: {
    retry: "never",
    details: ["value", "choices"],
    "en-US": {
      short: "unknown action",
      text: "The action (msg.action) cannot be __value__; nothing was done.",
      remedy: "Allowed: __choices__.",
    },
    "zh-CN": {
      short: "未知的操作",
      text: "操作（msg.action）不能是 __value__，未执行任何操作。",
      remedy: "可选值：__choices__。",
    },
  },
  DEVICE_MISSING: {
    retry: "never",
    details: [],
    "en-US": {
      short: "no device given",
      text: "The request names no device (msg.device).",
      remedy: "Set msg.device to an object with productKey and deviceName, as the subscriber does.",
    },
    "zh-CN": {
      short: "未指明设备",
      text: "请求没有指明设备（msg.device）。",
      remedy: "请把 msg.device 设为包含 productKey 和 deviceName 的对象，与订阅节点发出的一致。",
    },
  },
  FILTER_INVALID: {
    retry: "never",
    details: ["field", "value"],
    "en-US": {
      short: "invalid filter",
      text: "The filter (msg.filter) is invalid: “__field__” = __value__.",
      remedy:
        "Allowed: productKey (text), online (true or false), silentSeconds (a number, 0 or more).",
    },
    "zh-CN": {
      short: "筛选条件无效",
      text: "筛选条件（msg.filter）无效：“__field__” = __value__。",
      remedy:
        "可选条件：productKey（文本）、online（true 或 false）、silentSeconds（不小于 0 的数字）。",
    },
  },
  INPUT_INVALID: {
    retry: "never",
    details: ["setting", "source", "value", "rule"],
    "en-US": {
      short: "__label__ invalid",
      text: "“__label__” (__setting__), taken from __source__, cannot be __value__; nothing was sent.",
      remedy: "Allowed: __allowed__.",
    },
    "zh-CN": {
      short: "__label__无效",
      text: "“__label__”（__setting__）取自 __source__，其值无效（__value__），没有发送任何内容。",
      remedy: "要求：__allowed__。",
    },
  },
  INPUT_TOO_LARGE: {
    retry: "never",
    details: ["setting", "size", "limit"],
    "en-US": {
      short: "__label__ too large",
      text: "“__label__” (__setting__) is too large: __size__ bytes, at most __limit__ can be sent. Nothing was sent.",
      remedy: "Send it in parts.",
    },
    "zh-CN": {
      short: "__label__过大",
      text: "“__label__”（__setting__）过大：__size__ 字节，最多可发送 __limit__ 字节。没有发送任何内容。",
      remedy: "请分多次发送。",
    },
  },
} as const satisfies ErrorTable;

/** The context store that keeps the device states. */
export const STORE_ERRORS = {
  STORE_FAILED: {
    retry: "never",
    details: ["store", "reason"],
    "en-US": {
      short: "context store failed",
      text: "The context store “__store__” failed: __reason__.",
      remedy:
        "Repair the store, or choose another (context). Nothing was stored or sent for this message: after a Catch node, send it to this node again or release it.",
    },
    "zh-CN": {
      short: "上下文存储出错",
      text: "上下文存储“__store__”出错：__reason__。",
      remedy:
        "请修复该存储，或者选择其他存储（context）。没有为这条消息保存或发送任何内容：可以在 Catch 节点之后重新发送到本节点，或者释放（released）该消息。",
    },
  },
  STORE_BUSY: {
    retry: "never",
    details: ["store", "waiting"],
    "en-US": {
      short: "context store too slow",
      text: "The context store “__store__” is slower than the messages: __waiting__ are waiting, and this one was refused.",
      remedy:
        "Choose a faster store (context), or use manual settle mode with ack nodes after Complete and Catch nodes: then the subscriber waits for the store.",
    },
    "zh-CN": {
      short: "上下文存储太慢",
      text: "上下文存储“__store__”跟不上消息的速度：已有 __waiting__ 条在等待，这条消息未被接收。",
      remedy:
        "请选择更快的存储（context），或者使用手动确认模式，并在 Complete 和 Catch 节点之后接确认节点：这样订阅节点会等待存储。",
    },
  },
} as const satisfies ErrorTable;
