import { NPX } from "../../errors/command-line";

export const PROGRAM = `Usage: ${NPX} <command> [options]

  emulator   a local stand-in for the platform's AMQP endpoint, with simulated devices
  doctor     checks a connection step by step and says what to do
  listen     receives messages of a consumer group, one JSON line each
  call       sends a command to a device, and writes the answer as one JSON line

${NPX} <command> --help shows the details; --version shows the version.
`;

export const EMULATOR = `Usage: ${NPX} emulator [options]

A local stand-in for the platform's AMQP endpoint. It checks the sign-in as the
platform does, and simulated devices send messages of every type.

  --host HOST               address to listen on (default 127.0.0.1)
  --port PORT               AMQP (default 5672)
  --http-port PORT          cloud API and HTTP control, on loopback (default 5680)
  --access-key-id ID        (default testAccessKeyId)
  --access-key-secret KEY   (default testAccessKeySecret)
  --instance-id ID          (default: none, as a legacy public instance)
  --group ID                consumer group; may be repeated (default DEFAULT_GROUP)
  --devices N               simulated devices (default 3)
  --rate N                  messages a second, of all devices together (default 1)
  --cert FILE --key FILE    TLS with this certificate chain and key (PEM)
  --strict-timestamp        refuse sign-ins that are more than 5 minutes off
  --scenario FILE           faults that start by themselves (JSON, see below)
  --help                    this text

Push a message of your own:
  curl -d '{"topic":"/k1/d1/user/update","payload":{"t":21}}' \\
    -H 'content-type: application/json' http://127.0.0.1:5680/messages
See the consumer groups:
  curl http://127.0.0.1:5680/groups
Inject a fault, list all faults, end those that last:
  curl -d '{"fault":"kick"}' http://127.0.0.1:5680/faults
  curl http://127.0.0.1:5680/faults
  curl -X DELETE http://127.0.0.1:5680/faults
A scenario with one of two faults every 60 seconds on average:
  {"everySeconds":60,"faults":[{"fault":"kick"},{"fault":"silent","seconds":20}]}

Exit codes: 0 ended on request, 1 a setting is wrong or a port is in use, 2 wrong usage.
`;

export const LISTEN = `Usage: ${NPX} listen [options]

Receives the messages of a consumer group and writes one JSON line for each to
standard output. A message is accepted only after its line has been written.

  --host HOST              endpoint host name            ALIYUN_IOT_HOST
  --port PORT              5671                          ALIYUN_IOT_PORT
  --instance-id ID         empty: legacy instance        ALIYUN_IOT_INSTANCE_ID
  --consumer-group ID      DEFAULT_GROUP                 ALIYUN_IOT_CONSUMER_GROUP_ID
  --client-id ID           from the host name
  --sign-method METHOD     hmacsha1, hmacsha256 or hmacmd5
  --no-tls                 plain TCP; for the emulator on this computer only
  --ca FILE                CA certificates to trust instead of Node.js's own (PEM)
  --connections N          1 to 128 (default 1)
  --heartbeat SECONDS      30 to 300 (default 60)
  --credit-window N        1 to 2000 (default 200)
  --payload-format FORMAT  auto, json, string, buffer or base64
  --topic FILTER           only topics that match; + and # as in MQTT; may be repeated
  --count N                end after N messages
  --help                   this text

Secrets come from the environment only:
  ALIYUN_IOT_ACCESS_KEY_ID, ALIYUN_IOT_ACCESS_KEY_SECRET, ALIYUN_IOT_SECURITY_TOKEN (STS)

A payload that is not text is written as base64, with "payloadEncoding": "base64".
Exit codes: 0 ended on request, 1 a setting is wrong, 2 wrong usage.

Try it on the emulator (${NPX} emulator):
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} listen --host 127.0.0.1 --port 5672 --no-tls
`;

