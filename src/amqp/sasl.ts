import type { SignIn } from "../protocol/sign-in";
import type { Failure } from "./translate-error";

/** What rhea asks of a SASL mechanism. */
interface Mechanism {
  start(answer: (error: undefined, response: Buffer) => void): void;
  step(): void;
}

/**
 * SASL PLAIN (RFC 4616) for rhea's `sasl_mechanisms`. rhea calls the factory when the server asks,
 * so the signature is fresh; its own PLAIN cuts names off that are not pure ASCII.
 */
export function plainMechanism(
  signIn: () => SignIn,
  failed: (failure: Failure) => void,
): Readonly<Record<string, () => Mechanism>> {
  const factory = (): Mechanism => ({
    start(answer) {
      try {
        const { username, password } = signIn();
        answer(undefined, Buffer.from(`\0${username}\0${password}`, "utf8"));
      } catch (error) {
        failed({ at: "signing", error });
      }
    },
    step() {
      failed({ at: "forbidden", reason: "saslChallenge" });
    },
  });
  // No prototype: rhea looks up whatever name the server offers, "constructor" included.
  return Object.assign(Object.create(null) as object, { PLAIN: factory });
}
