/** The languages in which every text of the package exists. */
export type Language = "en-US" | "zh-CN";

/** One text in every language. `__key__` is a placeholder, as in Node-RED's own catalogues. */
export type Bilingual = Readonly<Record<Language, string>>;

/** Texts by name, in groups. */
export interface Catalogue {
  readonly [name: string]: Bilingual | Catalogue;
}

/**
 * What follows a failed attempt: `fast` = try again in seconds (the network), `slow` = in minutes
 * (a refusal that has to be corrected first: more attempts would only use up the connect limit),
 * `never` = a wrong local setting, or nothing that an attempt could mend.
 */
export type Retry = "fast" | "slow" | "never";

/** An error for people: `short` for a status, `text` says what happened, `remedy` what to do. */
export interface ErrorText {
  readonly short: string;
  readonly text: string;
  readonly remedy: string;
}

/** All that there is to say of one error code. */
export interface ErrorEntry extends Readonly<Record<Language, ErrorText>> {
  readonly retry: Retry;
  /** The details that the texts need: whoever throws the error gives them. */
  readonly details: readonly string[];
}

/** Error codes of one group. */
export type ErrorTable = Readonly<Record<string, ErrorEntry>>;
