import { shuffled } from "../random";
import { fault, forNext } from "./fault";
import { count, optionalSeconds, requiredNumber, seconds } from "./parameter";

/** Fewer transfers than asked for are held back no longer than this. */
const REORDER_MS = 2_000;
const PER_SECOND = { min: 0, max: 100_000 };

/** Bytes in hex, blanks allowed. */
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Every kind of message that cannot be decoded, made of one that can. */
export const MALFORMED_KINDS: Readonly<Record<string, (encoded: Buffer) => Buffer>> = {
  // In the last section, whose size then says more than there is.
  cutOff: (encoded) => encoded.subarray(0, -1),
  // 0x3f is the constructor of no type (AMQP 1.0 part 1.2).
  unknownType: () => hex("00 53 77 3f"),
  // 50 million times null, in an array of 10 bytes.
  zeroWidthArray: () => hex("00 53 77 f0 00000005 02faf080 40"),
  sizeBeyondEnd: () => hex("00 53 75 b0 7fffffff 00"),
  countBeyondEnd: () => hex("00 53 74 d1 00000008 00ffffff a10161 40"),
  keyWithoutValue: () => hex("00 53 74 c1 04 01 a10161"),
  noSection: (encoded) => encoded.subarray(3),
  descriptorWithoutValue: () => hex("00 53 75"),
};

/** Bytes of one of these kinds, chosen by chance. */
function malformed(encoded: Buffer, random: () => number): Buffer {
  const kinds = Object.values(MALFORMED_KINDS);
  return kinds[Math.floor(random() * kinds.length)]?.(encoded) ?? hex("3f");
}

/** Faults of messages and of their transfers. */
export const MESSAGE_FAULTS = {
  duplicate: fault({
    description: "sends the next messages a second time, as deliveries of their own",
    parameters: { count: count(1) },
    start(context, { count }) {
      forNext(context, count, (used) => ({
        onDispatch() {
          used();
          return "twice";
        },
      }));
      return { duplicating: count };
    },
  }),
  reorder: fault({
    description: "holds the next transfers back and sends them in random order",
    parameters: { count: count(10) },
    start(context, { count }) {
      const held: (() => void)[] = [];
      let cancel: (() => void) | undefined;
      const sendAll = () => {
        cancel?.();
        for (const send of shuffled(held, context.random)) send();
      };
      const finish = () => {
        remove();
        sendAll();
      };
      const remove = context.putInForce({
        left: () => count - held.length,
        end: sendAll,
        onTransfer({ send }) {
          held.push(send);
          cancel ??= context.clock.after(REORDER_MS, finish);
          if (held.length === count) finish();
          return "taken";
        },
      });
      return { reordering: count };
    },
  }),
  delay: fault({
    description: "sends the next transfers so much later",
    parameters: { seconds: seconds(1), count: count(1) },
    start(context, { count, seconds }) {
      let left = count;
      /** Sends a transfer that is held back now, and not later. */
      const held = new Set<() => void>();
      const remove = context.putInForce({
        left: () => left + held.size,
        end: () => {
          for (const sendNow of held) sendNow();
        },
        onTransfer({ send }) {
          if (left === 0) return undefined;
          left -= 1;
          const sendNow = () => {
            cancel();
            held.delete(sendNow);
            send();
            if (left + held.size === 0) remove();
          };
          const cancel = context.clock.after(seconds * 1_000, sendNow);
          held.add(sendNow);
          return "taken";
        },
      });
      return { delaying: count };
    },
  }),
  malformed: fault({
    description:
      "sends bytes that cannot be decoded in place of the next messages, which come again",
    parameters: { count: count(1) },
    start(context, { count }) {
      forNext(context, count, (used) => ({
        onTransfer({ encoded, send }) {
          used();
          send(malformed(encoded(), context.random));
          return "taken";
        },
      }));
      return { malforming: count };
    },
  }),
  throttle: fault({
    description: "pushes at most so many messages a second to each group, or with 0 none",
    parameters: {
      perSecond: requiredNumber(PER_SECOND),
      seconds: optionalSeconds("until calmed"),
    },
    start(context, { perSecond, seconds }) {
      // Two at a time would mean nothing that is easy to say: the newest counts.
      context.endEarlier();
      const end = () => {
        cancel();
        context.throttle(undefined);
      };
      const cancel =
        seconds === undefined
          ? () => undefined
          : context.clock.after(seconds * 1_000, () => {
              end();
              remove();
            });
      const remove = context.putInForce({ left: () => undefined, end });
      context.throttle(perSecond);
      return { throttled: perSecond };
    },
  }),
};
