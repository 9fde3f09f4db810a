import { HINT_TEXTS } from "./hint-texts";
import type { Catalogue } from "../errors/entry";

/** The diagnosis: names of the steps, what they found, what was recognised. */
export const DOCTOR_TEXTS = {
  steps: {
    settings: { "en-US": "Settings", "zh-CN": "设置" },
    dns: { "en-US": "Host name", "zh-CN": "域名解析" },
    tcp: { "en-US": "TCP connection", "zh-CN": "TCP 连接" },
    tls: { "en-US": "TLS", "zh-CN": "TLS" },
    signIn: { "en-US": "Sign-in", "zh-CN": "登录" },
    open: { "en-US": "AMQP connection", "zh-CN": "AMQP 连接" },
    attach: { "en-US": "Receiver link", "zh-CN": "接收链路" },
    message: { "en-US": "First message", "zh-CN": "第一条消息" },
    api: { "en-US": "Cloud API", "zh-CN": "云端 API" },
  },
  facts: {
    settings: {
      "en-US":
        "__host__:__port__, instance ID __iotInstanceId__, consumer group __consumerGroupId__",
      "zh-CN": "__host__:__port__，实例 ID __iotInstanceId__，消费组 __consumerGroupId__",
    },
    settingsLegacy: {
      "en-US": "__host__:__port__, no instance ID, consumer group __consumerGroupId__",
      "zh-CN": "__host__:__port__，无实例 ID，消费组 __consumerGroupId__",
    },
    dns: {
      "en-US": "__host__ resolves to __addresses__",
      "zh-CN": "__host__ 解析为 __addresses__",
    },
    dnsAddress: {
      "en-US": "__host__ is already an IP address",
      "zh-CN": "__host__ 已经是 IP 地址，无需解析",
    },
    tcp: {
      "en-US": "__address__ answered on port __port__ after __ms__ ms",
      "zh-CN": "__address__ 的端口 __port__ 在 __ms__ 毫秒后应答",
    },
    tls: {
      "en-US":
        "__protocol__, certificate for __subject__, issued by __issuer__, valid until __until__",
      "zh-CN": "__protocol__，证书属于 __subject__，由 __issuer__ 签发，有效期至 __until__",
    },
    tlsUnverified: {
      "en-US": "__protocol__; certificate not verified, as set in the TLS configuration",
      "zh-CN": "__protocol__；证书未经校验，因为 TLS 配置关闭了校验",
    },
    tlsOff: {
      "en-US": "off: plain TCP, allowed only on this computer",
      "zh-CN": "未使用：明文 TCP，只允许连接本机",
    },
    signIn: { "en-US": "accepted", "zh-CN": "已接受" },
    open: { "en-US": "the server speaks AMQP 1.0", "zh-CN": "服务器使用 AMQP 1.0" },
    attach: {
      "en-US": "attached for the consumer group __consumerGroupId__",
      "zh-CN": "已为消费组 __consumerGroupId__ 建立",
    },
    message: {
      "en-US":
        "received after __seconds__ s on __topic__ and released: the platform sends it again after about a minute",
      "zh-CN": "__seconds__ 秒后收到，Topic 为 __topic__，已释放：平台约一分钟后会重新推送",
    },
    messageUndecodable: {
      "en-US": "received after __seconds__ s and released; it could not be decoded",
      "zh-CN": "__seconds__ 秒后收到，但无法解码，已释放",
    },
    api: {
      "en-US":
        "__host__:__port__ answered after __ms__ ms; AccessKey, signature and permission are accepted",
      "zh-CN": "__host__:__port__ 在 __ms__ 毫秒后应答，AccessKey、签名和权限均已接受",
    },
    apiClockOff: {
      "en-US":
        "__host__:__port__ answered after __ms__ ms, but this computer's clock is off by __seconds__ s: set it, best by NTP",
      "zh-CN":
        "__host__:__port__ 在 __ms__ 毫秒后应答，但本机时间相差 __seconds__ 秒：请校准时间，最好使用 NTP",
    },
    notChecked: { "en-US": "not checked", "zh-CN": "未检查" },
  },
  hints: HINT_TEXTS,
  result: {
    passed: {
      "en-US": "Everything works: a subscriber with these settings can receive messages.",
      "zh-CN": "一切正常：使用这些设置的订阅节点可以接收消息。",
    },
    passedApi: {
      "en-US": "Everything works: with these settings, messages can be received and commands sent.",
      "zh-CN": "一切正常：使用这些设置可以接收消息，也可以发送命令。",
    },
    failed: {
      "en-US": "Failed at “__step__”: __short__.",
      "zh-CN": "在“__step__”一步失败：__short__。",
    },
    failedApi: {
      "en-US": "Messages can be received. Failed at “__step__”: __short__.",
      "zh-CN": "可以接收消息。在“__step__”一步失败：__short__。",
    },
    stopped: { "en-US": "Stopped.", "zh-CN": "已停止。" },
  },
  report: {
    title: {
      "en-US":
        "Connection test of @iot-flows/node-red-aliyun-iot __version__ on Node.js __node__, __system__",
      "zh-CN": "@iot-flows/node-red-aliyun-iot __version__ 连接测试，Node.js __node__，__system__",
    },
    time: { "en-US": "Time: __utc__ UTC", "zh-CN": "时间：UTC __utc__" },
    line: { "en-US": "__title__: __text__", "zh-CN": "__title__：__text__" },
  },
  request: {
    unreadable: {
      "en-US": "The request has no settings to test.",
      "zh-CN": "请求中没有可供测试的设置。",
    },
    tooMany: {
      "en-US": "Too many connection tests at once or within a minute. Try again later.",
      "zh-CN": "同时进行或一分钟内的连接测试过多，请稍后再试。",
    },
  },
} as const satisfies Catalogue;
