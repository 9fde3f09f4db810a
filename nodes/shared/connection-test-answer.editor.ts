import { isJsonObject } from "../../src/protocol/json";

/** A line of a connection test's answer: a step, or at the end the result. */
export interface TestLine {
  readonly step?: string;
  readonly title?: string;
  readonly state?: string;
  readonly text?: string;
  readonly remedy?: string;
  readonly hints: readonly string[];
  readonly result?: string;
  readonly report?: string;
}

const STRINGS = ["step", "title", "state", "text", "remedy", "result", "report"] as const;

function parseLine(line: string): TestLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isJsonObject(value)) return undefined;
    const strings = STRINGS.filter((key) => typeof value[key] === "string");
    const hints: readonly unknown[] = Array.isArray(value["hints"]) ? value["hints"] : [];
    return {
      ...Object.fromEntries(strings.map((key) => [key, value[key]])),
      hints: hints.filter((hint) => typeof hint === "string"),
    };
  } catch {
    return undefined;
  }
}

/** Hands each line on once, as soon as all of it has come. */
export class LineReader {
  #position = 0;
  readonly #handle: (line: TestLine) => void;

  constructor(handle: (line: TestLine) => void) {
    this.#handle = handle;
  }

  /** `received` is the whole answer so far. */
  read(received: string): void {
    for (;;) {
      const end = received.indexOf("\n", this.#position);
      if (end < 0) return;
      const line = parseLine(received.slice(this.#position, end));
      this.#position = end + 1;
      if (line !== undefined) this.#handle(line);
    }
  }
}
