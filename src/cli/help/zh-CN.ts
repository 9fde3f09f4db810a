import { NPX } from "../../errors/command-line";

export const PROGRAM = `用法：${NPX} <命令> [参数]

  emulator   在本机模拟平台的 AMQP 接入点，并带有模拟设备
  doctor     逐步检查连接，指出问题所在和解决办法
  listen     接收消费组的消息，每条消息输出一行 JSON
  call       向设备发送一条命令，并将结果输出为一行 JSON

用 ${NPX} <命令> --help 查看详细说明，用 --version 查看版本。
`;

export const EMULATOR = `用法：${NPX} emulator [参数]

在本机模拟平台的 AMQP 接入点：像平台一样校验登录，由模拟设备发送各种类型的消息。

  --host HOST               监听地址（默认 127.0.0.1）
  --port PORT               AMQP 端口（默认 5672）
  --http-port PORT          云端 API 和 HTTP 控制的端口，只监听本机（默认 5680）
  --access-key-id ID        （默认 testAccessKeyId）
  --access-key-secret KEY   （默认 testAccessKeySecret）
  --instance-id ID          实例 ID（默认为空，即旧版公共实例）
  --group ID                消费组 ID，可重复使用（默认 DEFAULT_GROUP）
  --devices N               模拟设备的数量（默认 3）
  --rate N                  所有设备合计每秒发送的消息数（默认 1）
  --cert FILE --key FILE    使用此证书链和私钥启用 TLS（PEM）
  --strict-timestamp        拒绝时间戳偏差超过 5 分钟的登录
  --scenario FILE           按文件中的场景自动注入故障（JSON，见下文）
  --help                    显示本说明

推送一条自定义消息：
  curl -d '{"topic":"/k1/d1/user/update","payload":{"t":21}}' \\
    -H 'content-type: application/json' http://127.0.0.1:5680/messages
查看消费组：
  curl http://127.0.0.1:5680/groups
注入一次故障，查看所有故障，结束仍在生效的故障：
  curl -d '{"fault":"kick"}' http://127.0.0.1:5680/faults
  curl http://127.0.0.1:5680/faults
  curl -X DELETE http://127.0.0.1:5680/faults
场景示例（平均每 60 秒注入两种故障之一）：
  {"everySeconds":60,"faults":[{"fault":"kick"},{"fault":"silent","seconds":20}]}

退出码：0 按要求结束，1 设置有误或端口被占用，2 用法错误。
`;

export const LISTEN = `用法：${NPX} listen [参数]

接收一个消费组的消息，每条消息向标准输出写一行 JSON，写出之后才确认该消息。

  --host HOST              接入域名                      ALIYUN_IOT_HOST
  --port PORT              默认 5671                     ALIYUN_IOT_PORT
  --instance-id ID         旧版公共实例留空              ALIYUN_IOT_INSTANCE_ID
  --consumer-group ID      默认 DEFAULT_GROUP            ALIYUN_IOT_CONSUMER_GROUP_ID
  --client-id ID           默认由主机名生成
  --sign-method METHOD     hmacsha1、hmacsha256 或 hmacmd5
  --no-tls                 明文 TCP，只能用于本机的模拟器
  --ca FILE                信任的 CA 证书，代替 Node.js 自带的证书（PEM）
  --connections N          1 到 128（默认 1）
  --heartbeat SECONDS      30 到 300（默认 60）
  --credit-window N        1 到 2000（默认 200）
  --payload-format FORMAT  auto、json、string、buffer 或 base64
  --topic FILTER           只接收匹配的 Topic，+ 和 # 的含义与 MQTT 相同，可重复使用
  --count N                收到 N 条消息后结束
  --help                   显示本说明

密钥只从环境变量读取：
  ALIYUN_IOT_ACCESS_KEY_ID、ALIYUN_IOT_ACCESS_KEY_SECRET、ALIYUN_IOT_SECURITY_TOKEN（STS）

不是文本的消息内容以 base64 写出，并带有 "payloadEncoding": "base64"。
退出码：0 按要求结束，1 设置有误，2 用法错误。

用模拟器试一试（${NPX} emulator）：
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} listen --host 127.0.0.1 --port 5672 --no-tls
`;

