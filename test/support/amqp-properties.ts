import { plainMap, plainValue } from "../../src/protocol/plain";
import type { AmqpMessage, AmqpValue } from "../../src/protocol/amqp-message";

/** Application properties as the decoder gives them. */
export function amqpProperties(
  given: ReadonlyMap<string, AmqpValue>,
): Pick<AmqpMessage, "properties" | "typed"> {
  const typed = [...given].filter(([, value]) => {
    return typeof value !== "bigint" && plainValue(value) !== value;
  });
  return { properties: plainMap(given), typed: new Map(typed) };
}
