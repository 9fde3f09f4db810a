import { LineReader } from "./connection-test-answer.editor";
import { TestView } from "./connection-test-view.editor";
import { language, onFormChange } from "./form.editor";
import { refusalText } from "./refusal.editor";
import type { TestLine } from "./connection-test-answer.editor";
import type { TestSettings } from "./connection-test-settings.editor";
import type { FormNode } from "./form.editor";

const URL = "aliyun-iot/connection-test";

/** What decides how a test ends. */
function testedPart({ instance, subscribe }: TestSettings): string {
  return JSON.stringify([instance, subscribe]);
}

/** The panel that tests the connection with the settings in the form, saved or not. */
export class ConnectionTest {
  readonly #view: TestView;
  readonly #settings: () => TestSettings;
  readonly #node: FormNode;
  #request: JQuery.jqXHR | undefined;
  #result: string | undefined;
  /** The settings that were tested, until they change. */
  #tested: string | undefined;

  /** `settings` is called at each test and whenever the form changes. */
  constructor(node: FormNode, container: string, settings: () => TestSettings) {
    this.#node = node;
    this.#settings = settings;
    this.#view = new TestView(node, $(container), () => {
      if (this.#request === undefined) this.#start();
      else this.stop();
    });
    onFormChange(container, () => {
      const current = settings();
      this.#view.showGroup(current.groupText);
      this.#compare(current);
    });
  }

  /** Ends a test that is running; to be called when the form closes. */
  stop(): void {
    this.#request?.abort();
  }

  /** What was found with other settings says nothing of those in the form. */
  #compare(current: TestSettings): void {
    if (this.#tested === undefined || this.#tested === testedPart(current)) return;
    this.#tested = undefined;
    this.stop();
    this.#view.showStale();
  }

  #start(): void {
    const settings = this.#settings();
    const { instance, subscribe } = settings;
    const { waitForMessage } = this.#view;
    const body = { language: language(), instance, subscribe, waitForMessage };
    const reader = new LineReader((line) => {
      this.#show(line);
    });
    this.#result = undefined;
    this.#tested = testedPart(settings);
    this.#view.showRunning();
    // Through jQuery, because the editor adds its access token there.
    const request = $.ajax({
      url: URL,
      type: "POST",
      contentType: "application/json",
      dataType: "text",
      data: JSON.stringify(body),
      xhr: () => {
        const transport = new XMLHttpRequest();
        transport.onprogress = () => {
          if (transport.status === 200) reader.read(transport.responseText);
        };
        return transport;
      },
    });
    this.#request = request;
    const finish = (text: string) => {
      if (this.#request !== request) return;
      this.#request = undefined;
      this.#view.showEnd(text, this.#result ?? "failed");
    };
    request.then(
      (answer: unknown) => {
        reader.read(`${String(answer)}\n`);
        finish(this.#node._("test.cutShort"));
      },
      () => {
        finish(
          request.statusText === "abort"
            ? this.#node._("test.stopped")
            : refusalText(this.#node, request),
        );
      },
    );
  }

  #show(line: TestLine): void {
    if (line.step !== undefined) this.#view.showStep(line.step, line);
    if (line.result === undefined) return;
    this.#result = line.result;
    this.#view.showResult(line);
  }
}
