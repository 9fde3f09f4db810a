/** What a setting may be and the protocol knows: pure, as the forms need it too. */
export const SIGN_METHODS = ["hmacsha1", "hmacsha256", "hmacmd5"] as const;
export type SignMethod = (typeof SIGN_METHODS)[number];

export const PAYLOAD_FORMATS = ["auto", "json", "string", "buffer", "base64"] as const;
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

export const OUTCOMES = ["accepted", "released", "rejected"] as const;
/** How a delivery ends on the wire. */
export type Outcome = (typeof OUTCOMES)[number];
