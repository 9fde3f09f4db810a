import { copy } from "./clipboard.editor";
import type { FormNode } from "./form.editor";
import type { TestLine } from "./ndjson.editor";

const ICONS: Readonly<Record<string, string>> = {
  running: "fa-circle-o-notch fa-spin",
  passed: "fa-check-circle",
  failed: "fa-times-circle",
  skipped: "fa-minus-circle",
};

function icon(name: string): JQuery {
  return $("<i>", { class: `fa ${name}`, "aria-hidden": true });
}

/** Scrolls a form so far that an element can be seen. */
function show(element: JQuery): void {
  element[0]?.scrollIntoView({ block: "nearest" });
}

/** What the panel shows. All that comes from the server goes in as text, never as html. */
export class TestView {
  readonly #node: FormNode;
  readonly #button: JQuery;
  readonly #wait: JQuery;
  readonly #hint: JQuery;
  readonly #steps: JQuery;
  readonly #result: JQuery;
  readonly #copy: JQuery;
  #report = "";

  constructor(node: FormNode, container: JQuery, onButton: () => void) {
    this.#node = node;
    const id = container.attr("id") ?? "aliyun-iot-test";
    const button = (name: string) =>
      $("<button>", { type: "button", class: `red-ui-button aliyun-iot-test-${name}` });
    this.#button = button("start").attr("aria-describedby", `${id}-hint`).on("click", onButton);
    this.#wait = $("<input>", {
      type: "checkbox",
      class: "aliyun-iot-test-wait",
      id: `${id}-wait`,
    });
    this.#steps = $("<ol>", { class: "aliyun-iot-test-steps" });
    this.#steps.attr("aria-label", node._("test.steps"));
    this.#result = $("<p>", { class: "aliyun-iot-test-result", role: "status" });
    this.#copy = button("copy").on("click", () => {
      void copy(this.#report).then((copied) => {
        this.#label(this.#copy, "fa-clipboard", copied ? "copied" : "notCopied");
      });
    });
    const wait = $("<label>", { for: `${id}-wait` });
    wait.append(this.#wait, document.createTextNode(` ${node._("test.wait")}`));
    this.#hint = $("<p>", { class: "aliyun-iot-form-hint", id: `${id}-hint` });
    const bar = $("<div>", { class: "aliyun-iot-test-bar" }).append(this.#button, wait);
    container.append(bar, this.#hint, this.#steps, this.#result, this.#copy);
    this.#idle();
    this.#steps.hide();
    this.#copy.hide();
  }

  /** Whether the test is to wait for a message. */
  get waits(): boolean {
    return this.#wait.is(":checked");
  }

  /** Says which consumer group the test joins, and what that means. */
  group(group: string): void {
    this.#hint.text(this.#node._("test.hint", { group }));
  }

  begin(): void {
    this.#label(this.#button, "fa-stop", "stop");
    this.#wait.prop("disabled", true);
    this.#steps.empty().show();
    this.#copy.hide();
    this.#say(this.#node._("test.running"), "running");
  }

  /** Shows a step, anew or with what has become of it. */
  step(step: string, { title, state = "", text, remedy, hints }: TestLine): void {
    const known = this.#steps.children().filter((_index, item) => item.dataset["step"] === step);
    const item = known.length > 0 ? known.empty() : $("<li>").appendTo(this.#steps);
    item.attr({ "data-step": step, "data-state": state });
    item.append(icon(ICONS[state] ?? "fa-circle-o"));
    const body = $("<div>").appendTo(item);
    $("<b>")
      .text(title ?? step)
      .appendTo(body);
    if (ICONS[state] !== undefined) {
      const words = this.#node._(`test.states.${state}`);
      $("<span>", { class: "aliyun-iot-form-unseen" }).text(` (${words})`).appendTo(body);
    }
    if (text !== undefined) $("<p>").text(text).appendTo(body);
    // What was recognised says more than what may be the case in general.
    const list = $("<ul>");
    for (const hint of hints) $("<li>").text(hint).appendTo(list);
    if (hints.length > 0) list.appendTo(body);
    if (remedy !== undefined && remedy !== "") {
      $("<p>", { class: "aliyun-iot-test-remedy" }).text(remedy).appendTo(body);
    }
    show(item);
  }

  result({ result = "", text = "", report = "" }: TestLine): void {
    this.#report = report;
    this.#say(text, result);
    this.#label(this.#copy, "fa-clipboard", "copy");
    this.#copy.toggle(report !== "");
    show(this.#copy);
    // Of a form too low for all of it, the cause is what has to be seen.
    show(this.#steps.children("[data-state=failed]"));
  }

  /** The test is over; `text` says why, where no result came. */
  end(text: string, state: string): void {
    this.#idle();
    if (this.#result.attr("data-state") === "running") this.#say(text, state);
    this.#steps.children("[data-state=running]").remove();
  }

  #idle(): void {
    this.#label(this.#button, "fa-plug", "start");
    this.#wait.prop("disabled", false);
  }

  #say(text: string, state: string): void {
    this.#result.attr("data-state", state).text(text);
  }

  #label(button: JQuery, name: string, key: string): void {
    const text = document.createTextNode(` ${this.#node._(`test.${key}`)}`);
    button.empty().append(icon(name), text);
  }
}
