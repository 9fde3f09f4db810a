import { isIotAmqpError } from "../../src/errors/error";
import { tellError } from "../../src/errors/tell";
import type { PopoverInstance, RED as Editor } from "@node-red/editor-client";

declare const RED: Editor;

type Details = Readonly<Record<string, string | number>>;

/** What the editor gives validators and forms as `this`: a node with its properties. */
export interface FormNode {
  readonly id: string;
  /** Looks a text up in the node's catalogue. */
  _(key: string, values?: Details): string;
  [property: string]: unknown;
}

/** The editor shows a returned string as the reason; it does so for two parameters only. */
export type Validator = (
  this: FormNode,
  value: unknown,
  options: { readonly label?: string },
) => true | string;

/** Checks one value as the runtime will; throws the error that the runtime would report. */
export type Check = (setting: string, value: unknown, node: FormNode) => unknown;

/** Tells an error in the editor's language; a label that the editor gives stands before our own. */
export function tell(thrown: unknown, node: FormNode, givenLabel?: string): string {
  if (!isIotAmqpError(thrown)) return String(thrown);
  const ownLabel = `settings.${thrown.details["setting"] ?? ""}`;
  const { text, remedy } = tellError(thrown, (path, values) =>
    path === ownLabel && givenLabel !== undefined ? givenLabel : node._(path, values),
  );
  // The editor puts the reason into a tooltip as html, and a value may come from an imported flow.
  return node._("error", { text, remedy }).replace(/</g, "‹").replace(/>/g, "›");
}

/** One validator per setting: true, or why the runtime would refuse the value. */
export function validators(check: Check): (setting: string) => Validator {
  return (setting) =>
    function (value, options) {
      try {
        check(setting, value, this);
        return true;
      } catch (error) {
        return tell(error, this, options.label);
      }
    };
}

/** Whether the editor accepts a value unchecked, because the runtime will replace it. */
export function isVariable(value: unknown): value is string {
  return typeof value === "string" && /^\$(\{\w+\}|\(\w+\))$/.test(value);
}

/** Shows a problem as the editor shows those of its own fields: red, the reason as a tooltip. */
export function marker(field: JQuery): (problem: true | string) => void {
  let tooltip: PopoverInstance | undefined;
  return (problem) => {
    field
      .toggleClass("input-error", problem !== true)
      .attr("aria-invalid", String(problem !== true));
    if (problem === true) {
      tooltip?.close(true);
      field.off("mouseenter mouseleave"); // all that a tooltip listens to
      tooltip = undefined;
    } else if (tooltip === undefined) {
      tooltip = RED.popover.tooltip(field, problem);
    } else {
      tooltip.setContent(problem);
    }
  };
}

/** The value in the open form, or the stored one when no form is open. */
export function current(input: string, stored: unknown): unknown {
  const field = $(input);
  if (field.length === 0) return stored;
  return field.attr("type") === "checkbox" ? field.prop("checked") : field.val();
}

/** The text in a field of the open form, without blanks around it. */
export function textOf(input: string): string {
  return String($(input).val() ?? "").trim();
}

/** Stores whole numbers as numbers; `${VARIABLE}` stays text. */
export function storeNumbers(node: FormNode, prefix: string, settings: readonly string[]): void {
  for (const setting of settings) {
    const value = textOf(`#${prefix}-${setting}`);
    if (/^\d+$/.test(value)) node[setting] = Number(value);
  }
}

/** Shows the defaults of what a flow from elsewhere leaves out, as the runtime takes them. */
export function showDefaults(
  node: FormNode,
  prefix: string,
  defaults: Readonly<Record<string, unknown>>,
): void {
  for (const [setting, usual] of Object.entries(defaults)) {
    // The editor shows nothing for what is not there, and so what is empty by default.
    if (node[setting] !== undefined || usual === "") continue;
    const field = $(`#${prefix}-${setting}`);
    if (typeof usual === "boolean") field.prop("checked", usual);
    else if (typeof usual === "string" || typeof usual === "number") field.val(usual);
    field.trigger("change");
  }
}

/** Shows rows only while a field has a value. */
export function showWhile(field: string, rows: string, shown: (field: JQuery) => boolean): void {
  const update = () => {
    $(rows).toggle(shown($(field)));
  };
  $(field).on("change", update);
  update();
}

/** Opens a folded part in which a setting is not at its default: nothing unusual stays hidden. */
export function unfold(
  part: string,
  prefix: string,
  defaults: Readonly<Record<string, string | number | boolean>>,
): void {
  const unusual = Object.entries(defaults).some(([setting, usual]) => {
    const field = $(`#${prefix}-${setting}`);
    if (typeof usual === "boolean") return field.is(":checked") !== usual;
    // A choice of config nodes calls none of them `_ADD_`.
    return field.val() !== "_ADD_" && textOf(`#${prefix}-${setting}`) !== String(usual);
  });
  $(part).prop("open", unusual);
}

/** Makes the buttons beside a choice of config nodes, links without an address, work by keyboard. */
export function reachable(node: FormNode, prefix: string, setting: string): void {
  const [add, edit, lookUp] = [
    `#${prefix}-btn-${setting}-add`,
    `#${prefix}-btn-${setting}-edit`,
    `#${prefix}-lookup-${setting}`, // the only one in Node-RED 3
  ].map((button) => $(button));
  const label = node._(`settings.${setting}`);
  add?.attr("aria-label", node._("configNode.add", { label }));
  edit?.attr("aria-label", node._("configNode.edit", { label }));
  lookUp?.attr("aria-label", node._("configNode.edit", { label }));
  for (const button of [add, edit, lookUp]) {
    button?.attr({ tabindex: 0, role: "button" }).on("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.trigger("click");
    });
  }
}

/** The editor's language, for numbers, lists and times. */
export function language(): string {
  return RED.i18n.lang() || "en-US";
}
