import type { Language } from "../../src/errors/texts";

/** The language of ours that an editor's language code means. */
export function languageOf(code: unknown): Language {
  return typeof code === "string" && /^zh\b/i.test(code) ? "zh-CN" : "en-US";
}
