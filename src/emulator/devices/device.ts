const DAY_MS = 86_400_000;

/** How one property changes: a daily curve, and a random walk around it. */
interface Curve {
  readonly mean: number;
  /** Half the distance between the day's lowest and highest value. */
  readonly swing: number;
  /** Largest step of the walk from one message to the next. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
  readonly decimals: number;
}

/** The properties of the simulated thing model. */
export const CURVES = {
  temperature: { mean: 22, swing: 4, step: 0.3, min: -20, max: 60, decimals: 1 },
  humidity: { mean: 50, swing: 12, step: 1, min: 5, max: 95, decimals: 1 },
  power: { mean: 800, swing: 500, step: 60, min: 0, max: 3_000, decimals: 0 },
  voltage: { mean: 230, swing: 2, step: 0.5, min: 210, max: 250, decimals: 1 },
} as const satisfies Record<string, Curve>;

export type PropertyName = keyof typeof CURVES;
export type Properties = Readonly<Record<PropertyName, number>>;

/** One simulated device. */
export class Device {
  readonly productKey = "k1demoPk01";
  readonly deviceName: string;
  readonly iotId: string;
  readonly clientIp: string;
  online = false;
  /** Wall-clock ms of the last change of `online`. */
  lastSeenMs: number;
  firmware = "1.0.0";
  readonly #phase: number;
  readonly #random: () => number;
  readonly #walk: Record<PropertyName, number> = {
    temperature: 0,
    humidity: 0,
    power: 0,
    voltage: 0,
  };

  constructor(number: number, nowMs: number, random: () => number) {
    const digits = String(number).padStart(2, "0");
    this.deviceName = `meter-${digits}`;
    this.iotId = `Xq3demo${String(number).padStart(4, "0")}`;
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    this.clientIp = `192.0.2.${(number % 253) + 1}`;
    this.lastSeenMs = nowMs;
    this.#random = random;
    this.#phase = random();
  }

  /** What it measures at a time; each call is one step of the walk. */
  measure(nowMs: number): Properties {
    return {
      temperature: this.#value("temperature", nowMs),
      humidity: this.#value("humidity", nowMs),
      power: this.#value("power", nowMs),
      voltage: this.#value("voltage", nowMs),
    };
  }

  #value(name: PropertyName, nowMs: number): number {
    const { mean, swing, step, min, max, decimals } = CURVES[name];
    // A tenth of the way back with each step, so that the walk stays near the curve.
    this.#walk[name] = this.#walk[name] * 0.9 + (this.#random() * 2 - 1) * step;
    const day = Math.sin(2 * Math.PI * (nowMs / DAY_MS + this.#phase));
    const value = mean + swing * day + this.#walk[name];
    return Number(Math.min(max, Math.max(min, value)).toFixed(decimals));
  }
}
