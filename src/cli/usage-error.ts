import { fill, TEXTS } from "../errors/texts";
import type { ErrorDetails } from "../errors/error";
import type { Language } from "../errors/texts";

/** A command line that cannot be understood; it ends with exit code 2. */
export class UsageError extends Error {
  readonly #text: keyof (typeof TEXTS)[Language]["cli"]["usage"];
  readonly #details: ErrorDetails;

  constructor(text: keyof (typeof TEXTS)[Language]["cli"]["usage"], details: ErrorDetails) {
    super(fill(TEXTS["en-US"].cli.usage[text], details));
    this.name = "UsageError";
    this.#text = text;
    this.#details = details;
  }

  told(language: Language): string {
    return fill(TEXTS[language].cli.usage[this.#text], this.#details);
  }
}
