import { readStatistics } from "./statistics-answer.editor";
import { StatisticsView } from "./statistics-view.editor";
import { language } from "../shared/form.editor";
import { isJsonObject } from "../../src/protocol/json";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "../shared/form.editor";

declare const RED: Editor;

const INTERVAL_MS = 2_000;
const OPEN = "aliyunIotOpen";

/** Whether a node runs. To ask for one that does not would leave errors in the browser's console. */
function isDeployed({ id }: FormNode): boolean {
  const deployed: unknown = RED.nodes.originalFlow();
  const nodes = Array.isArray(deployed) ? deployed.filter(isJsonObject) : [];
  const node = nodes.find((each) => each["id"] === id);
  if (node === undefined || node["d"] === true) return false;
  // In a subflow every instance of it has a node of its own, with another ID.
  const flow = nodes.find((each) => each["id"] === node["z"]);
  return flow?.["type"] === "tab" && flow["disabled"] !== true;
}

/** The panel with the statistics of the deployed subscriber, for as long as its form is open. */
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
    // jQuery drops the data of what it removes: the editor may close the form without our knowing.
    if (this.#stopped || this.#container.data(OPEN) === undefined) return;
    if (!isDeployed(this.#node)) {
      this.#view.showMissing("none");
      this.#askLater();
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
        this.#askLater();
      },
      () => {
        if (this.#stopped) return;
        this.#view.showMissing(request.status === 404 ? "none" : "unreachable");
        // A node that the runtime does not know will not come while its form is open.
        if (request.status !== 404) this.#askLater();
      },
    );
  }

  #askLater(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#ask();
    }, INTERVAL_MS);
  }
}
