import type { ErrorTable } from "../entry";

/** The platform's answers. */
export const REFUSAL_ERRORS = {
  SIGN_IN_REFUSED: {
    retry: "slow",
    details: ["reason"],
    "en-US": {
      short: "sign-in refused",
      text: "The platform refused the sign-in (__reason__).",
      remedy:
        "The platform does not say which part is wrong. Check, in this order: AccessKey ID and AccessKey Secret (accessKeyId, accessKeySecret: no spaces, key enabled, belonging to the account that owns the instance); the instance ID (iotInstanceId: required if the console shows one, empty otherwise); the consumer group ID (consumerGroupId: the ID, not the name, and of this instance); whether the RAM user has the permission iot:sub; whether the STS token (securityToken) has expired; this computer's clock.",
    },
    "zh-CN": {
      short: "登录被拒绝",
      text: "平台拒绝了登录（__reason__）。",
      remedy:
        "平台不会说明是哪一项有误。请依次检查：AccessKey ID 和 AccessKey Secret（accessKeyId、accessKeySecret：没有多余空格，密钥已启用，属于实例所在的账号）；实例 ID（iotInstanceId：控制台显示了就必须填写，没有显示则留空）；消费组 ID（consumerGroupId：是 ID 不是名称，且属于该实例）；RAM 用户是否有 iot:sub 权限；STS Token（securityToken）是否过期；本机时间是否准确。",
    },
  },
  // SASL codes 2 and 4: the server's trouble, not the credentials.
  SIGN_IN_UNAVAILABLE: {
    retry: "fast",
    details: ["reason"],
    "en-US": {
      short: "sign-in unavailable",
      text: "The platform cannot check the sign-in at the moment (__reason__).",
      remedy: "Nothing to do: the server has a problem. The sign-in is retried automatically.",
    },
    "zh-CN": {
      short: "登录服务不可用",
      text: "平台暂时无法验证登录（__reason__）。",
      remedy: "无需处理：这是服务端的问题，会自动重试。",
    },
  },
  GROUP_NOT_FOUND: {
    retry: "slow",
    details: ["group", "condition", "description"],
    "en-US": {
      short: "group not found",
      text: "The platform found no consumer group __group__ (consumerGroupId) on this instance (__condition__: __description__).",
      remedy:
        "Copy the consumer group ID, not its name, from the console (Message forwarding → Server-side subscription → Consumer groups), and check that the instance (host, iotInstanceId) and the group belong together.",
    },
    "zh-CN": {
      short: "消费组不存在",
      text: "该实例下没有消费组 __group__（consumerGroupId）。平台返回：__condition__，__description__。",
      remedy:
        "请从控制台（消息转发 → 服务端订阅 → 消费组列表）复制消费组 ID（不是名称），并确认消费组属于该实例（host、iotInstanceId）。",
    },
  },
  TOO_MANY_CONNECTIONS: {
    retry: "slow",
    details: ["condition", "description"],
    "en-US": {
      short: "too many connections",
      text: "The platform accepts no further connection (__condition__: __description__).",
      remedy:
        "A consumer group accepts at most 64 clients (128 according to newer documentation) and 100 connection requests a minute: stop clients that you do not need, or lower “Connections” (connections).",
    },
    "zh-CN": {
      short: "连接数过多",
      text: "平台无法再接受这个连接。平台返回：__condition__，__description__。",
      remedy:
        "一个消费组最多 64 个客户端（较新的文档为 128 个），每分钟最多 100 次连接请求：请停掉不需要的客户端，或者减小“连接数”（connections）。",
    },
  },
  // Our own limiter, which knows when the next attempt is allowed.
  CONNECT_LIMIT: {
    retry: "fast",
    details: [],
    "en-US": {
      short: "connect limit",
      text: "This process has used up the consumer group's connection requests for this minute.",
      remedy:
        "Nothing to do: connecting continues in the next minute. If it repeats, lower “Connections” (connections).",
    },
    "zh-CN": {
      short: "连接频率受限",
      text: "本进程已用完该消费组每分钟允许的连接请求次数。",
      remedy: "无需处理：一分钟过后会自动继续连接。如果反复出现，请减小“连接数”（connections）。",
    },
  },
  REFUSED: {
    retry: "slow",
    details: ["condition", "description"],
    "en-US": {
      short: "refused",
      text: "The platform refused the request (__condition__: __description__).",
      remedy:
        "Check whether the AccessKey has the permission iot:sub and whether the STS token (securityToken) has expired, then the consumer group (consumerGroupId) and the instance ID (iotInstanceId).",
    },
    "zh-CN": {
      short: "被拒绝",
      text: "平台拒绝了请求。平台返回：__condition__，__description__。",
      remedy:
        "请检查 AccessKey 是否有 iot:sub 权限、STS Token（securityToken）是否过期，以及消费组（consumerGroupId）和实例 ID（iotInstanceId）。",
    },
  },
  // Load balancing and releases: normal, and no fault of ours.
  CLOSED_BY_PLATFORM: {
    retry: "fast",
    details: ["condition", "description"],
    "en-US": {
      short: "closed by platform",
      text: "The platform closed the connection (__condition__: __description__).",
      remedy:
        "Nothing to do: this is normal when the platform balances load or is updated. If it always happens right after connecting, check the consumer group (consumerGroupId), the instance ID (iotInstanceId), and the group's limits: 64 clients (128 according to newer documentation) and 100 connection requests a minute.",
    },
    "zh-CN": {
      short: "平台关闭了连接",
      text: "平台关闭了连接。平台返回：__condition__，__description__。",
      remedy:
        "无需处理：平台在负载均衡和升级时会主动断开，属于正常现象。如果每次连接后都立刻发生，请检查消费组（consumerGroupId）、实例 ID（iotInstanceId），以及消费组的限制：64 个客户端（较新的文档为 128 个）和每分钟 100 次连接请求。",
    },
  },
  LINK_CLOSED: {
    retry: "fast",
    details: ["condition", "description"],
    "en-US": {
      short: "link closed",
      text: "The platform closed the receiver link or its session (__condition__: __description__).",
      remedy:
        "Nothing to do if it recovers by itself. If it repeats, check that the consumer group (consumerGroupId) still exists on this instance, and that the AccessKey has the permission iot:sub.",
    },
    "zh-CN": {
      short: "链路被关闭",
      text: "平台关闭了接收链路或会话。平台返回：__condition__，__description__。",
      remedy:
        "如果随后自动恢复，则无需处理；如果反复出现，请检查该实例下的消费组（consumerGroupId）是否仍然存在，以及 AccessKey 是否有 iot:sub 权限。",
    },
  },
} as const satisfies ErrorTable;

