/** What a sign-in is made of, for forms too: pure, while signing needs HMAC. */
export const SIGN_METHODS = ["hmacsha1", "hmacsha256", "hmacmd5"] as const;
export type SignMethod = (typeof SIGN_METHODS)[number];

/** Whether a value can stand in the user name `clientId|key=value,…|` without breaking its grammar. */
export function isSignInValue(value: string): boolean {
  return !/[,|\s]/.test(value);
}

/** Whether a value has no signs that no ID has. Letters of any script: it may be a name instead. */
export function isPlainId(value: string): boolean {
  return /^[\p{L}\p{N}_.-]*$/u.test(value);
}

/** The platform's limit; the suffix of one of several connections counts. */
export const CLIENT_ID_MAX_LENGTH = 64;
const SUFFIX_MAX_LENGTH = "-128".length;

/** The form of a client ID, for an error's text. */
export const CLIENT_ID_RULE = {
  rule: "clientId",
  max: CLIENT_ID_MAX_LENGTH,
  maxOfSeveral: CLIENT_ID_MAX_LENGTH - SUFFIX_MAX_LENGTH,
} as const;

/** Whether `base` leaves room for the suffixes of `connections` and keeps the sign-in grammar. */
export function isClientId(base: string, connections = 1): boolean {
  const room = CLIENT_ID_MAX_LENGTH - (connections > 1 ? SUFFIX_MAX_LENGTH : 0);
  return base.length > 0 && base.length <= room && isSignInValue(base);
}

/** The client ID of one of a subscription's connections; each needs its own. */
export function connectionClientId(base: string, index: number, connections: number): string {
  return connections === 1 ? base : `${base}-${index + 1}`;
}

/** The same at every start, so that the console's list of online clients stays readable. */
export function defaultClientId(hostName: string, nodeId: string): string {
  const room = CLIENT_ID_MAX_LENGTH - SUFFIX_MAX_LENGTH;
  // The node ID distinguishes subscribers, so it is the host name that is shortened.
  const node = plainName(nodeId).slice(-room);
  const host = plainName(hostName).slice(0, Math.max(0, room - node.length - 1));
  return host === "" ? node : `${host}-${node}`;
}

function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "_");
}
