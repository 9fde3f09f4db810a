import type { RED as Editor } from "@node-red/editor-client";
import type { TestLine } from "./connection-test-answer.editor";
import type { FormNode } from "./form.editor";

/** With the value alone it copies without showing anything; the types want all of its arguments. */
type CopyText = (value: string) => boolean;

declare const RED: Editor & { readonly clipboard: { readonly copyText: CopyText } };

const ICONS: Readonly<Record<string, string>> = {
  running: "fa-circle-o-notch fa-spin",
  passed: "fa-check-circle",
  failed: "fa-times-circle",
  skipped: "fa-minus-circle",
};

/** Puts a text on the clipboard; resolves to whether that worked. */
async function copy(text: string): Promise<boolean> {
  try {
    // Browsers offer it only to pages that came over TLS, or from this computer.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return RED.clipboard.copyText(text);
  }
}

function icon(name: string): JQuery {
  return $("<i>", { class: `fa ${name}`, "aria-hidden": true });
}

function makeButton(name: string): JQuery {
  return $("<button>", { type: "button", class: `red-ui-button aliyun-iot-test-${name}` });
}

/** Scrolls a form so far that an element can be seen. */
function scrollTo(element: JQuery): void {
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
    this.#button = makeButton("start").attr("aria-describedby", `${id}-hint`);
    this.#button.on("click", onButton);
    this.#wait = $("<input>", {
      type: "checkbox",
      class: "aliyun-iot-test-wait",
      id: `${id}-wait`,
    });
    this.#steps = $("<ol>", { class: "aliyun-iot-test-steps" });
    this.#steps.attr("aria-label", node._("test.steps"));
    this.#result = $("<p>", { class: "aliyun-iot-test-result", role: "status" });
    this.#copy = makeButton("copy").on("click", () => {
      void copy(this.#report).then((isCopied) => {
        this.#label(this.#copy, "fa-clipboard", isCopied ? "copied" : "notCopied");
      });
    });
    const wait = $("<label>", { for: `${id}-wait` });
    wait.append(this.#wait, document.createTextNode(` ${node._("test.wait")}`));
    this.#hint = $("<p>", { class: "aliyun-iot-form-hint", id: `${id}-hint` });
    const bar = $("<div>", { class: "aliyun-iot-test-bar" }).append(this.#button, wait);
    container.append(bar, this.#hint, this.#steps, this.#result, this.#copy);
    this.#showIdle();
    this.#steps.hide();
    this.#copy.hide();
  }

  /** Whether the test is to wait for a message. */
  get waitForMessage(): boolean {
    return this.#wait.is(":checked");
  }

  /** Says which consumer group the test joins, and what that means. */
  showGroup(groupText: string): void {
    const second = this.#node._("test.hint");
    this.#hint.text(this.#node._("sentences", { first: groupText, second }));
  }

  /** A test has begun. */
  showRunning(): void {
    this.#label(this.#button, "fa-stop", "stop");
    this.#wait.prop("disabled", true);
    this.#steps.empty().removeAttr("data-stale").show();
    this.#copy.hide();
    this.#setResult(this.#node._("test.running"), "running");
  }

  /** Shows a step, new or with its outcome. */
  showStep(step: string, { title, state = "", text, remedy, hints }: TestLine): void {
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
    // A cause that was recognised comes before the general remedy.
    const list = $("<ul>");
    for (const hint of hints) $("<li>").text(hint).appendTo(list);
    if (hints.length > 0) list.appendTo(body);
    if (remedy !== undefined && remedy !== "") {
      $("<p>", { class: "aliyun-iot-test-remedy" }).text(remedy).appendTo(body);
    }
    scrollTo(item);
  }

  showResult({ result = "", text = "", report = "" }: TestLine): void {
    this.#report = report;
    this.#setResult(text, result);
    this.#label(this.#copy, "fa-clipboard", "copy");
    this.#copy.toggle(report !== "");
    scrollTo(this.#copy);
    // If the form is too low for both, the cause has to be seen.
    scrollTo(this.#steps.children("[data-state=failed]"));
  }

  /** The test is over; `text` says why if there was no result. */
  showEnd(text: string, state: string): void {
    this.#showIdle();
    if (this.#result.attr("data-state") === "running") this.#setResult(text, state);
    this.#steps.children("[data-state=running]").remove();
  }

  /** The settings are no longer those that were tested. The steps stay: they say what to change. */
  showStale(): void {
    this.#steps.attr("data-stale", "");
    this.#setResult(this.#node._("test.stale"), "stale");
  }

  #showIdle(): void {
    this.#label(this.#button, "fa-plug", "start");
    this.#wait.prop("disabled", false);
  }

  #setResult(text: string, state: string): void {
    this.#result.attr("data-state", state).text(text);
  }

  #label(button: JQuery, name: string, key: string): void {
    const text = document.createTextNode(` ${this.#node._(`test.${key}`)}`);
    button.empty().append(icon(name), text);
  }
}
