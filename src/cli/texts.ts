import { USAGE_TEXTS } from "./usage-texts";
import type { Catalogue } from "../errors/entry";

/** The command line's own; what it has of `errors`, `settings` and `allowed` stands before theirs. */
export const CLI_TEXTS = {
  settings: {
    httpPort: { "en-US": "HTTP control port", "zh-CN": "HTTP 控制端口" },
    consumerGroupIds: { "en-US": "Consumer groups", "zh-CN": "消费组" },
    devices: { "en-US": "Devices", "zh-CN": "设备数" },
    rate: { "en-US": "Rate", "zh-CN": "消息速率" },
    cert: { "en-US": "Certificate", "zh-CN": "证书" },
    key: { "en-US": "Private key", "zh-CN": "私钥" },
    strictTimestamp: { "en-US": "Strict timestamp", "zh-CN": "严格校验时间戳" },
    scenario: { "en-US": "Scenario", "zh-CN": "故障场景" },
    count: { "en-US": "Count", "zh-CN": "消息条数" },
    wait: { "en-US": "Wait (s)", "zh-CN": "等待（秒）" },
  },
  allowed: {
    filled: { "en-US": "__give__", "zh-CN": "__give__" },
    regionForSending: {
      "en-US":
        "__give__ Commands are sent to the platform's API in the region of the instance. For the emulator, give its address with --api-endpoint, by default http://127.0.0.1:5680.",
      "zh-CN":
        "__give__命令会发送到实例所在地域的平台 API。如果使用模拟器，请用 --api-endpoint 指定它的地址，默认为 http://127.0.0.1:5680。",
    },
    device: {
      "en-US": "text such as a1B2/meter-07; in JSON also an object with productKey and deviceName",
      "zh-CN": "a1B2/meter-07 形式的文本；在 JSON 中也可以是包含 productKey 和 deviceName 的对象",
    },
    dataObject: {
      "en-US": "a JSON object; it is sent as it is, so 25.0 stays 25.0",
      "zh-CN": "JSON 对象；内容会原样发送，25.0 仍是 25.0",
    },
    content: { "en-US": "text that is not empty", "zh-CN": "非空文本" },
  },
  reasons: {
    interrupted: {
      "en-US": "it was interrupted before the answer came",
      "zh-CN": "在收到响应之前被中止",
    },
  },
  give: {
    flag: { "en-US": "Give __flag__.", "zh-CN": "请使用参数 __flag__。" },
    variable: { "en-US": "Set __variable__.", "zh-CN": "请设置环境变量 __variable__。" },
    both: {
      "en-US": "Give __flag__ or set __variable__.",
      "zh-CN": "请使用参数 __flag__，或者设置环境变量 __variable__。",
    },
  },
  errors: {
    TLS_REQUIRED: {
      text: {
        "en-US": "TLS is switched off (__setting__), but __host__ is not this computer.",
        "zh-CN": "TLS 已关闭（__setting__），但 __host__ 不是本机。",
      },
      remedy: {
        "en-US":
          "Omit --no-tls: it is only for a loopback address (the emulator). The platform refuses plain TCP, and the signed password would be sent in plain text.",
        "zh-CN":
          "请去掉 --no-tls：它只能用于本机回环地址（模拟器）。平台拒绝明文 TCP 连接，而且签名后的密码会以明文传输。",
      },
    },
    ENV_PARTIAL: {
      remedy: {
        "en-US": "Let the shell replace it: single quotes keep it from doing so.",
        "zh-CN": "请由 shell 替换变量：单引号会阻止替换。",
      },
    },
    PORT_IN_USE: {
      remedy: {
        "en-US": "Stop the program that uses it, or choose another port with __setting__.",
        "zh-CN": "请结束占用该端口的程序，或者用 __setting__ 换一个端口。",
      },
    },
    CONNECTION_LOST: {
      remedy: {
        "en-US":
          "Nothing to do if it recovers by itself. If every connection with --no-tls ends at once, the port may expect TLS: omit --no-tls. If every connection ends within 15 seconds, check the consumer group (consumerGroupId) and the instance ID (iotInstanceId); otherwise check the network.",
        "zh-CN":
          "如果随后自动恢复，则无需处理。如果使用了 --no-tls 并且每次连接都立刻断开，该端口可能要求 TLS：请去掉 --no-tls。如果每次都在 15 秒内断开，请检查消费组（consumerGroupId）和实例 ID（iotInstanceId）；否则请检查网络。",
      },
    },
    INPUT_INVALID: {
      text: {
        "en-US": "“__label__” (__setting__) cannot be __value__; nothing was sent.",
        "zh-CN": "“__label__”（__setting__）的值无效（__value__），没有发送任何内容。",
      },
    },
    API_UNREACHABLE: {
      remedy: {
        "en-US":
          "Check the network and the region (region, apiEndpoint). If this computer needs a proxy, set HTTPS_PROXY. A VPC address works within that VPC only. For the emulator: is it running, and on this HTTP port?",
        "zh-CN":
          "请检查网络和地域（region、apiEndpoint）。如果本机需要代理，请设置环境变量 HTTPS_PROXY。VPC 地址只能在该 VPC 内使用。如果使用模拟器：它是否已启动，HTTP 端口是否一致？",
      },
    },
    API_TLS_FAILED: {
      remedy: {
        "en-US":
          "If a proxy or a test server answers with a certificate of its own, give its CA certificate with --ca FILE, or set NODE_EXTRA_CA_CERTS=/path/to/ca.pem. Check the API endpoint (apiEndpoint) and this computer's clock.",
        "zh-CN":
          "如果代理或测试服务器使用自己的证书，请用 --ca FILE 指定其 CA 证书，或者设置环境变量 NODE_EXTRA_CA_CERTS=/path/to/ca.pem。请检查 API 接入地址（apiEndpoint）和本机时间。",
      },
    },
    RHEA_MISMATCH: {
      remedy: {
        "en-US":
          "Install it with “npm install rhea@__needed__” where this package is installed, and start the command again.",
        "zh-CN": "请在安装本软件包的目录中执行“npm install rhea@__needed__”，然后重新运行该命令。",
      },
    },
    TLS_UNTRUSTED: {
      remedy: {
        "en-US":
          "Node.js does not know its issuer. Give its CA certificates with --ca FILE, or set NODE_EXTRA_CA_CERTS=/path/to/ca.pem. For the platform this may be GlobalSign Root R1, which newer Node.js versions no longer include; in a company network, it may be the certificate of a proxy that inspects TLS.",
        "zh-CN":
          "Node.js 不信任该证书的签发机构。请用 --ca FILE 指定其 CA 证书，或者设置环境变量 NODE_EXTRA_CA_CERTS=/path/to/ca.pem。对平台的接入点而言，缺少的可能是 GlobalSign Root R1，较新的 Node.js 版本已不再内置它；在公司网络中，也可能是会解密 TLS 的代理的证书。",
      },
    },
    TLS_HOSTNAME: {
      remedy: {
        "en-US": "Connect by the host name that the certificate has (host), not by IP address.",
        "zh-CN": "请使用证书中的域名（host）连接，不要使用 IP 地址。",
      },
    },
    TLS_FAILED: {
      remedy: {
        "en-US":
          "The port probably does not speak TLS: for the emulator, give --no-tls; the platform's port is 5671 (port). If the port is right, check the CA certificates (tls), if any are given.",
        "zh-CN":
          "该端口很可能不支持 TLS：如果连接的是模拟器，请加上 --no-tls；平台的端口是 5671（port）。如果端口无误并且指定了 CA 证书（tls），请检查该证书。",
      },
    },
    TLS_INTERRUPTED: {
      remedy: {
        "en-US":
          "If it does not recover by itself, the port probably does not speak TLS: for the emulator, give --no-tls; the platform's port is 5671 (port).",
        "zh-CN":
          "如果没有自动恢复，该端口很可能不支持 TLS：如果连接的是模拟器，请加上 --no-tls；平台的端口是 5671（port）。",
      },
    },
    PROTOCOL_VIOLATION: {
      remedy: {
        "en-US":
          "Check host and port (host, port): 5671 is AMQP over TLS, so omit --no-tls; 61614 is STOMP, 1883 and 443 are MQTT and HTTPS, and other brokers speak AMQP 0.9.1. If host and port are right, please report it.",
        "zh-CN":
          "请检查域名和端口（host、port）：5671 是 AMQP over TLS，请去掉 --no-tls；61614 是 STOMP，1883 和 443 是 MQTT 和 HTTPS，其他消息服务器使用的可能是 AMQP 0.9.1。如果域名和端口无误，请反馈给我们。",
      },
    },
    MESSAGE_UNDECODABLE: {
      remedy: {
        "en-US": "The message was rejected; the link stays up. Please report it.",
        "zh-CN": "该消息已被拒绝（rejected），链路继续工作。请反馈给我们。",
      },
    },
    PAYLOAD_FORMAT: {
      remedy: {
        "en-US":
          "The payload is written as base64. Set the payload format (payloadFormat) to auto or buffer, or exclude the topic with topic filters (topicFilters).",
        "zh-CN":
          "消息内容以 base64 写出。请把消息内容格式（payloadFormat）设为 auto 或 buffer，或者用 Topic 过滤（topicFilters）排除它。",
      },
    },
    TOO_MANY_CONNECTIONS: {
      remedy: {
        "en-US":
          "A consumer group accepts at most 64 clients (128 according to newer documentation) and 100 connection requests a minute: stop clients that you do not need, or use fewer connections (connections).",
        "zh-CN":
          "一个消费组最多 64 个客户端（较新的文档为 128 个），每分钟最多 100 次连接请求：请停掉不需要的客户端，或者减小连接数（connections）。",
      },
    },
    CONNECT_LIMIT: {
      remedy: {
        "en-US":
          "Nothing to do: connecting continues in the next minute. If it repeats, use fewer connections (connections).",
        "zh-CN": "无需处理：一分钟过后会自动继续连接。如果反复出现，请减小连接数（connections）。",
      },
    },
    DELIVERY_EXPIRED: {
      remedy: {
        "en-US":
          "The platform sends the message again: the program that reads the lines is slower than the messages.",
        "zh-CN": "平台会重新推送该消息：读取输出的程序跟不上消息的速度。",
      },
    },
  },
  usage: USAGE_TEXTS,
  states: {
    idle: { "en-US": "idle", "zh-CN": "空闲" },
    connecting: { "en-US": "connecting", "zh-CN": "正在连接" },
    subscribed: {
      "en-US": "subscribed __connected__/__connections__",
      "zh-CN": "已订阅 __connected__/__connections__",
    },
    backoff: {
      "en-US": "retry at __time__: __reason__",
      "zh-CN": "将于 __time__ 重试：__reason__",
    },
    again: {
      "en-US": "retry at __time__: still the same, __short__ [__code__]",
      "zh-CN": "将于 __time__ 重试：原因同上，__short__ [__code__]",
    },
    draining: { "en-US": "closing", "zh-CN": "正在关闭" },
    stopped: { "en-US": "stopped", "zh-CN": "已停止" },
    failed: { "en-US": "failed: __reason__", "zh-CN": "失败：__reason__" },
  },
  emulator: {
    listening: {
      "en-US": "AMQP on __host__:__port__ (__transport__), cloud API and HTTP control on __http__",
      "zh-CN": "AMQP：__host__:__port__（__transport__），云端 API 和 HTTP 控制：__http__",
    },
    plain: { "en-US": "plain TCP, TLS off", "zh-CN": "明文 TCP，TLS 关闭" },
    tls: { "en-US": "TLS on", "zh-CN": "TLS 打开" },
    account: {
      "en-US":
        "AccessKey ID __accessKeyId__, instance ID __iotInstanceId__, consumer groups __groups__",
      "zh-CN": "AccessKey ID：__accessKeyId__，实例 ID：__iotInstanceId__，消费组：__groups__",
    },
    devices: {
      "en-US": "Simulated devices: __devices__ (__names__), messages a second: __rate__ in all",
      "zh-CN": "模拟设备：__devices__ 台（__names__），合计每秒 __rate__ 条消息",
    },
    noDevices: { "en-US": "Simulated devices: none", "zh-CN": "模拟设备：无" },
    noInstance: { "en-US": "none", "zh-CN": "无" },
  },
} as const satisfies Catalogue;
