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
