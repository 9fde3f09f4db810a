import { equal, ok } from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EditorForm, settled } from "./editor-form";
import { PATIENCE_MS } from "../time/until";
import { PageWatch } from "./page-watch";
import type { Browser, Locator, Page } from "playwright-core";
import type { Language } from "../node-red/built-nodes";
import type { FlowNode } from "../node-red/node-red";

const SIZE = { width: 1280, height: 900 };

/** What the page looked like when a test failed. */
const FAILURES = join(tmpdir(), "aliyun-iot-browser-tests");

interface EditorOptions {
  readonly language?: Language;
  /** Dark is known to Node-RED 5 and newer. */
  readonly colorScheme?: "light" | "dark";
  readonly size?: { readonly width: number; readonly height: number };
  /** Who logs in, where Node-RED asks for it. */
  readonly user?: string;
}

/** Node-RED's editor in a browser, driven as a user would; nothing waits for a time. */
export class Editor {
  readonly page: Page;
  readonly watch: PageWatch;

  private constructor(page: Page, watch: PageWatch) {
    this.page = page;
    this.watch = watch;
  }

  /** Opens it in a fresh profile; resolves once it can be used. */
  static async open(browser: Browser, url: string, options: EditorOptions = {}): Promise<Editor> {
    const { language: locale = "en-US", colorScheme = "light", size: viewport = SIZE } = options;
    const context = await browser.newContext({ locale, viewport, colorScheme });
    // Node-RED asks the user, not the system, for the theme.
    await context.addInitScript(`localStorage.setItem("view-dark-theme", "${colorScheme}")`);
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const editor = new Editor(page, await PageWatch.of(page, url));
    await page.goto(url);
    if (options.user !== undefined) await editor.#logIn(options.user);
    await editor.#ready();
    return editor;
  }

  async #logIn(user: string): Promise<void> {
    await this.page.locator("#node-dialog-login-username").fill(user);
    await this.page.locator("#node-dialog-login-password").fill("any");
    await this.page.locator("#node-dialog-login-submit").click();
  }

  async #ready(): Promise<void> {
    await this.page.locator("#red-ui-workspace-chart").waitFor();
    await this.page.locator("#red-ui-loading-progress, #red-ui-main-container").first().waitFor();
    await this.page.waitForFunction(
      "window.RED?.nodes?.getWorkspaceOrder?.().length > 0 && !$('#red-ui-loading-progress').is(':visible')",
    );
  }

  /** Loads the page anew, as after closing the browser. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  /** Searches the palette for what is not in the inject node. */
  async search(text: string): Promise<void> {
    const field = this.page.locator("#red-ui-palette-search input");
    await field.fill("");
    await field.pressSequentially(text);
    await field.press("End"); // it listens to keys, and no keyboard has those of Chinese
    // All are shown until the search has begun.
    await this.page
      .locator(`.red-ui-palette-node[data-palette-type="inject"]`)
      .waitFor({ state: "hidden" });
  }

  /** Drags a node type from the palette to a place of the workspace; its ID. */
  async drag(type: string, place: { x: number; y: number }): Promise<string> {
    const { page } = this;
    const before = await this.#selectedId();
    await this.search(type);
    const entry = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    const from = await settled(entry);
    const chart = await settled(page.locator("#red-ui-workspace-chart"));
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(chart.x + place.x - 20, chart.y + place.y, { steps: 5 });
    await page.mouse.move(chart.x + place.x, chart.y + place.y, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(
      `RED.view.selection().nodes?.[0]?.type === ${JSON.stringify(type)} && RED.view.selection().nodes[0].id !== ${JSON.stringify(before)}`,
    );
    return this.#selectedId();
  }

  async #selectedId(): Promise<string> {
    return String(await this.page.evaluate("RED.view.selection().nodes?.[0]?.id ?? ''"));
  }

  /** The ID of the first node of a type. */
  async idOf(type: string): Promise<string> {
    const nodes = `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} })`;
    return this.page.evaluate<string>(`${nodes}[0].id`);
  }

  node(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Draws a wire from the first output of one node to the input of another. */
  async wire(from: string, to: string): Promise<void> {
    const output = this.node(from).locator(".red-ui-flow-port-output .red-ui-flow-port").first();
    const input = this.node(to).locator(".red-ui-flow-port-input .red-ui-flow-port");
    await output.hover();
    await this.page.mouse.down();
    await input.hover();
    await this.page.mouse.up();
    const links = `RED.nodes.getNodeLinks(${JSON.stringify(from)}, 0).length`;
    await this.page.waitForFunction(`${links} > 0`);
  }

  /** Opens the form of a node in the workspace. */
  async edit(id: string): Promise<EditorForm> {
    await this.node(id).locator(".red-ui-flow-node").first().dblclick();
    return EditorForm.opened(this.page, "node");
  }

  /** Imports nodes as JSON by the dialog, into a flow of their own where they bring one. */
  async import(nodes: readonly FlowNode[]): Promise<void> {
    const { page } = this;
    await page.locator("#red-ui-workspace-chart").click({ position: { x: 600, y: 500 } });
    await page.keyboard.press("Control+i");
    const text = page.locator("#red-ui-clipboard-dialog-import-text");
    await text.waitFor();
    await page.locator("#red-ui-clipboard-dialog-import-file-upload").setInputFiles({
      name: "flows.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(nodes)),
    });
    await page.locator("#red-ui-clipboard-dialog-ok:not(:disabled)").click();
    await text.waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
  }

  /** Deploys; resolves once the editor says that it is done. */
  async deploy(): Promise<void> {
    const { page } = this;
    const button = page.locator("#red-ui-header-button-deploy");
    ok(
      !((await button.getAttribute("class")) ?? "").includes("disabled"),
      "There is nothing to deploy.",
    );
    const answered = page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().endsWith("/flows"),
    );
    await button.click();
    const answer = await answered;
    equal(answer.status(), 200, `Deploying was answered with ${answer.status()}.`);
    await page.locator("#red-ui-header-button-deploy.disabled").waitFor();
  }

  /** Shows the debug sidebar and gives its messages. */
  async debugMessages(): Promise<Locator> {
    await this.page.evaluate("RED.actions.invoke('core:show-debug-tab')");
    return this.page.locator(".red-ui-debug-content .red-ui-debug-msg");
  }

  /** Shows a node type's help and gives it. */
  async help(type: string): Promise<Locator> {
    await this.page.evaluate(`RED.sidebar.help.show(${JSON.stringify(type)})`);
    const help = this.page.locator(".red-ui-help:visible").first();
    await help.waitFor();
    return help;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** Where an editor is to be opened, and how. */
interface EditorPlace extends EditorOptions {
  readonly browser: Browser;
  readonly url: string;
}

/** Opens an editor for a test, whose error names a picture of the page. */
export async function withEditor(
  { browser, url, ...options }: EditorPlace,
  work: (editor: Editor) => Promise<void>,
): Promise<void> {
  const editor = await Editor.open(browser, url, options);
  try {
    await work(editor);
    editor.watch.expectQuiet();
  } catch (error) {
    const path = join(FAILURES, `${process.pid}-${Date.now()}.png`);
    await editor.page.screenshot({ path });
    throw new Error(`${String(error)}\nThe page then: ${path}`, { cause: error });
  } finally {
    await editor.close();
  }
}
