import { signature } from "../../protocol/sign-in";
import { CLIENT_ID_MAX_LENGTH, SIGN_METHODS } from "../../protocol/sign-in-values";
import { sameSecret } from "../secret";
import type { Account } from "../../settings/emulator";

/** What an accepted user name says. */
export interface Identity {
  readonly clientId: string;
  readonly consumerGroupId: string;
  readonly username: string;
  /** ms since the epoch, as the client signed it. */
  readonly timestamp: number;
}

/** The answer to a sign-in; `reason` is for the log and never holds a secret. */
export type SignInResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: string };

/** One sign-in. */
export interface SignInAttempt {
  readonly username: string;
  readonly password: string;
  /** Wall-clock time in ms since the epoch. */
  readonly nowMs: number;
}

const TIMESTAMP_TOLERANCE_MS = 5 * 60_000;

function refused(reason: string): SignInResult {
  return { ok: false, reason };
}

/** The parameters between the bars, or why they cannot be read. */
function parseParameters(text: string): ReadonlyMap<string, string> | string {
  const parameters = new Map<string, string>();
  for (const pair of text.split(",")) {
    const at = pair.indexOf("="); // the first one: an STS token holds more of them
    if (at < 1) return `the parameter “${pair.slice(0, 20)}” is not key=value`;
    const key = pair.slice(0, at);
    if (parameters.has(key)) return `the parameter ${key} is given twice`;
    parameters.set(key, pair.slice(at + 1));
  }
  return parameters;
}

/** Splits `clientId|key=value,…|`. The last bar may be missing: nobody knows whether it must be there. */
function parseUsername(username: string) {
  const [clientId = "", text, rest, ...more] = username.split("|");
  if (text === undefined) return "the user name has no “|” after the client ID";
  if (more.length > 0 || (rest !== undefined && rest !== "")) {
    return "the user name goes on after its parameters";
  }
  if (clientId === "" || clientId.length > CLIENT_ID_MAX_LENGTH) {
    return `the client ID must have 1 to ${CLIENT_ID_MAX_LENGTH} characters`;
  }
  const parameters = parseParameters(text);
  return typeof parameters === "string" ? parameters : { clientId, parameters };
}

/** Why the mode and its token are not accepted, or undefined. */
function authModeProblem(parameters: ReadonlyMap<string, string>, account: Account) {
  const mode = parameters.get("authMode");
  if (mode === "aksign") return undefined;
  if (mode !== "ststoken") return "authMode must be aksign or ststoken";
  const token = parameters.get("securityToken") ?? "";
  if (token === "") return "authMode ststoken needs a securityToken";
  return account.securityToken !== "" && sameSecret(token, account.securityToken)
    ? undefined
    : "the securityToken is not the one that is accepted";
}

/** Checks a user name and password as the platform is documented to. */
export function checkSignIn(attempt: SignInAttempt, account: Account): SignInResult {
  const parsed = parseUsername(attempt.username);
  if (typeof parsed === "string") return refused(parsed);
  const { clientId, parameters } = parsed;
  const value = (key: string) => parameters.get(key) ?? "";

  const problem = authModeProblem(parameters, account);
  if (problem !== undefined) return refused(problem);
  const method = SIGN_METHODS.find((name) => name === value("signMethod").toLowerCase());
  if (method === undefined) return refused(`signMethod must be one of ${SIGN_METHODS.join(", ")}`);
  const consumerGroupId = value("consumerGroupId");
  if (consumerGroupId === "") return refused("consumerGroupId is missing");
  const timestamp = value("timestamp");
  if (!/^\d{1,15}$/.test(timestamp)) return refused("timestamp must be ms since the epoch");
  if (value("iotInstanceId") !== account.iotInstanceId) {
    return refused(
      account.iotInstanceId === ""
        ? "iotInstanceId must be empty: this instance has no ID"
        : "iotInstanceId is not this instance's ID",
    );
  }
  if (!sameSecret(value("authId"), account.accessKeyId))
    return refused("the access key is not known");
  const securityToken = value("authMode") === "ststoken" ? value("securityToken") : undefined;
  const signed = { authId: value("authId"), securityToken, timestamp };
  if (!sameSecret(attempt.password, signature(signed, method, account.accessKeySecret))) {
    return refused("the signature does not match the access key secret");
  }
  const offMs = Math.abs(attempt.nowMs - Number(timestamp));
  if (account.strictTimestamp && offMs > TIMESTAMP_TOLERANCE_MS) {
    return refused(`the timestamp is ${offMs} ms off, more than ${TIMESTAMP_TOLERANCE_MS}`);
  }
  const identity = { clientId, consumerGroupId, username: attempt.username };
  return { ok: true, identity: { ...identity, timestamp: Number(timestamp) } };
}
