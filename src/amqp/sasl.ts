import type { SignIn } from "../protocol/sign-in";
import type { Failure } from "./translate-error";

/** What rhea asks of a SASL mechanism. */
interface Mechanism {
  start(answer: (error: undefined, response: Buffer) => void): void;
  step(): void;
}

/** What the mechanism asks of the link. */
export interface PlainOwner {
  /** May throw; then the sign-in goes no further. */
  signIn(): SignIn;
  failed(failure: Failure): void;
}

/**
 * SASL PLAIN (RFC 4616) for rhea's `sasl_mechanisms`. rhea calls the factory when the server asks,
 * so the signature is fresh; its own PLAIN cuts names off that are not pure ASCII.
 */
export function plainMechanism(owner: PlainOwner): Readonly<Record<string, () => Mechanism>> {
  const factory = (): Mechanism => ({
    start(answer) {
      let signed: SignIn;
      try {
        signed = owner.signIn();
      } catch (error) {
        owner.failed({ at: "own", doing: "signing in", error });
        return;
      }
      answer(undefined, Buffer.from(`\0${signed.username}\0${signed.password}`, "utf8"));
    },
    step() {
      const error = new Error("it sent a SASL challenge to PLAIN");
      owner.failed({ at: "protocol", error });
    },
  });
  // No prototype: rhea looks up whatever name the server offers, "constructor" included.
  return Object.assign(Object.create(null) as object, { PLAIN: factory });
}
