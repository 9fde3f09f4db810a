import type { Locator, Page } from "playwright-core";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Frames without movement that count as standing still. */
const STILL_FRAMES = 4;
const SETTLE_LIMIT_MS = 10_000;
const MOST_CONTROLS = 60;

/** Where an element is once it has stopped moving: the editor slides trays and palette entries. */
export async function settled(element: Locator): Promise<Box> {
  await element.waitFor();
  const endMs = performance.now() + SETTLE_LIMIT_MS;
  let last = "";
  let same = 0;
  for (;;) {
    const box = await element.boundingBox();
    const now = JSON.stringify(box);
    same = now === last ? same + 1 : 0;
    last = now;
    if (box !== null && same >= STILL_FRAMES) return box;
    if (performance.now() > endMs) throw new Error(`${String(element)} did not stop moving.`);
    await element.page().evaluate("new Promise((resolve) => requestAnimationFrame(resolve))");
  }
}

/** An open form: of a node, or of a config node on top of one. */
export class EditorForm {
  readonly #page: Page;
  readonly #kind: "node" | "config";
  /** The part of the page that it is. */
  readonly tray: Locator;

  private constructor(page: Page, kind: "node" | "config") {
    this.#page = page;
    this.#kind = kind;
    this.tray = page.locator(".red-ui-tray").last();
  }

  static async opened(page: Page, kind: "node" | "config"): Promise<EditorForm> {
    const form = new EditorForm(page, kind);
    await page.locator(form.#button("ok")).waitFor();
    await settled(form.tray);
    return form;
  }

  #button(name: "ok" | "cancel"): string {
    return `#node-${this.#kind === "node" ? "" : "config-"}dialog-${name}`;
  }

  /** The field of a property. */
  field(property: string): Locator {
    const prefix = this.#kind === "node" ? "node-input" : "node-config-input";
    return this.#page.locator(`#${prefix}-${property}`);
  }

  /** Fills a field, or selects, or ticks; then leaves it, so that it is checked. */
  async fill(property: string, value: string | boolean): Promise<void> {
    const field = this.field(property);
    await this.#unfold(field);
    if (typeof value === "boolean") {
      await field.setChecked(value);
      return;
    }
    const isSelect = (await field.and(this.#page.locator("select")).count()) > 0;
    if (isSelect) await field.selectOption(value);
    else await field.fill(value);
    await field.dispatchEvent("change");
  }

  async #unfold(field: Locator): Promise<void> {
    const folded = field.locator("xpath=ancestor::details[not(@open)]/summary");
    while ((await folded.count()) > 0) await folded.first().click();
  }

  /** What all fields of ours hold, by their ID or else their label and number. */
  async values(): Promise<Readonly<Record<string, string | boolean>>> {
    const fields = this.tray.locator(".aliyun-iot-form").locator("input, select, textarea");
    const pairs = await fields.evaluateAll((elements) =>
      (elements as HTMLInputElement[]).map((element, index) => {
        const key = element.id || `${element.getAttribute("aria-label") ?? ""} ${index}`;
        return [key, element.type === "checkbox" ? element.checked : element.value] as const;
      }),
    );
    return Object.fromEntries(pairs);
  }

  /**
   * Goes through the form with the Tab key alone, opening what is folded away; the controls that
   * are shown then and were not reached, as HTML.
   */
  async unreachable(): Promise<string[]> {
    const form = this.tray.locator(".aliyun-iot-form");
    await form.locator("input, select").first().focus();
    const isInside = "document.activeElement?.closest('.aliyun-iot-form') != null";
    const isFolded = "document.activeElement.matches('details:not([open]) > summary')";
    for (let presses = 0; presses < MOST_CONTROLS; presses += 1) {
      if ((await this.#page.evaluate(isInside)) !== true) break;
      if ((await this.#page.evaluate(isFolded)) === true) await this.#page.keyboard.press("Enter");
      await this.#page.evaluate("document.activeElement.setAttribute('data-reached', '')");
      await this.#page.keyboard.press("Tab");
    }
    const controls = form.locator("input, select, textarea, button, summary, a.red-ui-button");
    const left = await controls
      .locator("visible=true")
      .evaluateAll((elements) =>
        elements
          .filter((element) => !element.matches("[data-reached], :disabled"))
          .map((element) => element.outerHTML),
      );
    return left;
  }

  /** The controls of the form without a name that a screen reader would say. */
  async nameless(): Promise<string[]> {
    const tree = await this.tray.locator(".aliyun-iot-form").ariaSnapshot();
    const roles = "textbox|combobox|checkbox|spinbutton|button|radio|listbox|searchbox";
    const control = new RegExp(`^\\s*- (?:${roles})\\b(?! ")`);
    return tree.split("\n").filter((line) => control.test(line));
  }

  /** Adds a row to an editable list and fills its field. */
  async addRow(list: string, value: string): Promise<void> {
    const container = this.tray.locator(".red-ui-editableList", { has: this.#page.locator(list) });
    await this.#unfold(container);
    await container.locator(".red-ui-editableList-addButton").click();
    const field = container.locator("li input[type=text]").last();
    await field.fill(value);
    await field.dispatchEvent("change");
  }

  /** Removes the last row of an editable list. */
  async removeLastRow(list: string): Promise<void> {
    const container = this.tray.locator(".red-ui-editableList", { has: this.#page.locator(list) });
    const rows = container.locator("li .red-ui-editableList-item-remove");
    const count = await rows.count();
    await rows.last().click();
    await rows.nth(count - 1).waitFor({ state: "detached" });
  }

  /** Opens the form of a new config node for a property. */
  async add(property: string): Promise<EditorForm> {
    // The first since Node-RED 4, the second before.
    const button = `#node-input-btn-${property}-add, #node-input-lookup-${property}`;
    await this.#page.locator(button).click();
    return EditorForm.opened(this.#page, "config");
  }

  /** Opens the form of the config node that is selected for a property. */
  async editSelected(property: string): Promise<EditorForm> {
    const button = `#node-input-btn-${property}-edit, #node-input-lookup-${property}`;
    await this.#page.locator(button).click();
    return EditorForm.opened(this.#page, "config");
  }

  /** The properties whose fields are marked as wrong. */
  async wrong(): Promise<string[]> {
    const marked = this.tray.locator("input.input-error, select.input-error");
    const ids = await marked.evaluateAll((elements) => elements.map(({ id }) => id));
    return ids.map((id) => id.replace(/^node-(config-)?input-/, "")).sort();
  }

  /** Why a field is marked as wrong, as hovering over it tells. */
  async reason(property: string): Promise<string> {
    const popover = this.#page.locator(".red-ui-popover-content");
    await this.#page.mouse.move(0, 0);
    await popover.waitFor({ state: "detached" });
    await this.field(property).hover();
    await popover.waitFor();
    const text = await popover.innerText();
    await this.#page.mouse.move(0, 0);
    await popover.waitFor({ state: "detached" });
    return text;
  }

  async ok(): Promise<void> {
    await this.#leave("ok");
  }

  async cancel(): Promise<void> {
    await this.#leave("cancel");
  }

  async #leave(name: "ok" | "cancel"): Promise<void> {
    const button = this.#page.locator(this.#button(name));
    await button.click();
    await button.waitFor({ state: "detached" });
    // The form beneath slides back.
    if (this.#kind === "config") await settled(this.#page.locator(".red-ui-tray").last());
  }
}
