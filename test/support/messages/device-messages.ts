/** A message as the subscriber sends it, or as the emulator is to push it. */
interface TestMessage extends Readonly<Record<string, unknown>> {
  readonly topic: string;
  readonly payload: object;
}

/** ms since the epoch; what the platform received at that time. */
export const T0 = 1_790_000_000_000;

/** A property post, by default of one property at T0. */
export function propertyPost(
  deviceName: string,
  items: Readonly<Record<string, unknown>>,
  timeMs = T0,
): TestMessage {
  const values = Object.entries(items).map(
    ([name, value]) => [name, { value, time: timeMs }] as const,
  );
  return {
    topic: `/k1/${deviceName}/thing/event/property/post`,
    payload: { gmtCreate: timeMs + 50, items: Object.fromEntries(values) },
  };
}

export function deviceStatus(
  deviceName: string,
  status: "online" | "offline",
  timeMs = T0,
): TestMessage {
  const utcTime = new Date(timeMs).toISOString();
  return { topic: `/as/mqtt/status/k1/${deviceName}`, payload: { status, utcTime } };
}
