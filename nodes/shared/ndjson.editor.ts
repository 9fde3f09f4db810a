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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The `text` of an answer that is one JSON object, as refusals are. */
export function textIn(answer: string): string | undefined {
  return parsed(answer)?.text;
}

function parsed(line: string): TestLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value)) return undefined;
    const strings = STRINGS.filter((key) => typeof value[key] === "string");
    const hints = Array.isArray(value["hints"]) ? value["hints"] : [];
    return {
      ...Object.fromEntries(strings.map((key) => [key, value[key]])),
      hints: hints.filter((hint) => typeof hint === "string"),
    };
  } catch {
    return undefined;
  }
}

/** Hands each line on once, as soon as all of it has come; `received` is the whole answer so far. */
export class LineReader {
  #read = 0;
  readonly #handle: (line: TestLine) => void;

  constructor(handle: (line: TestLine) => void) {
    this.#handle = handle;
  }

  read(received: string): void {
    for (;;) {
      const end = received.indexOf("\n", this.#read);
      if (end < 0) return;
      const line = parsed(received.slice(this.#read, end));
      this.#read = end + 1;
      if (line !== undefined) this.#handle(line);
    }
  }
}
