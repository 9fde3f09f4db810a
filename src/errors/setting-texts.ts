import type { Bilingual } from "./entry";

/** Labels of the settings, as the forms show them. */
export const LABELS = {
  name: { "en-US": "Name", "zh-CN": "名称" },
  host: { "en-US": "Host", "zh-CN": "接入域名" },
  port: { "en-US": "Port", "zh-CN": "端口" },
  iotInstanceId: { "en-US": "Instance ID", "zh-CN": "实例 ID" },
  signMethod: { "en-US": "Sign method", "zh-CN": "签名算法" },
  useTls: { "en-US": "Use TLS", "zh-CN": "使用 TLS" },
  tls: { "en-US": "TLS settings", "zh-CN": "TLS 设置" },
  accessKeyId: { "en-US": "AccessKey ID", "zh-CN": "AccessKey ID" },
  accessKeySecret: { "en-US": "AccessKey Secret", "zh-CN": "AccessKey Secret" },
  securityToken: { "en-US": "STS token", "zh-CN": "STS Token" },
  instance: { "en-US": "Instance", "zh-CN": "实例" },
  consumerGroupId: { "en-US": "Consumer group ID", "zh-CN": "消费组 ID" },
  clientId: { "en-US": "Client ID", "zh-CN": "客户端 ID" },
  connections: { "en-US": "Connections", "zh-CN": "连接数" },
  heartbeat: { "en-US": "Heartbeat (s)", "zh-CN": "心跳（秒）" },
  creditWindow: { "en-US": "Credit window", "zh-CN": "信用窗口" },
  settleMode: { "en-US": "Settle mode", "zh-CN": "确认模式" },
  ackTimeout: { "en-US": "Ack timeout (s)", "zh-CN": "确认超时（秒）" },
  payloadFormat: { "en-US": "Payload format", "zh-CN": "消息内容格式" },
  topicFilters: { "en-US": "Topic filters", "zh-CN": "Topic 过滤" },
  skipDuplicates: { "en-US": "Skip duplicates", "zh-CN": "跳过重复消息" },
  inputs: { "en-US": "Control input", "zh-CN": "控制输入" },
  accountId: { "en-US": "Account ID", "zh-CN": "账号 ID" },
  regionId: { "en-US": "Region ID", "zh-CN": "地域 ID" },
  outcome: { "en-US": "Outcome", "zh-CN": "确认结果" },
  output: { "en-US": "Output", "zh-CN": "输出形式" },
  identifiers: { "en-US": "Properties", "zh-CN": "属性" },
  passOthers: { "en-US": "Pass others on", "zh-CN": "放行其他消息" },
  outputs: { "en-US": "Outputs", "zh-CN": "输出端数" },
  context: { "en-US": "Kept in", "zh-CN": "保存位置" },
  contextType: { "en-US": "Context", "zh-CN": "上下文" },
  maxDevices: { "en-US": "Device limit", "zh-CN": "设备数上限" },
  region: { "en-US": "Region", "zh-CN": "地域" },
  apiEndpoint: { "en-US": "API endpoint", "zh-CN": "API 接入地址" },
  action: { "en-US": "Action", "zh-CN": "操作" },
  device: { "en-US": "Device", "zh-CN": "设备" },
  deviceType: { "en-US": "Source of the device", "zh-CN": "设备的来源" },
  identifier: { "en-US": "Service", "zh-CN": "服务" },
  identifierType: { "en-US": "Source of the service", "zh-CN": "服务的来源" },
  topic: { "en-US": "Topic", "zh-CN": "Topic" },
  topicType: { "en-US": "Source of the topic", "zh-CN": "Topic 的来源" },
  data: { "en-US": "Data", "zh-CN": "数据" },
  dataType: { "en-US": "Source of the data", "zh-CN": "数据的来源" },
  qos: { "en-US": "QoS", "zh-CN": "QoS" },
  timeout: { "en-US": "Timeout (s)", "zh-CN": "超时（秒）" },
  waitForReply: { "en-US": "Wait for reply (s)", "zh-CN": "等待设备应答（秒）" },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** What a setting may be, by name; where it is empty, what to do. */
export const ALLOWED = {
  number: { "en-US": "a number, __min__ to __max__", "zh-CN": "__min__ 到 __max__ 的数字" },
  groupList: { "en-US": "one consumer group ID or more", "zh-CN": "至少一个消费组 ID" },
  pem: {
    "en-US": "PEM text that starts with -----BEGIN",
    "zh-CN": "以 -----BEGIN 开头的 PEM 文本",
  },
  address: {
    "en-US": "a host name or an address such as amqps://host:5671",
    "zh-CN": "域名，或 amqps://host:5671 形式的地址",
  },
  instanceId: {
    "en-US": "the instance ID as the console shows it, such as iot-060a0abc",
    "zh-CN": "控制台显示的实例 ID，例如 iot-060a0abc",
  },
  accountId: { "en-US": "the account ID, digits only", "zh-CN": "账号 ID，仅数字" },
  regionId: { "en-US": "a region ID such as cn-shanghai", "zh-CN": "地域 ID，例如 cn-shanghai" },
  text: { "en-US": "text", "zh-CN": "文本" },
  symbol: {
    "en-US": "1 to 255 ASCII characters without spaces",
    "zh-CN": "1 到 255 个 ASCII 字符，不含空格",
  },
  plainId: {
    "en-US": "letters, digits, hyphens, underscores and dots only",
    "zh-CN": "只能包含字母、数字、连字符、下划线和点",
  },
  secret: {
    "en-US": "text without spaces, commas or vertical bars (was it copied completely?)",
    "zh-CN": "不能包含空格、逗号和竖线（是否复制完整？）",
  },
  integer: { "en-US": "a whole number, __min__ to __max__", "zh-CN": "__min__ 到 __max__ 的整数" },
  choice: { "en-US": "__choices__", "zh-CN": "可选值为 __choices__" },
  hostName: {
    "en-US": "a host name only: no amqps://, no port, no path",
    "zh-CN": "仅域名：不带 amqps://、端口和路径",
  },
  clientId: {
    "en-US":
      "at most __max__ characters (__maxOfSeveral__ with several connections), without spaces, commas or vertical bars",
    "zh-CN": "最多 __max__ 个字符（多个连接时最多 __maxOfSeveral__ 个），不能包含空格、逗号和竖线",
  },
  topicFilters: {
    "en-US": "a list of topics; + matches one whole level, # at the end matches all that follow",
    "zh-CN": "Topic 列表；+ 匹配一整级，末尾的 # 匹配其后的所有级",
  },
  filled: {
    "en-US": "Fill it in; an environment variable such as ${MY_VARIABLE} is accepted.",
    "zh-CN": "请填写；可以使用 ${MY_VARIABLE} 形式的环境变量。",
  },
  instance: { "en-US": "Select or add an instance.", "zh-CN": "请选择或新建一个实例。" },
  tlsFiles: {
    "en-US":
      "a TLS configuration whose files are readable, with both certificate and key or neither; its error in the log says what is wrong",
    "zh-CN": "文件可读、证书与私钥同时提供或都不提供的 TLS 配置；具体原因见该配置节点的日志",
  },
  hostParts: {
    "en-US": "Fill in the instance ID, or the account ID and the region.",
    "zh-CN": "请填写实例 ID，或者账号 ID 和地域。",
  },
  certAndKey: {
    "en-US": "A certificate and its key belong together (cert, key): give both or neither.",
    "zh-CN": "证书与私钥必须配套（cert、key）：请同时提供，或者都不提供。",
  },
  object: { "en-US": "a JSON object", "zh-CN": "JSON 对象" },
  entries: { "en-US": "a list with at least one entry", "zh-CN": "至少包含一项的列表" },
  repeat: {
    "en-US": "false, unless the “afterSeconds” add up to __min__ or more",
    "zh-CN": "false，除非各步的“afterSeconds”之和不小于 __min__",
  },
  scenario: {
    "en-US": "a JSON object with “steps”, or with “everySeconds” and “faults”",
    "zh-CN": "包含“steps”，或者同时包含“everySeconds”和“faults”的 JSON 对象",
  },
  identifiers: {
    "en-US":
      "a list of property identifiers, such as temperature, or pos.lat for one member of a struct; empty for all",
    "zh-CN": "属性标识符的列表，例如 temperature，或用 pos.lat 表示结构体的一个成员；留空表示全部",
  },
  contextKey: {
    "en-US":
      "a name of letters, digits and _ that starts with a letter, at most __max__ characters",
    "zh-CN": "由字母、数字和 _ 组成、以字母开头的名称，最多 __max__ 个字符",
  },
  regionForSending: {
    "en-US":
      "Select the region of the instance: commands are sent to the platform's API in this region. For the emulator, enter its address as the API endpoint (apiEndpoint), by default http://127.0.0.1:5680.",
    "zh-CN":
      "请选择实例所在的地域：命令会发送到该地域的平台 API。如果使用模拟器，请把它的地址填写为 API 接入地址（apiEndpoint），默认为 http://127.0.0.1:5680。",
  },
  apiEndpoint: {
    "en-US":
      "an address such as https://iot-vpc.cn-beijing.aliyuncs.com, without path or query; http:// only for this computer (the emulator)",
    "zh-CN":
      "https://iot-vpc.cn-beijing.aliyuncs.com 形式的地址，不带路径和参数；只有本机（模拟器）可以使用 http://",
  },
  device: {
    "en-US":
      "an object with productKey and deviceName, as the subscriber sends it in msg.device, or text such as a1B2/meter-07",
    "zh-CN":
      "包含 productKey 和 deviceName 的对象（订阅节点发出的 msg.device 即是），或 a1B2/meter-07 形式的文本",
  },
  serviceIdentifier: {
    "en-US": "the identifier of a service in the thing model; of a module: block:service",
    "zh-CN": "物模型中服务的标识符；自定义模块的服务为 block:service",
  },
  sendTopic: {
    "en-US": "a topic such as user/get, or the whole topic; no spaces, and none of + # $ { }",
    "zh-CN": "user/get 形式的 Topic，或完整的 Topic；不能包含空格和 + # $ { }",
  },
  dataObject: {
    "en-US":
      "an object such as { switch: 1 }, or the same as JSON text; text is sent as it is, so 25.0 stays 25.0",
    "zh-CN": "{ switch: 1 } 形式的对象，或对应的 JSON 文本；文本会原样发送，25.0 仍是 25.0",
  },
  jsonText: {
    "en-US": "JSON text; for other text, select the type string",
    "zh-CN": "JSON 文本；其他文本请选择“文本”类型",
  },
  propertyPath: {
    "en-US": "a property such as payload or payload.items[0]",
    "zh-CN": "payload 或 payload.items[0] 形式的属性",
  },
  content: {
    "en-US": "text, a Buffer, or an object, which is sent as JSON; not empty",
    "zh-CN": "文本、Buffer 或对象（以 JSON 发送）；不能为空",
  },
  contextStore: {
    "en-US": "one of the context stores in settings.js: __choices__",
    "zh-CN": "settings.js 中的上下文存储之一：__choices__",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type Rule = keyof typeof ALLOWED;