/** A peer that does not speak AMQP 1.0 as it should. */
export const PROTOCOL_ERRORS = {
  PROTOCOL_VIOLATION: {
    retry: "slow",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "not AMQP 1.0",
      text: "__host__:__port__ does not speak AMQP 1.0 as expected: __reason__.",
      remedy:
        "Check host and port (host, port): 5671 is AMQP over TLS, so “Use TLS” (useTls) must be on for it; 61614 is STOMP, 1883 and 443 are MQTT and HTTPS, and other brokers speak AMQP 0.9.1. If host and port are right, please report it.",
    },
    "zh-CN": {
      short: "不是 AMQP 1.0",
      text: "__host__:__port__ 没有按 AMQP 1.0 通信：__reason__。",
      remedy:
        "请检查接入域名和端口（host、port）：5671 是 AMQP over TLS，必须打开“使用 TLS”（useTls）；61614 是 STOMP，1883 和 443 是 MQTT 和 HTTPS，其他消息服务器使用的可能是 AMQP 0.9.1。如果域名和端口无误，请反馈给我们。",
    },
  },
  FRAME_TOO_LARGE: {
    retry: "slow",
    details: ["host", "size", "limit"],
    "en-US": {
      short: "frame too large",
      text: "__host__ sent __size__ bytes at once, more than the agreed __limit__.",
      remedy:
        "Check host and port (host, port): a peer that exceeds the agreed size is probably not the platform.",
    },
    "zh-CN": {
      short: "数据帧过大",
      text: "__host__ 一次发送了 __size__ 字节，超过约定的 __limit__ 字节。",
      remedy: "请检查接入域名和端口（host、port）：超过约定大小的对端很可能不是物联网平台。",
    },
  },
} as const satisfies ErrorTable;
