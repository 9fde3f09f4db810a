import { cleaned } from "../../src/protocol/pasted-text";
import type { RED as Editor } from "@node-red/editor-client";

declare const RED: Editor;

/** What the editor gives validators and forms as `this`: a node with its properties. */
export interface FormNode {
  readonly id: string;
  /** Looks a text up in the node's catalogue. */
  _(key: string, values?: Readonly<Record<string, string | number>>): string;
  [property: string]: unknown;
}

/** The defaults of a node's settings. */
type Defaults = Readonly<Record<string, unknown>>;

/** Value of a config-node select while no node is selected. */
export const NO_CONFIG_NODE = "_ADD_";

/** The value in the open form, or the stored one when no form is open. */
export function currentValue(input: string, stored: unknown): unknown {
  const field = $(input);
  return field.length === 0 ? stored : fieldValue(field);
}

/** The value of a field; undefined if there is no such field. */
export function fieldValue(field: JQuery): unknown {
  return field.attr("type") === "checkbox" ? field.prop("checked") : field.val();
}

/** The text in a field of the open form, as the runtime takes it. */
export function textOf(input: string): string {
  return cleaned(String($(input).val() ?? ""));
}

/** Shows what is typed or pasted into a form as the runtime takes it; a name may be any text. */
export function cleanFields(form: string): void {
  $(form).on("change", "input[type=text]:not([id$=-name]), input[type=password]", (event) => {
    const field = $(event.target);
    const text = String(field.val() ?? "");
    if (cleaned(text) !== text) field.val(cleaned(text)).trigger("change");
  });
}

/** Stores whole numbers as numbers; `${VARIABLE}` stays text. */
export function storeNumbers(node: FormNode, prefix: string, settings: readonly string[]): void {
  for (const setting of settings) {
    const value = textOf(`#${prefix}-${setting}`);
    if (/^\d+$/.test(value)) node[setting] = Number(value);
  }
}

/** Shows the default of each setting that an imported flow leaves out, as the runtime takes it. */
export function showDefaults(node: FormNode, prefix: string, defaults: Defaults): void {
  for (const [setting, value] of Object.entries(defaults)) {
    // The editor shows a setting that is not there as empty.
    if (node[setting] !== undefined || value === "") continue;
    const field = $(`#${prefix}-${setting}`);
    if (typeof value === "boolean") field.prop("checked", value);
    else if (typeof value === "string" || typeof value === "number") field.val(value);
    field.trigger("change");
  }
}

/** Calls `update` now and after each change of the form that an element is in. */
export function onFormChange(element: string, update: () => void): void {
  $(element).closest(".aliyun-iot-form").on("input change", update);
  update();
}

/** Writes a text only if it has changed: a screen reader reads aloud what is written again. */
export function updateText(element: JQuery, text: string): void {
  if (element.text() !== text) element.text(text);
}

/** Shows rows only while a field has a certain value. */
export function showWhile(field: string, rows: string, isShown: (field: JQuery) => boolean): void {
  const update = () => {
    $(rows).toggle(isShown($(field)));
  };
  $(field).on("change", update);
  update();
}

/** Opens a folded section if one of its settings is not at its default, so that it is seen. */
export function unfoldIfChanged(section: string, prefix: string, defaults: Defaults): void {
  const isChanged = Object.entries(defaults).some(([setting, value]) => {
    const field = $(`#${prefix}-${setting}`);
    if (typeof value === "boolean") return field.is(":checked") !== value;
    return field.val() !== NO_CONFIG_NODE && textOf(`#${prefix}-${setting}`) !== String(value);
  });
  $(section).prop("open", isChanged);
}

/** Makes the buttons beside a choice of config nodes work by keyboard: they are links without an address. */
export function enableKeyboard(node: FormNode, prefix: string, setting: string): void {
  const label = node._(`settings.${setting}`);
  const [add, edit] = [node._("configNode.add", { label }), node._("configNode.edit", { label })];
  const buttons = [
    $(`#${prefix}-btn-${setting}-add`).attr("aria-label", add),
    $(`#${prefix}-btn-${setting}-edit`).attr("aria-label", edit),
    $(`#${prefix}-lookup-${setting}`).attr("aria-label", edit), // the only one in Node-RED 3
  ];
  for (const button of buttons) {
    button.attr({ tabindex: 0, role: "button" }).on("keydown", (event) => {
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
