import type { PlatformMessage } from "../src/index";

/** The temperature that a message tells, if it tells one. */
export function temperatureOf(msg: PlatformMessage): number | undefined {
  if (msg.messageType !== "property-post") return undefined;
  const value = msg.payload.items["temperature"]?.value;
  return typeof value === "number" ? value : undefined;
}
