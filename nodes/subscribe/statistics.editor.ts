import { language } from "../shared/form.editor";
import { readStatistics } from "./statistics-answer.editor";
import { StatisticsView } from "./statistics-view.editor";
import type { FormNode } from "../shared/form.editor";
import type { RED as Editor } from "@node-red/editor-client";

declare const RED: Editor;

const INTERVAL_MS = 2_000;
const OPEN = "aliyunIotOpen";

/** Whether a node runs: asking for one that does not would leave errors in the browser's console. */
function isDeployed({ id }: FormNode): boolean {
  const deployed: unknown = RED.nodes.originalFlow();
  const nodes: readonly unknown[] = Array.isArray(deployed) ? deployed : [];
  const find = (wanted: unknown) =>
    nodes.find(
      (node): node is { id: string; z?: string; type: string; d?: boolean; disabled?: boolean } =>
        typeof node === "object" && node !== null && "id" in node && node.id === wanted,
    );
  const node = find(id);
  const place = find(node?.z);
  // In a subflow every instance of it has a node of its own, with another ID.
  return node !== undefined && node.d !== true && place?.type === "tab" && place.disabled !== true;
}

/** The panel that shows what the deployed subscriber does, for as long as its form is open. */
export class StatisticsPanel {
  readonly #node: FormNode;
  readonly #container: JQuery;
  readonly #view: StatisticsView;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request: JQuery.jqXHR | undefined;
  #stopped = false;

  constructor(node: FormNode, container: string) {
    this.#node = node;
    this.#container = $(container);
    this.#container.data(OPEN, true);
    this.#view = new StatisticsView(node, this.#container);
    this.#ask();
  }

  /** To be called when the form closes. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  #ask(): void {
    // jQuery drops the data of what it removes: should the editor close the form without telling us.
    if (this.#stopped || this.#container.data(OPEN) === undefined) return;
    if (!isDeployed(this.#node)) {
      this.#view.say("none");
      this.#again();
      return;
    }
    const request = $.ajax({
      url: `aliyun-iot/subscribers/${encodeURIComponent(this.#node.id)}`,
      data: { language: language() },
      dataType: "json",
    });
    this.#request = request;
    request.then(
      (answer: unknown) => {
        this.#view.show(readStatistics(answer), Date.now());
        this.#again();
      },
      () => {
        if (this.#stopped) return;
        this.#view.say(request.status === 404 ? "none" : "unreachable");
        // A node that the runtime does not know will not come while its form is open.
        if (request.status !== 404) this.#again();
      },
    );
  }

  #again(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#ask();
    }, INTERVAL_MS);
  }
}
