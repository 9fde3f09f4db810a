/** What InfluxDB answers to a write. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  readonly body?: Readonly<Record<string, string>>;
}

interface Field {
  readonly name: string;
  readonly type: "float" | "integer" | "string" | "boolean";
}

interface Point {
  readonly line: string;
  readonly measurement: string;
  readonly fields: readonly Field[];
  readonly timeMs: number;
}

/** A line of the line protocol: measurement with tags, fields, time. */
const LINE = /^((?:\\.|[^\\ ])+) ((?:\\.|"(?:\\.|[^"\\])*"|[^\\" ])+) (-?\d+)$/s;
const MEASUREMENT = /^((?:\\.|[^\\,])+)(?:,(?:\\.|[^\\,=])+=(?:\\.|[^\\,=])+)*$/s;
const FIELD = /((?:\\.|[^\\,=])+)=("(?:\\.|[^"\\])*"|[^",]+)(?:,|$)/gsy;
/** Times are ns in 64 bits with a sign. */
const MAX_TIME_MS = 9_223_372_036_854;

/**
 * Takes points in ms, and refuses what InfluxDB refuses, in the same words: seen with 1.6.7, for
 * version 2 by its documentation and by what users of 2.7 have reported.
 */
export class InfluxBucket {
  /** Older points are beyond the retention policy. */
  readonly #oldestMs: number;
  /** The lines of the points that it holds. */
  readonly stored = new Set<string>();
  readonly #types = new Map<string, Field["type"]>();

  constructor(oldestMs = 0) {
    this.#oldestMs = oldestMs;
  }

  write(lines: readonly string[], isVersion2: boolean): Answer {
    const read = lines.map((line) => readLine(line) ?? line);
    const malformed = read.filter((each) => typeof each === "string");
    const unparsed = malformed.map((line) => `unable to parse '${line}': invalid field format`);
    if (isVersion2 && malformed.length > 0) {
      const body = { code: "invalid", message: unparsed.join("\n") };
      return { status: 400, body };
    }
    const points = read.filter((each) => typeof each !== "string");
    const reasons = points.map((point) => this.#refusal(point));
    for (const [index, { line }] of points.entries()) {
      if (reasons[index] === undefined) this.stored.add(line);
    }
    const refused = reasons.filter((each) => each !== undefined);
    const reason = refused[0] ?? unparsed[0];
    if (reason === undefined) return { status: 204 };
    const message = `partial write: ${reason} dropped=${refused.length}`;
    if (!isVersion2) return { status: 400, body: { error: message } };
    const body = {
      code: "unprocessable entity",
      message: `failure writing points to database: ${message}`,
    };
    return { status: 422, body };
  }

  /** One field of another type costs the whole point, as does a time that is too old. */
  #refusal({ measurement, fields, timeMs }: Point): string | undefined {
    if (timeMs < this.#oldestMs) return "points beyond retention policy";
    for (const { name, type } of fields) {
      const known = this.#types.get(`${measurement} ${name}`) ?? type;
      if (known !== type) {
        return `field type conflict: input field "${name}" on measurement "${measurement}" is type ${type}, already exists as type ${known}`;
      }
    }
    for (const { name, type } of fields) this.#types.set(`${measurement} ${name}`, type);
    return undefined;
  }
}

function readLine(line: string): Point | undefined {
  const [, series = "", text = "", time] = LINE.exec(line) ?? [];
  const [, measurement] = MEASUREMENT.exec(series) ?? [];
  const timeMs = Number(time);
  if (measurement === undefined || !(Math.abs(timeMs) <= MAX_TIME_MS)) return undefined;
  const found = [...text.matchAll(FIELD)];
  const fields = found.flatMap(([, name = "", value = ""]): Field[] => {
    const type = typeOf(value);
    return type === undefined ? [] : [{ name, type }];
  });
  const isWhole = found.reduce((length, [all]) => length + all.length, 0) === text.length;
  return isWhole && fields.length === found.length
    ? { line, measurement, fields, timeMs }
    : undefined;
}

function typeOf(value: string): Field["type"] | undefined {
  if (value.startsWith('"')) return "string";
  if (/^(t|true|f|false)$/i.test(value)) return "boolean";
  if (/^-?\d+i$/.test(value)) return "integer";
  return /^-?\d/.test(value) && Number.isFinite(Number(value)) ? "float" : undefined;
}
