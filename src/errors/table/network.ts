import { NPX } from "../command-line";
import type { ErrorTable } from "../entry";

/** The network or a deadline ended the attempt or the connection. */
export const NETWORK_ERRORS = {
  DNS_FAILED: {
    retry: "fast",
    details: ["host", "reason"],
    "en-US": {
      short: "host not found",
      text: "The host name __host__ (host) cannot be resolved: __reason__.",
      remedy:
        "If it worked before, this computer is probably offline or its DNS is down. Otherwise copy the AMQP endpoint from the console (Instance details → View development configurations). Usual causes: a wrong account ID, region or instance ID, or a VPC host used from outside the VPC.",
    },
    "zh-CN": {
      short: "域名无法解析",
      text: "无法解析域名 __host__（host）：__reason__。",
      remedy:
        "如果之前可以连接，多半是本机断网或 DNS 不可用。否则请从控制台复制 AMQP 接入域名（实例详情 → 查看开发配置）。常见原因：账号 ID、地域或实例 ID 写错，或者在 VPC 外使用了 VPC 域名。",
    },
  },
  CONNECTION_REFUSED: {
    retry: "fast",
    details: ["host", "port"],
    "en-US": {
      short: "connection refused",
      text: "Nothing is listening on __host__:__port__ (host, port).",
      remedy: `The platform's AMQP port is 5671. For the emulator: is it running (${NPX} emulator), and on this port?`,
    },
    "zh-CN": {
      short: "连接被拒绝",
      text: "__host__:__port__（host、port）上没有服务在监听。",
      remedy: `平台的 AMQP 端口是 5671。如果连接的是模拟器：它是否已启动（${NPX} emulator），端口是否一致？`,
    },
  },
  CONNECTION_FAILED: {
    retry: "fast",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "no connection",
      text: "The connection to __host__:__port__ failed: __reason__.",
      remedy:
        "Check the network, whether a firewall blocks outgoing port __port__, and host and port (host, port): a VPC host works within that VPC only.",
    },
    "zh-CN": {
      short: "无法连接",
      text: "连接 __host__:__port__ 失败：__reason__。",
      remedy:
        "请检查网络、防火墙是否拦截了出方向的 __port__ 端口，以及接入域名和端口（host、port）：VPC 域名只能在该 VPC 内使用。",
    },
  },
  CONNECTION_LOST: {
    retry: "fast",
    details: ["host", "reason"],
    "en-US": {
      short: "connection lost",
      text: "The connection to __host__ was lost: __reason__.",
      remedy:
        "Nothing to do if it recovers by itself. If every connection ends at once and TLS is off, the port may expect TLS: switch “Use TLS” (useTls) on. If every connection ends within 15 seconds, check the consumer group (consumerGroupId) and the instance ID (iotInstanceId); otherwise check the network.",
    },
    "zh-CN": {
      short: "连接中断",
      text: "与 __host__ 的连接中断：__reason__。",
      remedy:
        "如果随后自动恢复，则无需处理。如果 TLS 已关闭并且每次连接都立刻断开，该端口可能要求 TLS：请打开“使用 TLS”（useTls）。如果每次都在 15 秒内断开，请检查消费组（consumerGroupId）和实例 ID（iotInstanceId）；否则请检查网络。",
    },
  },
  // The peer has spoken AMQP before: what is unreadable was damaged.
  CONNECTION_CORRUPTED: {
    retry: "fast",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "data corrupted",
      text: "Data from __host__:__port__ on a working link cannot be read: __reason__.",
      remedy:
        "Nothing to do if it recovers by itself: the server, or a device in between, damaged the data. If it repeats, look for a proxy, firewall or tunnel that alters the traffic.",
    },
    "zh-CN": {
      short: "数据损坏",
      text: "无法读取 __host__:__port__ 在正常链路上发来的数据：__reason__。",
      remedy:
        "如果随后自动恢复，则无需处理：服务器或中间的设备损坏了数据。如果反复出现，请检查是否有代理、防火墙或隧道篡改了数据。",
    },
  },
  CONNECT_TIMEOUT: {
    retry: "fast",
    details: ["host", "port", "seconds"],
    "en-US": {
      short: "no answer",
      text: "__host__:__port__ did not finish connecting and signing in within __seconds__ s.",
      remedy:
        "Usual causes: a firewall drops the traffic, a VPC host is used from outside the VPC, or the port does not speak AMQP 1.0 over TLS. Check host and port (host, port).",
    },
    "zh-CN": {
      short: "没有响应",
      text: "__host__:__port__ 未能在 __seconds__ 秒内完成连接和登录。",
      remedy:
        "常见原因：防火墙丢弃了数据，在 VPC 外使用了 VPC 域名，或者该端口不是 AMQP 1.0 over TLS。请检查接入域名和端口（host、port）。",
    },
  },
  ATTACH_TIMEOUT: {
    retry: "fast",
    details: ["seconds"],
    "en-US": {
      short: "attach timed out",
      text: "Signed in, but the receiver link was not attached within __seconds__ s.",
      remedy:
        "Check that the consumer group exists. If it does, the platform is busy; the attempt is repeated automatically.",
    },
    "zh-CN": {
      short: "建立链路超时",
      text: "已登录，但接收链路未能在 __seconds__ 秒内建立。",
      remedy: "请检查消费组是否存在。如果存在，则是平台繁忙，会自动重试。",
    },
  },
  PEER_SILENT: {
    retry: "fast",
    details: ["seconds"],
    "en-US": {
      short: "peer went silent",
      text: "The platform has sent nothing for __seconds__ s, not even a heartbeat.",
      remedy:
        "Nothing to do if it recovers by itself: a router or firewall probably dropped the connection. If it repeats, try a shorter heartbeat.",
    },
    "zh-CN": {
      short: "对端无响应",
      text: "已有 __seconds__ 秒没有收到平台的任何数据，连心跳也没有。",
      remedy:
        "如果随后自动恢复，则无需处理：多半是路由器或防火墙丢弃了连接。如果反复出现，请缩短心跳时间。",
    },
  },
} as const satisfies ErrorTable;
