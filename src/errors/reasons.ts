import type { Bilingual } from "./entry";

/** Why something failed, by name, where this package says so and not a peer or Node.js. */
export const REASONS = {
  hidden: { "en-US": "(value not shown)", "zh-CN": "（已隐藏）" },
  noClose: {
    "en-US": "the server closed it without an AMQP close frame",
    "zh-CN": "服务器没有发送 AMQP 关闭帧就断开了",
  },
  noNameServer: {
    "en-US": "no name server has answered within __seconds__ s",
    "zh-CN": "DNS 服务器在 __seconds__ 秒内没有响应",
  },
  noCondition: { "en-US": "no condition", "zh-CN": "没有错误条件" },
  noDescription: { "en-US": "no description", "zh-CN": "没有说明" },
  noReason: { "en-US": "no reason given", "zh-CN": "没有给出原因" },
  answered: {
    "en-US": "it answered __condition__: __description__",
    "zh-CN": "它返回了 __condition__，__description__",
  },
  sasl1: { "en-US": "SASL code 1: authentication failed", "zh-CN": "SASL 代码 1：认证失败" },
  sasl2: { "en-US": "SASL code 2: system error", "zh-CN": "SASL 代码 2：系统错误" },
  sasl3: { "en-US": "SASL code 3: permanent system error", "zh-CN": "SASL 代码 3：永久性系统错误" },
  sasl4: { "en-US": "SASL code 4: temporary system error", "zh-CN": "SASL 代码 4：暂时性系统错误" },
  saslOther: {
    "en-US": "SASL code __number__: unknown code",
    "zh-CN": "SASL 代码 __number__：未知代码",
  },
  saslChallenge: {
    "en-US": "it answered SASL PLAIN with a challenge",
    "zh-CN": "它对 SASL PLAIN 发出了质询",
  },
  noCredit: {
    "en-US": "it sent more messages than it had credit for",
    "zh-CN": "它发送的消息超出了信用额度",
  },
  unaskedLink: {
    "en-US": "it attached a link that was not requested",
    "zh-CN": "它建立了未经请求的链路",
  },
  unaskedSession: {
    "en-US": "it began a session that was not requested",
    "zh-CN": "它建立了未经请求的会话",
  },
  signInThrew: { "en-US": "signing in failed with __name__", "zh-CN": "签名时发生 __name__ 错误" },
  listenerThrew: {
    "en-US": "the listener of “__event__” failed with __name__",
    "zh-CN": "“__event__”事件的监听函数发生 __name__ 错误",
  },
  notUtf8: { "en-US": "its bytes are not valid UTF-8", "zh-CN": "其字节不是有效的 UTF-8" },
  empty: { "en-US": "it is empty", "zh-CN": "内容为空" },
  deep: { "en-US": "it nests deeper than __levels__ levels", "zh-CN": "嵌套超过 __levels__ 层" },
  manyValues: {
    "en-US": "it has more than __values__ values, members of structs included",
    "zh-CN": "其中的值超过 __values__ 个（包括结构体的成员）",
  },
  longNames: {
    "en-US":
      "the names of its values, such as “struct.member”, have more than __characters__ characters in all",
    "zh-CN": "各个值的名称（如“结构体.成员”）合计超过 __characters__ 个字符",
  },
  notJson: { "en-US": "it does not parse as JSON", "zh-CN": "无法解析为 JSON" },
  frameSize: {
    "en-US": "a frame of __size__ bytes, more than the agreed __limit__",
    "zh-CN": "帧长 __size__ 字节，超过约定的 __limit__ 字节",
  },
  inStep: { "en-US": "in step __number__: ", "zh-CN": "第 __number__ 步：" },
  inFault: {
    "en-US": "in entry __number__ of “faults”: ",
    "zh-CN": "“faults”的第 __number__ 项：",
  },
  fieldWrong: {
    "en-US": "__place__“__field__” cannot be __value__",
    "zh-CN": "__place__“__field__”的值无效（__value__）",
  },
  fieldMissing: { "en-US": "__place__“__field__” is missing", "zh-CN": "__place__缺少“__field__”" },
  fieldUnknown: {
    "en-US": "__place__unknown field “__field__”",
    "zh-CN": "__place__没有“__field__”这个字段",
  },
  entryWrong: {
    "en-US": "__place__it cannot be __value__",
    "zh-CN": "__place__内容无效（__value__）",
  },
  payloadNoObject: { "en-US": "its payload is not a JSON object", "zh-CN": "其内容不是 JSON 对象" },
  noDevice: {
    "en-US": "it has no product key and device name",
    "zh-CN": "其中没有 ProductKey 和 DeviceName",
  },
  influxTime: {
    "en-US": "InfluxDB keeps times until the year 2262 only",
    "zh-CN": "InfluxDB 只能保存 2262 年之前的时间",
  },
  influxNumber: {
    "en-US": "InfluxDB keeps finite numbers only",
    "zh-CN": "InfluxDB 只能保存有限的数值",
  },
  storeSilent: {
    "en-US": "it did not answer within __seconds__ s",
    "zh-CN": "__seconds__ 秒内没有响应",
  },
  storeOverdue: {
    "en-US": "an earlier call is still unanswered",
    "zh-CN": "之前的一次调用还没有得到响应",
  },
  storeStopped: {
    "en-US": "the node was stopped before it answered",
    "zh-CN": "节点在它响应之前已停止",
  },
  caEmpty: { "en-US": "it is empty", "zh-CN": "内容为空" },
  caDer: {
    "en-US":
      "it is a certificate in binary form (DER). Convert it: openssl x509 -inform der -in ca.cer -out ca.pem",
    "zh-CN": "这是二进制格式（DER）的证书。请转换：openssl x509 -inform der -in ca.cer -out ca.pem",
  },
  caPkcs7: {
    "en-US":
      "it is a PKCS #7 file (.p7b). Convert it: openssl pkcs7 -print_certs -in ca.p7b -out ca.pem",
    "zh-CN": "这是 PKCS #7 文件（.p7b）。请转换：openssl pkcs7 -print_certs -in ca.p7b -out ca.pem",
  },
  caPkcs7Der: {
    "en-US":
      "it is a PKCS #7 file in binary form (.p7b). Convert it: openssl pkcs7 -inform der -print_certs -in ca.p7b -out ca.pem",
    "zh-CN":
      "这是二进制格式的 PKCS #7 文件（.p7b）。请转换：openssl pkcs7 -inform der -print_certs -in ca.p7b -out ca.pem",
  },
  caPfx: {
    "en-US":
      "it is a PKCS #12 file (.pfx, .p12). Take the CA certificates out of it: openssl pkcs12 -in ca.pfx -cacerts -nokeys -out ca.pem",
    "zh-CN":
      "这是 PKCS #12 文件（.pfx、.p12）。请导出其中的 CA 证书：openssl pkcs12 -in ca.pfx -cacerts -nokeys -out ca.pem",
  },
  caKey: {
    "en-US": "it is a private key; the certificate of the authority (CA) is needed",
    "zh-CN": "这是私钥；需要的是签发机构（CA）的证书",
  },
  caRequest: {
    "en-US": "it is a certificate request (CSR); the certificate of the authority (CA) is needed",
    "zh-CN": "这是证书请求（CSR）；需要的是签发机构（CA）的证书",
  },
  caUtf16: {
    "en-US":
      "its text is UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 ca.pem > ca-utf8.pem, or save it as UTF-8",
    "zh-CN":
      "其文本编码为 UTF-16。请转换：iconv -f UTF-16 -t UTF-8 ca.pem > ca-utf8.pem，或另存为 UTF-8",
  },
  caBinary: {
    "en-US":
      "it is binary and was damaged when it was loaded as text. For a certificate (DER), convert the file first: openssl x509 -inform der -in ca.cer -out ca.pem",
    "zh-CN":
      "这是二进制内容，作为文本加载时已损坏。如果是证书（DER），请先转换文件：openssl x509 -inform der -in ca.cer -out ca.pem",
  },
  caDamaged: {
    "en-US":
      "a certificate in it is cut off or damaged. Copy the whole file again, and check it: openssl x509 -noout -subject -in ca.pem",
    "zh-CN":
      "其中的证书不完整或已损坏。请重新复制整个文件，并检查：openssl x509 -noout -subject -in ca.pem",
  },
  caNone: {
    "en-US": "there is no PEM certificate in it, which starts with -----BEGIN CERTIFICATE-----",
    "zh-CN": "其中没有以 -----BEGIN CERTIFICATE----- 开头的 PEM 证书",
  },
  caNoAuthority: {
    "en-US":
      "it is the certificate of a server or client (__subject__), not of an authority (CA). The server shows who has issued its own: openssl s_client -showcerts",
    "zh-CN":
      "这是服务器或客户端的证书（__subject__），不是签发机构（CA）的证书。可查看服务器证书的签发机构：openssl s_client -showcerts",
  },
  emptyValue: { "en-US": "empty", "zh-CN": "空值" },
  theForm: { "en-US": "the form", "zh-CN": "表单" },
  clockBehind: {
    "en-US": "this computer's clock is __seconds__ s behind the platform's",
    "zh-CN": "本机时间比平台慢 __seconds__ 秒",
  },
  clockAhead: {
    "en-US": "this computer's clock is __seconds__ s ahead of the platform's",
    "zh-CN": "本机时间比平台快 __seconds__ 秒",
  },
  clockUnknown: {
    "en-US": "the answer does not say what time it is there",
    "zh-CN": "响应中没有平台的时间",
  },
  proxyFailed: {
    "en-US": "the proxy __proxy__ made no connection: __cause__",
    "zh-CN": "无法通过代理 __proxy__ 建立连接：__cause__",
  },
  proxyWrong: {
    "en-US": "the proxy that the environment names (HTTPS_PROXY, ALL_PROXY) is no HTTP proxy",
    "zh-CN": "环境变量（HTTPS_PROXY、ALL_PROXY）指定的代理不是 HTTP 代理",
  },
  noAnswerInTime: {
    "en-US": "no answer came within __seconds__ s",
    "zh-CN": "__seconds__ 秒内没有收到响应",
  },
  lostAfterSending: {
    "en-US": "the connection was lost after sending (__cause__)",
    "zh-CN": "发送之后连接中断（__cause__）",
  },
  answeredStatus: {
    "en-US": "the platform answered with HTTP status __status__ __apiCode__",
    "zh-CN": "平台返回了 HTTP 状态 __status__ __apiCode__",
  },
  answerUnreadable: {
    "en-US": "the answer (HTTP status __status__) cannot be read",
    "zh-CN": "无法识别响应内容（HTTP 状态 __status__）",
  },
  nonceUsed: {
    "en-US":
      "the platform says that it has seen this request before: a proxy may have sent it twice",
    "zh-CN": "平台称已收到过该请求：可能是代理重复发送",
  },
  requestTimeout: {
    "en-US": "the device did not answer the request within __seconds__ s",
    "zh-CN": "设备未在 __seconds__ 秒内应答请求",
  },
  serviceTimeout: {
    "en-US": "the device did not answer the service call in time (__apiCode__)",
    "zh-CN": "设备未及时应答服务调用（__apiCode__）",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type Reason = keyof typeof REASONS;
