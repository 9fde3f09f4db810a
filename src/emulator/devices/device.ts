import { PRODUCT_KEY } from "./device-model";
import { Tank } from "./tank";
import type { JsonObject } from "../../protocol/json";

const DAY_MS = 86_400_000;
/** How fast the temperature follows its target. */
const THERMAL_LAG_MS = 60_000;
/** How fast a device that has overheated cools down. */
const COOLING_MS = 60_000;
/** From here on a device is too hot, in °C: no room is. */
export const HOT = 45;
/** How far above that it is at least when it overheats: more than day and walk take away. */
const HEAT = 7;
/** Of the power that the pump takes, what the rest takes while the pump is off. */
const STANDBY = 0.05;

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

/** The properties that are measured. */
export const CURVES = {
  temperature: { mean: 22, swing: 4, step: 0.3, min: -20, max: 60, decimals: 1 },
  humidity: { mean: 50, swing: 12, step: 1, min: 5, max: 95, decimals: 1 },
  power: { mean: 800, swing: 500, step: 60, min: 0, max: 3_000, decimals: 0 },
  voltage: { mean: 230, swing: 2, step: 0.5, min: 210, max: 250, decimals: 1 },
} as const satisfies Record<string, Curve>;

type Measured = keyof typeof CURVES;
type PropertyName = Measured | "level" | "switch" | "target";
export type Properties = Readonly<Record<PropertyName, number>>;

/** What a device has told of its properties. */
export interface Report {
  readonly values: Properties;
  /** ms since the epoch. */
  readonly time: number;
}

/** One simulated device. */
export class Device {
  readonly productKey = PRODUCT_KEY;
  readonly deviceName: string;
  readonly iotId: string;
  readonly clientIp: string;
  online = false;
  /** Wall-clock ms of the last change of `online`. */
  lastSeenMs: number;
  firmware = "1.0.0";
  /** The last report that the platform has; undefined before the first. */
  reported: Report | undefined;
  /** It has overheated, and no alert has told it yet. */
  alertDue = false;
  readonly #phase: number;
  readonly #random: () => number;
  readonly #walk: Record<Measured, number> = {
    temperature: 0,
    humidity: 0,
    power: 0,
    voltage: 0,
  };
  readonly #tank: Tank;
  #target: number = CURVES.temperature.mean;
  /** How far the temperature was from its target when that was set, and when. */
  #deviation = 0;
  #targetSinceMs: number;
  /** How much hotter than the room it was when it overheated, and when. */
  #heat = 0;
  #hotSinceMs = 0;

  constructor(number: number, nowMs: number, random: () => number) {
    const digits = String(number).padStart(2, "0");
    this.deviceName = `meter-${digits}`;
    this.iotId = `Xq3demo${String(number).padStart(4, "0")}`;
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    this.clientIp = `192.0.2.${(number % 253) + 1}`;
    this.lastSeenMs = nowMs;
    this.#random = random;
    this.#phase = random();
    this.#tank = new Tank(30 + 40 * this.#phase, nowMs);
    this.#targetSinceMs = nowMs;
  }

  /** What it measures at a time; each call is one step of the walk. */
  measure(nowMs: number): Properties {
    return {
      temperature: this.#value("temperature", nowMs, this.#room(nowMs) + this.#excess(nowMs)),
      humidity: this.#value("humidity", nowMs),
      power: Math.round(this.#value("power", nowMs) * (this.#tank.pumping ? 1 : STANDBY)),
      voltage: this.#value("voltage", nowMs),
      level: Number(this.#tank.level(nowMs).toFixed(1)),
      switch: this.#tank.pumping ? 1 : 0,
      target: this.#target,
    };
  }

  /** Sets those of the writable properties that are there: the platform has checked them. */
  set({ switch: pump, target }: JsonObject, nowMs: number): void {
    if (typeof pump === "number") this.#tank.setPump(pump === 1, nowMs);
    if (typeof target !== "number") return;
    this.#deviation = this.#room(nowMs) - target;
    this.#target = target;
    this.#targetSinceMs = nowMs;
  }

  openValve(seconds: number, nowMs: number): void {
    this.#tank.openValve(seconds, nowMs);
  }

  /** Something inside is far too hot, at once; it cools down within minutes. */
  overheat(nowMs: number): void {
    this.#heat = HOT + HEAT * (1 + this.#random()) - this.#room(nowMs);
    this.#hotSinceMs = nowMs;
    this.alertDue = true;
  }

  /** How much hotter than the room it is. */
  #excess(nowMs: number): number {
    const elapsedMs = nowMs - this.#hotSinceMs;
    return elapsedMs < 0 ? 0 : this.#heat * Math.exp(-elapsedMs / COOLING_MS);
  }

  /** The mean temperature, on its way to the target. */
  #room(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#targetSinceMs);
    return this.#target + this.#deviation * Math.exp(-elapsedMs / THERMAL_LAG_MS);
  }

  #value(name: Measured, nowMs: number, mean: number = CURVES[name].mean): number {
    const { swing, step, min, max, decimals } = CURVES[name];
    // A tenth of the way back with each step, so that the walk stays near the curve.
    this.#walk[name] = this.#walk[name] * 0.9 + (this.#random() * 2 - 1) * step;
    const day = Math.sin(2 * Math.PI * (nowMs / DAY_MS + this.#phase));
    const value = mean + swing * day + this.#walk[name];
    return Number(Math.min(max, Math.max(min, value)).toFixed(decimals));
  }
}