export const DOCTOR = `Usage: ${NPX} doctor [options]

Checks step by step whether a subscriber with these settings would receive:
settings, host name, TCP, TLS with its certificate, sign-in, AMQP, receiver link.
At the first failure it says the likely cause and what to do. For a moment it is a
client of the consumer group; it takes no message, except with --wait.
With --api, --region or --api-endpoint it also checks the API for sending, whatever
became of the other steps: it asks for the status of a device that does not exist.

  --host HOST              endpoint host name            ALIYUN_IOT_HOST
  --port PORT              5671                          ALIYUN_IOT_PORT
  --instance-id ID         empty: legacy instance        ALIYUN_IOT_INSTANCE_ID
  --consumer-group ID      DEFAULT_GROUP                 ALIYUN_IOT_CONSUMER_GROUP_ID
  --sign-method METHOD     hmacsha1, hmacsha256 or hmacmd5
  --no-tls                 plain TCP; for the emulator on this computer only
  --ca FILE                CA certificates to trust instead of Node.js's own (PEM)
  --heartbeat SECONDS      30 to 300 (default 60)
  --wait SECONDS           then wait for a message, 1 to 60; it is released, and
                           the platform sends it again after about a minute
  --api                    check the API, too; a legacy host names the region
  --region REGION          such as cn-shanghai           ALIYUN_IOT_REGION
  --api-endpoint URL       instead of the region's own   ALIYUN_IOT_API_ENDPOINT
  --json                   one JSON line for each step, and one for the result
  --help                   this text

Secrets come from the environment only:
  ALIYUN_IOT_ACCESS_KEY_ID, ALIYUN_IOT_ACCESS_KEY_SECRET, ALIYUN_IOT_SECURITY_TOKEN (STS)

Colours only on a terminal, and not if NO_COLOR is set.
Exit codes: 0 all is well, 1 a step failed or it was stopped, 2 wrong usage.

Try it on the emulator (${NPX} emulator):
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} doctor --host 127.0.0.1 --port 5672 \\
    --no-tls --wait 10 --api-endpoint http://127.0.0.1:5680
`;

export const CALL = `Usage: ${NPX} call ACTION [options]

Sends one command to a device through the platform's API, and writes the answer to
standard output as one JSON line: action, payload, requestId, messageId.

  set-properties   --device --data                sets properties
  invoke-service   --device --identifier [--data] calls a service of the thing model
  publish          --device --topic --data        publishes to a custom topic
  request          --device --data [--topic]      asks the device, answers with its answer
  get-status       --device                       online or not, and since when
  get-properties   --device                       the properties' last known values

  --device DEVICE          product key and device name, such as a1B2/meter-07
  --identifier ID          the service; of a module block:service
  --topic TOPIC            such as user/get, or the whole topic
  --data DATA              a JSON object, sent as it is, so 25.0 stays 25.0; publish and
                           request: any text; - reads the data from standard input
  --qos QOS                0 or 1 (default 0)
  --timeout SECONDS        1 to 60 (default 10); request: 1 to 8 (default 8)
  --region REGION          such as cn-shanghai           ALIYUN_IOT_REGION
  --api-endpoint URL       instead of the region's own   ALIYUN_IOT_API_ENDPOINT
  --instance-id ID         empty: legacy instance        ALIYUN_IOT_INSTANCE_ID
  --host HOST              a legacy host names the       ALIYUN_IOT_HOST
                           region, so that --region may be left out
  --ca FILE                CA certificates to trust instead of Node.js's own (PEM)
  --help                   this text

Secrets come from the environment only:
  ALIYUN_IOT_ACCESS_KEY_ID, ALIYUN_IOT_ACCESS_KEY_SECRET, ALIYUN_IOT_SECURITY_TOKEN (STS)

Without any of the options from --device to --timeout, it reads them from standard
input: one JSON object, such as {"device":"a1B2/meter-07","data":{"switch":1}}.
It does not wait for a device's reply to set-properties or to an asynchronous service:
that comes over the subscription, by the messageId; see listen.
A payload that is not text is written as base64, with "payloadEncoding": "base64".

Exit codes: 0 done, 1 refused, stopped or a setting is wrong, 2 wrong usage, 3 it is not
known whether the command was carried out; it is not repeated. With 1 and 3, a line on
standard error ends with the error code in brackets.

Try it on the emulator (${NPX} emulator):
  ALIYUN_IOT_ACCESS_KEY_ID=testAccessKeyId ALIYUN_IOT_ACCESS_KEY_SECRET=testAccessKeySecret \\
    ${NPX} call set-properties \\
    --api-endpoint http://127.0.0.1:5680 --device k1demoPk01/meter-01 --data '{"switch":1}'
`;
