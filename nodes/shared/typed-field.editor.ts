import { ProblemMarker } from "./validation.editor";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "./form.editor";
import type { Validator } from "./validation.editor";
import type { SourceType } from "../../src/settings/command";

declare const RED: Editor;

/** The editor keeps a setting's type in a setting of its own beside it, such as `dataType`. */
const PREFIX = "#node-input-";

/** What is particular to a typed input. */
interface TypedFieldParts {
  readonly setting: string;
  readonly types: readonly SourceType[];
  /** ID of the element that explains it. */
  readonly hint: string;
  /** Makes the validator of a setting. */
  readonly validate: (setting: string) => Validator;
}

/** The context store that a value names, else the default one. */
function storeOf(value: string): string {
  const { settings } = RED;
  const context: unknown = "context" in settings ? settings.context : undefined;
  const hasDefault = typeof context === "object" && context !== null && "default" in context;
  return /^#:\((\S+?)\)::/.exec(value)?.[1] ?? String(hasDefault ? context.default : "");
}

/** A typed input of Node-RED: with names for screen readers, and marked where it is wrong. */
export class TypedField {
  readonly #node: FormNode;
  readonly #parts: TypedFieldParts;
  readonly #field: JQuery;
  readonly #container: JQuery;
  readonly #marker: ProblemMarker;

  constructor(node: FormNode, parts: TypedFieldParts) {
    this.#node = node;
    this.#parts = parts;
    const { setting, types } = parts;
    this.#field = $(PREFIX + setting);
    this.#field.typedInput({ types: [...types], typeField: `${PREFIX}${setting}Type` });
    this.#field.typedInput("width", "var(--aliyun-iot-field-width)");
    this.#container = this.#field.next(".red-ui-typedInput-container");
    // The editor would show the reason on its own field, which is hidden now.
    this.#marker = new ProblemMarker(this.#container);
    this.#field.on("change keyup", () => {
      this.update();
    });
    this.update();
  }

  get type(): string {
    return this.#field.typedInput("type");
  }

  get value(): string {
    return this.#field.typedInput("value");
  }

  /** Shows another value of another type, as if it had been chosen and typed in. */
  set(type: string, value: string): void {
    this.#field.typedInput("type", type);
    this.#field.typedInput("value", value);
  }

  /** Shows an example while nothing is typed in. */
  setPlaceholder(example: string): void {
    this.#container.find(".red-ui-typedInput-input").attr("placeholder", example);
  }

  /** Checks the value anew, for when what it depends on has changed. */
  update(): void {
    this.#label();
    const { setting, validate } = this.#parts;
    const ofType = validate(`${setting}Type`).call(this.#node, this.type, {});
    this.#marker.mark(
      ofType === true ? validate(setting).call(this.#node, this.value, {}) : ofType,
    );
  }

  /** Names the parts of the field: type, store, value, and the button beside it. */
  #label(): void {
    const { setting, hint } = this.#parts;
    const label = this.#node._(`settings.${setting}`);
    const part = (name: string, value: string) =>
      this.#node._("typedField.part", { label: name, value });
    this.#container.find("input").attr({ "aria-label": label, "aria-describedby": hint });
    this.#container
      .find(".red-ui-typedInput-type-select")
      .attr("aria-label", part(this.#node._(`settings.${setting}Type`), this.type));
    this.#container
      .find(".red-ui-typedInput-option-trigger")
      .attr("aria-label", part(this.#node._("typedField.store"), storeOf(this.value)));
    this.#container
      .find(".red-ui-typedInput-option-expand")
      .attr("aria-label", this.#node._("typedField.expand", { label }));
  }
}
