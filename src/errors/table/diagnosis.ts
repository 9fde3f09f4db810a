import type { ErrorTable } from "../entry";

/** What only the connection test finds. */
export const DIAGNOSIS_ERRORS = {
  // Connected: another attempt would bring no more.
  NO_MESSAGE: {
    retry: "never",
    details: ["seconds"],
    "en-US": {
      short: "no message yet",
      text: "Connected, but no message came within __seconds__ s.",
      remedy:
        "If the devices sent nothing, all is well. Otherwise check in the console: is the consumer group (consumerGroupId) subscribed to the product and the message types (Message forwarding → Server-side subscription)? Does another client of the group take the messages (each goes to one client only: use a group of your own)? Do the custom topics have the permission to publish?",
    },
    "zh-CN": {
      short: "尚无消息",
      text: "已连接，但 __seconds__ 秒内没有收到消息。",
      remedy:
        "如果设备没有上报，则一切正常。否则请在控制台检查：消费组（consumerGroupId）是否订阅了该产品和消息类型（消息转发 → 服务端订阅）；同一消费组是否有其他客户端在消费（每条消息只推送给其中一个，可新建一个专用的消费组）；自定义 Topic 是否具有发布权限。",
    },
  },
} as const satisfies ErrorTable;
