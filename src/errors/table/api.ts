import type { ErrorTable } from "../entry";

/** The platform's API could not be asked, or refused the call: nothing was sent to a device. */
export const API_ERRORS = {
  API_UNREACHABLE: {
    retry: "never",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "API unreachable",
      text: "The platform's API at __host__:__port__ cannot be reached: __reason__.",
      remedy:
        "Check the network and the region (region, apiEndpoint). If this computer needs a proxy, set HTTPS_PROXY where Node-RED runs. A VPC address works within that VPC only. For the emulator: is it running, and on this HTTP port?",
    },
    "zh-CN": {
      short: "API 无法连接",
      text: "无法连接平台的 API __host__:__port__：__reason__。",
      remedy:
        "请检查网络和地域（region、apiEndpoint）。如果本机需要代理，请在运行 Node-RED 的环境中设置 HTTPS_PROXY。VPC 地址只能在该 VPC 内使用。如果使用模拟器：它是否已启动，HTTP 端口是否一致？",
    },
  },
  API_TLS_FAILED: {
    retry: "never",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "API: TLS failed",
      text: "TLS with the platform's API at __host__:__port__ failed: __reason__.",
      remedy:
        "If a proxy or a test server answers with a certificate of its own, add its CA certificate in the instance's TLS settings (tls). Check the API endpoint (apiEndpoint) and this computer's clock.",
    },
    "zh-CN": {
      short: "API 的 TLS 失败",
      text: "与平台 API __host__:__port__ 的 TLS 握手失败：__reason__。",
      remedy:
        "如果代理或测试服务器使用自己的证书，请在实例的 TLS 设置（tls）中添加其 CA 证书。请检查 API 接入地址（apiEndpoint）和本机时间。",
    },
  },
  API_KEY_REFUSED: {
    retry: "never",
    details: ["apiCode"],
    "en-US": {
      short: "AccessKey refused",
      text: "The platform's API does not know the AccessKey ID (accessKeyId), or it is disabled (__apiCode__).",
      remedy:
        "Copy the AccessKey ID again from the RAM console, and check that it is active. The emulator accepts testAccessKeyId.",
    },
    "zh-CN": {
      short: "AccessKey 被拒绝",
      text: "平台 API 不认识该 AccessKey ID（accessKeyId），或者它已被禁用（__apiCode__）。",
      remedy:
        "请从 RAM 控制台重新复制 AccessKey ID，并确认它处于启用状态。模拟器接受 testAccessKeyId。",
    },
  },
  API_SIGNATURE_REFUSED: {
    retry: "never",
    details: ["apiCode"],
    "en-US": {
      short: "signature refused",
      text: "The platform's API refused the signature (__apiCode__).",
      remedy:
        "The AccessKey Secret (accessKeySecret) does not belong to this AccessKey ID: enter both again. If the subscriber works with them, a proxy in between alters the request.",
    },
    "zh-CN": {
      short: "签名被拒绝",
      text: "平台 API 拒绝了签名（__apiCode__）。",
      remedy:
        "AccessKey Secret（accessKeySecret）与该 AccessKey ID 不匹配：请重新填写两者。如果订阅节点使用它们可以正常工作，则是中间的代理修改了请求。",
    },
  },
  API_TOKEN_REFUSED: {
    retry: "never",
    details: ["apiCode"],
    "en-US": {
      short: "STS token refused",
      text: "The platform's API refused the STS token (securityToken): __apiCode__.",
      remedy:
        "It has probably expired: get a new one, and enter the AccessKey ID and AccessKey Secret that come with it.",
    },
    "zh-CN": {
      short: "STS Token 被拒绝",
      text: "平台 API 拒绝了 STS Token（securityToken）：__apiCode__。",
      remedy:
        "多半是已经过期：请获取新的 Token，并同时更换随之返回的 AccessKey ID 和 AccessKey Secret。",
    },
  },
  API_CLOCK_OFF: {
    retry: "never",
    details: ["reason", "apiCode"],
    "en-US": {
      short: "clock is off",
      text: "The platform's API refused the time of the call (__apiCode__): __reason__.",
      remedy: "Set the clock of this computer, best by NTP. Signatures are valid for 15 minutes.",
    },
    "zh-CN": {
      short: "本机时间不准",
      text: "平台 API 拒绝了调用的时间（__apiCode__）：__reason__。",
      remedy: "请校准本机时间，最好使用 NTP。签名的有效期是 15 分钟。",
    },
  },
  API_CLOCK_CORRECTED: {
    retry: "never",
    details: ["reason"],
    "en-US": {
      short: "clock is off, corrected",
      text: "The platform's API refused the time of a call: __reason__. Calls are now signed with the platform's time.",
      remedy:
        "Nothing has to be done for sending. Set the clock of this computer, best by NTP: other programs need it, too.",
    },
    "zh-CN": {
      short: "时间偏差已修正",
      text: "平台 API 拒绝了调用的时间：__reason__。之后的调用按平台的时间签名。",
      remedy: "发送不受影响。建议校准本机时间，最好使用 NTP：其他程序也需要准确的时间。",
    },
  },
  API_PERMISSION_MISSING: {
    retry: "never",
    details: ["permission", "apiCode"],
    "en-US": {
      short: "permission missing",
      text: "The AccessKey may not do this: the RAM permission __permission__ is missing (__apiCode__).",
      remedy: "Grant __permission__ to the RAM user in the RAM console; Resource is *.",
    },
    "zh-CN": {
      short: "缺少权限",
      text: "该 AccessKey 没有权限：缺少 RAM 权限 __permission__（__apiCode__）。",
      remedy: "请在 RAM 控制台为该 RAM 用户授予 __permission__ 权限，Resource 为 *。",
    },
  },
  API_INSTANCE_REFUSED: {
    retry: "never",
    details: ["apiCode"],
    "en-US": {
      short: "instance not found",
      text: "The platform does not find the instance in this region, or it belongs to another account (__apiCode__).",
      remedy:
        "Check the instance ID (iotInstanceId) and the region (region). Only a legacy public instance has no ID.",
    },
    "zh-CN": {
      short: "找不到实例",
      text: "平台在该地域找不到此实例，或者它属于其他账号（__apiCode__）。",
      remedy: "请检查实例 ID（iotInstanceId）和地域（region）。只有旧版公共实例没有实例 ID。",
    },
  },
  API_INSTANCE_STOPPED: {
    retry: "never",
    details: ["apiCode"],
    "en-US": {
      short: "instance stopped",
      text: "The instance or the account is not in service (__apiCode__).",
      remedy:
        "In the console, check whether the instance is running, the service activated, and nothing overdue.",
    },
    "zh-CN": {
      short: "实例已停用",
      text: "实例或账号不可用（__apiCode__）。",
      remedy: "请在控制台检查实例是否在运行、服务是否已开通、是否欠费。",
    },
  },
  API_ENDPOINT_WRONG: {
    retry: "never",
    details: ["host", "apiCode"],
    "en-US": {
      short: "not the IoT API",
      text: "__host__ is not the API of IoT Platform (__apiCode__).",
      remedy:
        "Check the region (region) and the API endpoint (apiEndpoint), such as https://iot.cn-shanghai.aliyuncs.com.",
    },
    "zh-CN": {
      short: "不是物联网 API",
      text: "__host__ 不是物联网平台的 API（__apiCode__）。",
      remedy:
        "请检查地域（region）和 API 接入地址（apiEndpoint），例如 https://iot.cn-shanghai.aliyuncs.com。",
    },
  },
  API_THROTTLED: {
    retry: "never",
    details: ["tries", "apiCode"],
    "en-US": {
      short: "throttled",
      text: "The platform refused the call __tries__ times because there are too many (__apiCode__).",
      remedy:
        "Send less often: the limit is for the whole account, with all its programs. The command was not carried out.",
    },
    "zh-CN": {
      short: "被限流",
      text: "调用过于频繁，平台已拒绝 __tries__ 次（__apiCode__）。",
      remedy: "请降低发送频率：该限制由整个账号的所有程序共用。命令没有被执行。",
    },
  },
  API_ANSWER_UNREADABLE: {
    retry: "never",
    details: ["host", "status"],
    "en-US": {
      short: "not an API answer",
      text: "__host__ answered with HTTP status __status__, but not as the platform's API does.",
      remedy:
        "Usual causes: a proxy or a login page in between, or another server at this API endpoint (apiEndpoint).",
    },
    "zh-CN": {
      short: "不是 API 的响应",
      text: "__host__ 返回了 HTTP 状态 __status__，但不是平台 API 的响应。",
      remedy: "常见原因：中间有代理或登录页面，或者该 API 接入地址（apiEndpoint）上是其他服务器。",
    },
  },
  API_UNAVAILABLE: {
    retry: "never",
    details: ["tries", "reason"],
    "en-US": {
      short: "platform unavailable",
      text: "The platform did not answer the query after __tries__ tries: __reason__.",
      remedy: "Try again later. Nothing was changed by a query.",
    },
    "zh-CN": {
      short: "平台不可用",
      text: "查询尝试 __tries__ 次后平台仍未应答：__reason__。",
      remedy: "请稍后再试。查询不会改变任何内容。",
    },
  },
  API_REFUSED: {
    retry: "never",
    details: ["apiCode", "reason"],
    "en-US": {
      short: "refused: __apiCode__",
      text: "The platform refused the call: __reason__ (__apiCode__).",
      remedy: "Look the code up in the platform's list of error codes. Nothing was carried out.",
    },
    "zh-CN": {
      short: "被拒绝：__apiCode__",
      text: "平台拒绝了调用：__reason__（__apiCode__）。",
      remedy: "请在平台的错误码列表中查询该代码。命令没有被执行。",
    },
  },
} as const satisfies ErrorTable;
