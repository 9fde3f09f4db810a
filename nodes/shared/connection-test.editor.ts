import { language } from "./form.editor";
import { LineReader, textIn } from "./ndjson.editor";
import { TestView } from "./connection-test-view.editor";
import type { FormNode } from "./form.editor";
import type { TestSettings } from "./test-settings.editor";
import type { TestLine } from "./ndjson.editor";

const URL = "aliyun-iot/connection-test";

/** The panel that tests the connection with what stands in the form, saved or not. */
export class ConnectionTest {
  readonly #view: TestView;
  readonly #settings: () => TestSettings;
  readonly #node: FormNode;
  #request: JQuery.jqXHR | undefined;
  #result: string | undefined;

  /** `settings` is asked at each test. */
  constructor(node: FormNode, container: string, settings: () => TestSettings) {
    this.#node = node;
    this.#settings = settings;
    this.#view = new TestView(node, $(container), () => {
      if (this.#request === undefined) this.#start();
      else this.stop();
    });
    this.#view.group(settings().group);
    $(container)
      .closest(".aliyun-iot-form")
      .on("input change", () => {
        this.#view.group(settings().group);
      });
  }

  /** Ends a test that is running; to be called when the form closes. */
  stop(): void {
    this.#request?.abort();
  }

  #start(): void {
    const { instance, subscribe } = this.#settings();
    const body = { language: language(), instance, subscribe, waitForMessage: this.#view.waits };
    const reader = new LineReader((line) => {
      this.#show(line);
    });
    this.#result = undefined;
    this.#view.begin();
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
      this.#view.end(text, this.#result ?? "failed");
    };
    request.then(
      (answer: unknown) => {
        reader.read(`${String(answer)}\n`);
        finish(this.#node._("test.cutShort"));
      },
      () => {
        finish(this.#refusal(request));
      },
    );
  }

  #show(line: TestLine): void {
    if (line.step !== undefined) this.#view.step(line.step, line);
    if (line.result === undefined) return;
    this.#result = line.result;
    this.#view.result(line);
  }

  #refusal({ status, statusText, responseText }: JQuery.jqXHR): string {
    if (statusText === "abort") return this.#node._("test.stopped");
    if (status === 0) return this.#node._("test.unreachable");
    if (status === 401 || status === 403) return this.#node._("test.forbidden");
    const told = textIn(responseText);
    return told ?? this.#node._("test.answered", { status });
  }
}
