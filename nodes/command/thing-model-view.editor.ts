import { updateText } from "../shared/form.editor";
import type { FormNode } from "../shared/form.editor";
import type { ModelEntry } from "./thing-model-texts.editor";

const ID = "aliyun-iot-command-product-key";

/** What the panel of the thing model shows. All that comes from the server goes in as text. */
export class ThingModelView {
  readonly #node: FormNode;
  readonly #keyRow: JQuery;
  readonly #key: JQuery;
  readonly #load: JQuery;
  readonly #status: JQuery;
  readonly #list: JQuery;

  constructor(node: FormNode, container: JQuery, onLoad: () => void) {
    this.#node = node;
    const hint = `${ID}-hint`;
    const label = $("<label>", { for: ID });
    label.append(
      $("<i>", { class: "fa fa-cubes" }),
      document.createTextNode(` ${this.#text("productKey")}`),
    );
    this.#key = $("<input>", { type: "text", id: ID, "aria-describedby": hint });
    // jQuery UI would take an option `autocomplete` for a call of its own.
    this.#key.attr({ placeholder: "a1B2c3D4e5F", autocomplete: "off", spellcheck: "false" });
    // The editor closes the form with Enter only; here it means the button beside the field.
    this.#key.on("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      onLoad();
    });
    this.#keyRow = $("<div>", { class: "form-row" }).append(label, " ", this.#key);
    this.#load = $("<button>", { type: "button", class: "red-ui-button aliyun-iot-model-load" });
    this.#load.attr("aria-describedby", hint).on("click", onLoad);
    this.#load.append(
      $("<i>", { class: "fa fa-download" }),
      document.createTextNode(` ${this.#text("load")}`),
    );
    const explained = $("<p>", { class: "aliyun-iot-form-hint", id: hint }).text(
      this.#text("hint"),
    );
    this.#status = $("<p>", { class: "aliyun-iot-model-status", role: "status" });
    this.#list = $("<ul>", { class: "aliyun-iot-model-list" }).hide();
    container.append(this.#keyRow, this.#load, explained, this.#status, this.#list);
  }

  /** The product key that is typed in. */
  get productKey(): string {
    return String(this.#key.val()).trim();
  }

  /** Whether a product key has to be typed in. */
  askForKey(isAsked: boolean): void {
    this.#keyRow.toggle(isAsked);
  }

  showLoading(): void {
    this.#load.prop("disabled", true);
    this.#list.empty().hide();
    this.tell(this.#text("loading"), "running");
  }

  /** What is shown belongs to another product or instance than the form names now. */
  showStale(): void {
    this.#list.empty().hide();
    this.#load.prop("disabled", false);
    this.#status.attr("data-state", "stale");
    updateText(this.#status, this.#text("stale"));
  }

  /** Shows a sentence below the button. */
  tell(text: string, state: "running" | "passed" | "failed"): void {
    this.#load.prop("disabled", state === "running");
    this.#status.attr("data-state", state);
    updateText(this.#status, text);
    this.#status[0]?.scrollIntoView({ block: "nearest" });
  }

  /** Lists what can be chosen, under a sentence. */
  list(text: string, entries: readonly ModelEntry[], choose: (index: number) => void): void {
    this.tell(text, "passed");
    this.#list
      .empty()
      .toggle(entries.length > 0)
      .attr("aria-label", text);
    entries.forEach((entry, index) => {
      const button = $("<button>", { type: "button" }).on("click", () => {
        choose(index);
      });
      button.append($("<b>").text(entry.name));
      if (entry.name !== entry.identifier) button.append(" ", $("<code>").text(entry.identifier));
      for (const line of entry.lines) button.append($("<span>").text(line));
      $("<li>").append(button).appendTo(this.#list);
    });
  }

  #text(key: string): string {
    return this.#node._(`model.${key}`);
  }
}
