import type { AmqpMessage, AmqpValue } from "../../../src/protocol/amqp-message";
import { toJsonObject, toJson } from "../../../src/protocol/amqp-message";

/** Application properties as the decoder gives them. */
export function amqpProperties(
  given: ReadonlyMap<string, AmqpValue>,
): Pick<AmqpMessage, "properties" | "typed"> {
  const typed = [...given].filter(([, value]) => {
    return typeof value !== "bigint" && toJson(value) !== value;
  });
  return { properties: toJsonObject(given), typed: new Map(typed) };
}