export const DOCTOR = `用法：${NPX} doctor [参数]

逐步检查使用这些设置的订阅节点能否接收消息：设置、域名解析、TCP、TLS 及证书、登录、
AMQP 连接、接收链路。第一个失败的步骤会给出可能的原因和解决办法。检查时会短暂地作为
消费组的一个客户端；除非使用 --wait，否则不会接收消息。使用 --api、--region 或
--api-endpoint 时，无论其他步骤结果如何，还会检查用于发送命令的云端 API：查询一个
不存在的设备的状态。

  --host HOST              接入域名                      ALIYUN_IOT_HOST
  --port PORT              默认 5671                     ALIYUN_IOT_PORT
  --instance-id ID         旧版公共实例留空              ALIYUN_IOT_INSTANCE_ID
  --consumer-group ID      默认 DEFAULT_GROUP            ALIYUN_IOT_CONSUMER_GROUP_ID
  --sign-method METHOD     hmacsha1、hmacsha256 或 hmacmd5
  --no-tls                 明文 TCP，只能用于本机的模拟器
  --ca FILE                信任的 CA 证书，代替 Node.js 自带的证书（PEM）
  --heartbeat SECONDS      30 到 300（默认 60）
  --wait SECONDS           最后等待一条消息，1 到 60 秒；收到的消息会被释放，
                           平台约一分钟后重新推送
  --api                    同时检查云端 API；旧版公共实例的域名中含有地域
  --region REGION          地域，例如 cn-shanghai        ALIYUN_IOT_REGION
  --api-endpoint URL       代替该地域的 API 接入地址     ALIYUN_IOT_API_ENDPOINT
  --json                   每个步骤输出一行 JSON，最后一行是结果
  --help                   显示本说明

密钥只从环境变量读取：
  ALIYUN_IOT_ACCESS_KEY_ID、ALIYUN_IOT_ACCESS_KEY_SECRET、ALIYUN_IOT_SECURITY_TOKEN（STS）

只在终端上使用颜色；设置了 NO_COLOR 时不使用。
退出码：0 一切正常，1 有步骤失败或被中止，2 用法错误。

用模拟器试一试（${NPX} emulator）：
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} doctor --host 127.0.0.1 --port 5672 \\
    --no-tls --wait 10 --api-endpoint http://127.0.0.1:5680
`;

export const CALL = `用法：${NPX} call 操作 [参数]

通过平台的云端 API 向设备发送一条命令，并将结果以一行 JSON 写到标准输出：
action、payload、requestId、messageId。

  set-properties   --device --data                设置属性
  invoke-service   --device --identifier [--data] 调用物模型的服务
  publish          --device --topic --data        向自定义 Topic 发布消息
  request          --device --data [--topic]      向设备发出请求，结果是设备的应答
  get-status       --device                       是否在线，何时起
  get-properties   --device                       属性的最新值

  --device DEVICE          ProductKey 和 DeviceName，例如 a1B2/meter-07
  --identifier ID          服务的标识符；自定义模块的服务为 block:service
  --topic TOPIC            例如 user/get，或完整的 Topic
  --data DATA              JSON 对象，原样发送，25.0 仍是 25.0；publish 和 request
                           可以是任意文本；- 表示从标准输入读取数据
  --qos QOS                0 或 1（默认 0）
  --timeout SECONDS        1 到 60（默认 10）；request 为 1 到 8（默认 8）
  --region REGION          地域，例如 cn-shanghai        ALIYUN_IOT_REGION
  --api-endpoint URL       代替该地域的 API 接入地址     ALIYUN_IOT_API_ENDPOINT
  --instance-id ID         旧版公共实例留空              ALIYUN_IOT_INSTANCE_ID
  --host HOST              旧版公共实例的接入域名        ALIYUN_IOT_HOST
                           含有地域，可省略 --region
  --ca FILE                信任的 CA 证书，代替 Node.js 自带的证书（PEM）
  --help                   显示本说明

密钥只从环境变量读取：
  ALIYUN_IOT_ACCESS_KEY_ID、ALIYUN_IOT_ACCESS_KEY_SECRET、ALIYUN_IOT_SECURITY_TOKEN（STS）

如果没有给出 --device 到 --timeout 中的任何参数，则从标准输入读取它们：一个 JSON 对象，
例如 {"device":"a1B2/meter-07","data":{"switch":1}}。
不等待设备对 set-properties 和异步服务的应答：应答通过订阅到达，可按 messageId 对应，
见 listen。
不是文本的内容以 base64 写出，并带有 "payloadEncoding": "base64"。

退出码：0 完成，1 被拒绝、被中止或设置有误，2 用法错误，3 不知道命令是否已被执行，
不会自动重发。退出码为 1 或 3 时，标准错误输出的行末方括号中是错误码。

用模拟器试一试（${NPX} emulator）：
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} call set-properties \\
    --api-endpoint http://127.0.0.1:5680 --device k1demoPk01/meter-01 --data '{"switch":1}'
`;
