import type { FormNode } from "../shared/form.editor";
import type { ThingService, ThingValue } from "../../src/protocol/thing-model";

/** A property or service as the list offers it. */
export interface ModelEntry {
  readonly identifier: string;
  readonly name: string;
  /** Type, limits and unit; of a service how it answers and what it takes. */
  readonly lines: readonly string[];
}

function rangeText(node: FormNode, { min, max }: ThingValue): string | undefined {
  if (min !== undefined && max !== undefined) return node._("model.range", { min, max });
  if (min !== undefined) return node._("model.atLeast", { min });
  return max === undefined ? undefined : node._("model.atMost", { max });
}

/** What a value may be, in one line. */
function valueText(node: FormNode, value: ThingValue): string {
  const choices = value.choices.map((choice) => `${choice.value} = ${choice.name}`);
  const type = value.dataType?.toLowerCase() ?? "?";
  const parts = [type, rangeText(node, value), value.unit, ...choices];
  return parts.filter((part) => part !== undefined).join(node._("model.separator"));
}

/** A property, for the list. */
export function propertyEntry(node: FormNode, property: ThingValue): ModelEntry {
  const { identifier, name } = property;
  return { identifier, name, lines: [valueText(node, property)] };
}

/** A service with its parameters, for the list. */
export function serviceEntry(node: FormNode, service: ThingService): ModelEntry {
  const { identifier, name, callType, inputParams } = service;
  const parameters = inputParams.map((parameter) => {
    const values = { label: parameter.name, value: valueText(node, parameter) };
    const told = node._("typedField.part", values);
    return parameter.name === parameter.identifier ? told : `${parameter.identifier} – ${told}`;
  });
  const call = node._(callType === "SYNC" ? "model.sync" : "model.async");
  return { identifier, name, lines: [call, ...parameters] };
}
