/** Nobody sees them: blanks without width, marks of direction, soft hyphens, the blank of Braille. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * A text as it was meant before it was copied: without invisible characters and blanks around it,
 * full-width letters and signs as ASCII. Only for what is ASCII on the platform, or a name of ours.
 */
export function cleaned(text: string): string {
  return text.normalize("NFKC").replace(INVISIBLE, "").trim();
}

/** Whether a text contains `${…}` or `$(…)`. What Node-RED has replaced contains none. */
export function hasVariable(text: string): boolean {
  return /\$[{(]/.test(text);
}
