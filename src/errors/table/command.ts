import type { ErrorTable } from "../entry";

/** How a command to a device ended, other than done. */
export const COMMAND_ERRORS = {
  PRODUCT_NOT_FOUND: {
    retry: "never",
    details: ["productKey", "apiCode"],
    "en-US": {
      short: "product not found",
      text: "The platform does not find the product __productKey__ (__apiCode__).",
      remedy:
        "Check the product key, and the instance ID (iotInstanceId): without it the platform looks in the legacy public instance. The region (region) has to be that of the instance.",
    },
    "zh-CN": {
      short: "找不到产品",
      text: "平台找不到产品 __productKey__（__apiCode__）。",
      remedy:
        "请检查 ProductKey 和实例 ID（iotInstanceId）：不填实例 ID 时，平台会在旧版公共实例中查找。地域（region）必须与实例一致。",
    },
  },
  DEVICE_NOT_FOUND: {
    retry: "never",
    details: ["productKey", "deviceName", "apiCode"],
    "en-US": {
      short: "__deviceName__ not found",
      text: "The platform does not find the device __deviceName__ of product __productKey__ (__apiCode__).",
      remedy:
        "Check product key and device name, the instance ID (iotInstanceId), and that the AccessKey is of the account that owns the device.",
    },
    "zh-CN": {
      short: "找不到 __deviceName__",
      text: "平台找不到产品 __productKey__ 的设备 __deviceName__（__apiCode__）。",
      remedy:
        "请检查 ProductKey、DeviceName 和实例 ID（iotInstanceId），并确认 AccessKey 属于设备所在的账号。",
    },
  },
  DEVICE_OFFLINE: {
    retry: "never",
    details: ["deviceName", "apiCode"],
    "en-US": {
      short: "__deviceName__ offline",
      text: "The device __deviceName__ is offline (__apiCode__). The command was not carried out.",
      remedy:
        "Send it again when the device is online: the subscriber's device-status messages tell. It is not sent later by itself.",
    },
    "zh-CN": {
      short: "__deviceName__ 离线",
      text: "设备 __deviceName__ 离线（__apiCode__），命令没有被执行。",
      remedy: "请在设备上线后重新发送：订阅节点的 device-status 消息会告知上线。命令不会自动补发。",
    },
  },
  DEVICE_INACTIVE: {
    retry: "never",
    details: ["deviceName", "apiCode"],
    "en-US": {
      short: "__deviceName__ not active",
      text: "The device __deviceName__ has never been online, or is disabled (__apiCode__).",
      remedy: "Connect the device once, or enable it in the console.",
    },
    "zh-CN": {
      short: "__deviceName__ 未激活",
      text: "设备 __deviceName__ 尚未激活，或者已被禁用（__apiCode__）。",
      remedy: "请让设备首次上线，或者在控制台启用它。",
    },
  },
  DATA_REFUSED: {
    retry: "never",
    details: ["apiCode", "reason"],
    "en-US": {
      short: "data refused",
      text: "The platform refused the data (data): __reason__ (__apiCode__).",
      remedy:
        "Compare it with the thing model: identifiers, read-only properties, types. Numbers of type float and double need a decimal (25.0): pass them as JSON text. Boolean and enum values are whole numbers.",
    },
    "zh-CN": {
      short: "数据被拒绝",
      text: "平台拒绝了数据（data）：__reason__（__apiCode__）。",
      remedy:
        "请与物模型对照：标识符、只读属性、数据类型。float 和 double 类型的数值必须带小数（25.0），请用 JSON 文本传入；bool 和 enum 的值是整数。",
    },
  },
  TOPIC_REFUSED: {
    retry: "never",
    details: ["topic", "apiCode"],
    "en-US": {
      short: "topic refused",
      text: "The platform refused the topic __topic__ (__apiCode__).",
      remedy:
        "It has to be a custom topic of the product that the device may subscribe to, such as user/get; thing model topics cannot be published to.",
    },
    "zh-CN": {
      short: "Topic 被拒绝",
      text: "平台拒绝了 Topic __topic__（__apiCode__）。",
      remedy:
        "必须是产品的自定义 Topic，并且设备有订阅权限，例如 user/get；不能向物模型 Topic 发布。",
    },
  },
  DEVICE_REFUSED: {
    retry: "never",
    details: ["deviceName", "replyCode", "reason"],
    "en-US": {
      short: "device answered __replyCode__",
      text: "The device __deviceName__ answered with code __replyCode__: __reason__.",
      remedy:
        "Code 200 is success. 460: the data is wrong. 429: too many commands. 100000 to 110000: the device's own codes, see its documentation.",
    },
    "zh-CN": {
      short: "设备应答 __replyCode__",
      text: "设备 __deviceName__ 的应答代码为 __replyCode__：__reason__。",
      remedy:
        "200 表示成功。460：参数错误。429：命令过于频繁。100000 到 110000：设备自定义的代码，请查阅设备文档。",
    },
  },
  REPLY_MISSING: {
    retry: "never",
    details: ["deviceName", "seconds"],
    "en-US": {
      short: "no reply from __deviceName__",
      text: "The platform took the command, but no reply of the device __deviceName__ was heard within __seconds__ s. It may have been carried out.",
      remedy:
        "A subscriber of this Node-RED has to receive the device's replies (message type downlink-reply). Is it connected, and does no other client of the same consumer group take them? Or wait longer (waitForReply).",
    },
    "zh-CN": {
      short: "__deviceName__ 没有应答",
      text: "平台已接受命令，但 __seconds__ 秒内没有收到设备 __deviceName__ 的应答。命令可能已被执行。",
      remedy:
        "本 Node-RED 的订阅节点必须能收到设备的应答（消息类型 downlink-reply）：它是否已连接？是否有同一消费组的其他客户端取走了应答？也可以延长等待时间（waitForReply）。",
    },
  },
  OUTCOME_UNKNOWN: {
    retry: "never",
    details: ["reason"],
    "en-US": {
      short: "outcome unknown",
      text: "It is not known whether the command was carried out: __reason__.",
      remedy:
        "It is not repeated, because it might then be carried out twice. Look at the device, then decide whether to send it again.",
    },
    "zh-CN": {
      short: "结果未知",
      text: "不知道命令是否已被执行：__reason__。",
      remedy: "命令不会自动重发，否则可能被执行两次。请先查看设备，再决定是否重新发送。",
    },
  },
  COMMANDS_FULL: {
    retry: "never",
    details: ["waiting"],
    "en-US": {
      short: "too many commands",
      text: "__waiting__ commands are waiting or under way already, so this one was not sent.",
      remedy:
        "Send less often, or wait for the answer of one before the next. The platform's limits are for the whole account.",
    },
    "zh-CN": {
      short: "命令过多",
      text: "已有 __waiting__ 条命令在等待或正在执行，这一条没有发送。",
      remedy: "请降低发送频率，或者等到前一条的结果再发送下一条。平台的限制由整个账号共用。",
    },
  },
} as const satisfies ErrorTable;
