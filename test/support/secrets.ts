/** A secret as it stands in a log: as text, in hexadecimal, and as the list of bytes of a JSON. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString("hex"), [...bytes].join(",")];
}

/** Those of the secrets that can be read in a text. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}
