import type { SignIn } from "../protocol/sign-in";
import type { Failure } from "./translate-error";

/** What rhea asks of a SASL mechanism. */
interface Mechanism {
  start(): void;
  step(): void;
}

/** Who writes the sign-in. */
export interface SaslOwner {
  readonly send: (frame: Buffer) => void;
  readonly failed: (failure: Failure) => void;
}

const MECHANISM = "PLAIN";

/** A value with its type's code for short ones; that for long ones is 0x10 more (AMQP 1.0 part 1.6). */
function variable(shortCode: number, content: Buffer): Buffer {
  const { length } = content;
  if (length <= 0xff) return Buffer.concat([Buffer.from([shortCode, length]), content]);
  const head = Buffer.from([shortCode + 0x10, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, content]);
}

/** SASL's first frame from the client (part 5.3.3.2), with PLAIN's response (RFC 4616). */
function initFrame({ username, password }: SignIn, host: string): Buffer {
  const fields = [
    variable(0xa3, Buffer.from(MECHANISM)),
    variable(0xa0, Buffer.from(`\0${username}\0${password}`)),
    variable(0xa1, Buffer.from(host)),
  ];
  const list = Buffer.concat([Buffer.from([0, 0, 0, fields.length]), ...fields]);
  const head = Buffer.from([0, 0, 0, 0, 2, 1, 0, 0, 0, 0x53, 0x41, 0xd0, 0, 0, 0, 0]);
  head.writeUInt32BE(head.length + list.length);
  head.writeUInt32BE(list.length, head.length - 4);
  return Buffer.concat([head, list]);
}

/**
 * SASL PLAIN for rhea's `sasl_mechanisms`. rhea calls the factory when the server asks, so the
 * signature is fresh. It never sees the sign-in, which goes out as a frame of ours: rhea prints what
 * it writes, the STS token too, where the environment has DEBUG=*.
 */
export function plainMechanism(
  signIn: () => SignIn,
  host: string,
  { send, failed }: SaslOwner,
): Readonly<Record<string, () => Mechanism>> {
  const factory = (): Mechanism => ({
    start() {
      try {
        send(initFrame(signIn(), host));
      } catch (error) {
        failed({ at: "signing", error });
      }
    },
    step() {
      failed({ at: "forbidden", reason: "saslChallenge" });
    },
  });
  // No prototype: rhea looks up whatever name the server offers, "constructor" included.
  return Object.assign(Object.create(null) as object, { [MECHANISM]: factory });
}
