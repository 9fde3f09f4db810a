import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import type { Language } from "../src/errors/texts";

/** Pages that are made, one for each language. */
export interface Pages {
  /** What they are made from, for the message of `--check`. */
  readonly source: string;
  readonly files: Readonly<Record<Language, string>>;
  readonly page: (language: Language) => string;
}

/**
 * Writes the pages. With `--check` it writes nothing and ends with 1 where a page is not up to date.
 */
export async function writePages({ source, files, page }: Pages): Promise<void> {
  const check = process.argv.includes("--check");
  for (const language of ["en-US", "zh-CN"] as const) {
    const file = files[language];
    const made = await format(page(language), { parser: "markdown", printWidth: 100 });
    if (!check) writeFileSync(file, made);
    else if (readFileSync(file, "utf8") !== made) {
      process.exitCode = 1;
      process.stderr.write(`${file} is not what ${source} says: run npm run docs.\n`);
    }
  }
}

export const code = (text: string) => `\`${text}\``;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map(() => "---");
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
