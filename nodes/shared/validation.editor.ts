import { isIotAmqpError } from "../../src/errors/error";
import { tellError } from "../../src/errors/tell";
import type { PopoverInstance, RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "./form.editor";

declare const RED: Editor;

/** The editor shows a returned string as the reason, but only if the function declares two parameters. */
export type Validator = (
  this: FormNode,
  value: unknown,
  options: { readonly label?: string },
) => true | string;

/** Checks one value as the runtime will; throws the error that the runtime would report. */
export type Check = (setting: string, value: unknown, node: FormNode) => unknown;

/** The text of an error in the editor's language; a label that the editor gives replaces our own. */
export function problemText(thrown: unknown, node: FormNode, givenLabel?: string): string {
  if (!isIotAmqpError(thrown)) return String(thrown);
  const ownLabel = `settings.${thrown.details["setting"] ?? ""}`;
  const { text, remedy } = tellError(thrown, (path, values) =>
    path === ownLabel && givenLabel !== undefined ? givenLabel : node._(path, values),
  );
  // The editor puts the reason into a tooltip as html, and a value may come from an imported flow.
  return node._("sentences", { first: text, second: remedy }).replace(/</g, "‹").replace(/>/g, "›");
}

/** Makes the validator of a setting: it returns true, or why the runtime would refuse the value. */
export function validators(check: Check): (setting: string) => Validator {
  return (setting) =>
    function (value, options) {
      try {
        check(setting, value, this);
        return true;
      } catch (error) {
        return problemText(error, this, options.label);
      }
    };
}

/** Whether a value is a `${VARIABLE}`. The editor does not check it: the runtime replaces it. */
export function isVariable(value: unknown): value is string {
  return typeof value === "string" && /^\$(\{\w+\}|\(\w+\))$/.test(value);
}

/** A list without its variables, which only the runtime can check; anything else unchanged. */
export function withoutVariables(value: unknown): unknown {
  return Array.isArray(value) ? value.filter((entry) => !isVariable(entry)) : value;
}

/** Shows a problem as the editor shows those of its own fields: red, the reason as a tooltip. */
export class ProblemMarker {
  readonly #field: JQuery;
  #tooltip: PopoverInstance | undefined;

  constructor(field: JQuery) {
    this.#field = field;
  }

  mark(problem: true | string): void {
    this.#field
      .toggleClass("input-error", problem !== true)
      .attr("aria-invalid", String(problem !== true));
    if (problem === true) {
      this.#tooltip?.close(true);
      this.#field.off("mouseenter mouseleave"); // all that a tooltip listens to
      this.#tooltip = undefined;
    } else if (this.#tooltip === undefined) {
      this.#tooltip = RED.popover.tooltip(this.#field, problem);
    } else {
      this.#tooltip.setContent(problem);
    }
  }
}
