/** The kinds of messages that the platform pushes, by their topics. */
export const MESSAGE_TYPES = [
  "device-status",
  "property-post",
  "event-post",
  "property-batch-post",
  "event-batch-post",
  "property-history-post",
  "event-history-post",
  "downlink-reply",
  "device-lifecycle",
  "topology-lifecycle",
  "sub-device-found",
  "ota-upgrade",
  "ota-progress",
  "ota-version",
  "ota-job-status",
  "device-tag-update",
  "custom",
  "unknown",
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

/** The device that a topic names. */
export interface Device {
  readonly productKey: string;
  readonly deviceName: string;
}

/** What a topic says of its message. */
export interface Topic {
  readonly messageType: MessageType;
  readonly device?: Device;
  /** Event topics only; of a module: `{functionBlockId}:{eventId}`. */
  readonly event?: { readonly identifier: string };
}

interface TopicRow {
  readonly messageType: MessageType;
  /** `{pk}`, `{dn}`, `{event}` stand for one level each, `{any}` for one that is not kept. */
  readonly pattern: string;
}

/**
 * First match counts: the rows whose level is fixed come before `{event}`, which would match
 * `property` and `batch` too. Forwarded topics lack the device-side `/sys` prefix.
 */
export const TOPIC_TABLE = [
  { messageType: "device-status", pattern: "/as/mqtt/status/{pk}/{dn}" },
  { messageType: "custom", pattern: "/{pk}/{dn}/user/#" },
  { messageType: "property-post", pattern: "/{pk}/{dn}/thing/event/property/post" },
  { messageType: "property-batch-post", pattern: "/{pk}/{dn}/thing/property/batch/post" },
  { messageType: "event-batch-post", pattern: "/{pk}/{dn}/thing/event/batch/post" },
  { messageType: "property-history-post", pattern: "/{pk}/{dn}/thing/event/property/history/post" },
  { messageType: "event-history-post", pattern: "/{pk}/{dn}/thing/event/{event}/history/post" },
  { messageType: "event-post", pattern: "/{pk}/{dn}/thing/event/{event}/post" },
  { messageType: "downlink-reply", pattern: "/{pk}/{dn}/thing/downlink/reply/message" },
  { messageType: "device-lifecycle", pattern: "/{pk}/{dn}/thing/lifecycle" },
  { messageType: "topology-lifecycle", pattern: "/{pk}/{dn}/thing/topo/lifecycle" },
  { messageType: "sub-device-found", pattern: "/{pk}/{dn}/thing/list/found" },
  { messageType: "ota-upgrade", pattern: "/{pk}/{dn}/ota/upgrade" },
  { messageType: "ota-progress", pattern: "/{pk}/{dn}/ota/progress/post" },
  { messageType: "ota-version", pattern: "/{pk}/{dn}/ota/version/post" },
  // The second level is a package ID here, so the topic names no device.
  { messageType: "ota-job-status", pattern: "/{any}/{any}/{any}/ota/job/status" },
  { messageType: "device-tag-update", pattern: "/{pk}/{dn}/thing/deviceinfo/update" },
] as const satisfies readonly TopicRow[];

const REPLY_ENDING = "/thing/downlink/reply/message";

/** Whether a topic is that of a device's reply to a command. */
export function isReplyTopic(topic: string): boolean {
  return topic.endsWith(REPLY_ENDING) && parseTopic(topic).messageType === "downlink-reply";
}

const ROWS = TOPIC_TABLE.map((row: TopicRow) => ({ ...row, levels: row.pattern.split("/") }));

function matches(pattern: readonly string[], levels: readonly string[]): boolean {
  const open = pattern.at(-1) === "#";
  if (open ? levels.length < pattern.length : levels.length !== pattern.length) return false;
  for (const [index, wanted] of pattern.entries()) {
    if (wanted === "#") break;
    const level = levels[index];
    if (wanted.startsWith("{") ? level === "" : level !== wanted) return false;
  }
  return true;
}

/** Reads a topic; one that matches no row is of type `unknown`. */
export function parseTopic(topic: string): Topic {
  const levels = topic.split("/");
  const row = ROWS.find((candidate) => matches(candidate.levels, levels));
  if (row === undefined) return { messageType: "unknown" };
  const level = (placeholder: string) => levels[row.levels.indexOf(placeholder)];
  const [productKey, deviceName, identifier] = [level("{pk}"), level("{dn}"), level("{event}")];
  return {
    messageType: row.messageType,
    ...(productKey !== undefined && deviceName !== undefined
      ? { device: { productKey, deviceName } }
      : {}),
    ...(identifier !== undefined ? { event: { identifier } } : {}),
  };
}

/** Whether a pattern is a valid MQTT topic filter: + alone in a level, # alone and last. */
export function isTopicFilter(pattern: string): boolean {
  if (pattern === "") return false;
  const levels = pattern.split("/");
  return levels.every((level, index) =>
    level === "#" ? index === levels.length - 1 : level === "+" || !/[+#]/.test(level),
  );
}

/** Whether a topic matches a valid filter, by the rules of MQTT 3.1.1 §4.7.1. */
export function matchesTopic(pattern: string, topic: string): boolean {
  const wanted = pattern.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true; // also matches the parent level itself
    if (index >= levels.length) return false;
    if (level !== "+" && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}
