/** A result as one JSON line; a payload that is not text is in it as base64. */
export function jsonLine(result: { readonly payload: unknown }): string {
  const { payload } = result;
  const line = Buffer.isBuffer(payload)
    ? { ...result, payload: payload.toString("base64"), payloadEncoding: "base64" }
    : result;
  return `${JSON.stringify(line)}\n`;
}
