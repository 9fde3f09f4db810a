import { createHmac } from "node:crypto";
import type { SignMethod } from "./sign-in-values";

/** As whom to sign in. */
export interface SignInAccount {
  readonly iotInstanceId: string;
  readonly signMethod: SignMethod;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** STS token; its presence selects `authMode=ststoken`. */
  readonly securityToken: string | undefined;
}

/** The user name and password of SASL PLAIN. */
export interface SignIn {
  readonly username: string;
  readonly password: string;
}

const HASH: Readonly<Record<SignMethod, string>> = {
  hmacsha1: "sha1",
  hmacsha256: "sha256",
  hmacmd5: "md5",
};

/** The values that the password signs. */
export interface SignedValues {
  readonly authId: string;
  readonly securityToken: string | undefined;
  /** ms since the epoch. */
  readonly timestamp: number | string;
}

/** The password: base64 of the HMAC over the signed values, keys in alphabetical order, raw. */
export function signature(
  signed: SignedValues,
  method: SignMethod,
  accessKeySecret: string,
): string {
  const { authId, securityToken, timestamp } = signed;
  const token = securityToken === undefined ? "" : `&securityToken=${securityToken}`;
  return createHmac(HASH[method], accessKeySecret)
    .update(`authId=${authId}${token}&timestamp=${timestamp}`)
    .digest("base64");
}

/** What an attempt signs in for. */
export interface SignInRequest {
  readonly instance: SignInAccount;
  readonly consumerGroupId: string;
  readonly clientId: string;
  /** ms since the epoch, at the moment of signing. */
  readonly nowMs: number;
}

/** Signs one attempt: `clientId|key=value,…|` as the user name, the signature as the password. */
export function signIn({ instance, consumerGroupId, clientId, nowMs }: SignInRequest): SignIn {
  const { iotInstanceId, signMethod, accessKeyId: authId, securityToken } = instance;
  const signed = { authId, securityToken, timestamp: nowMs };
  const parameters = [
    // A legacy public instance has no ID, and the key is left out as the official clients may.
    ...(iotInstanceId === "" ? [] : [`iotInstanceId=${iotInstanceId}`]),
    `authMode=${securityToken === undefined ? "aksign" : "ststoken"}`,
    `signMethod=${signMethod}`,
    `consumerGroupId=${consumerGroupId}`,
    `authId=${authId}`,
    ...(securityToken === undefined ? [] : [`securityToken=${securityToken}`]),
    `timestamp=${nowMs}`,
  ];
  return {
    username: `${clientId}|${parameters.join(",")}|`,
    password: signature(signed, signMethod, instance.accessKeySecret),
  };
}
