import { deepEqual } from "node:assert/strict";
import type { ConsoleMessage, Page, Response, WebSocket } from "playwright-core";

/** Kinds of answers that can carry a node's settings; the rest is Node-RED's own code and pictures. */
const TOLD_BY = ["document", "xhr", "fetch"];

/** Sees what a page asks, gets and complains about, and lets it reach one host only. */
export class PageWatch {
  readonly #origin: string;
  readonly #problems: string[] = [];
  readonly #bodies: Promise<string>[] = [];

  private constructor(url: string) {
    this.#origin = new URL(url).origin;
  }

  /** Before the page goes to `url`. */
  static async of(page: Page, url: string): Promise<PageWatch> {
    const watch = new PageWatch(url);
    page.on("console", (message) => {
      watch.#console(message);
    });
    page.on("pageerror", (error) => watch.#problems.push(`page error: ${error.message}`));
    page.on("response", (response) => {
      watch.#response(response);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that is left or closed gives its requests up.
      if (why !== "net::ERR_ABORTED") watch.#problems.push(`failed: ${request.url()} ${why}`);
    });
    page.on("websocket", (socket) => {
      watch.#socket(socket);
    });
    await page.route(
      (address) => address.origin !== watch.#origin && /^https?:$/.test(address.protocol),
      async (route) => {
        watch.#problems.push(`another host: ${route.request().url()}`);
        await route.abort("aborted");
      },
    );
    return watch;
  }

  #console(message: ConsoleMessage): void {
    if (message.type() !== "error") return;
    this.#problems.push(`console: ${message.text()} (${message.location().url})`);
  }

  #response(response: Response): void {
    const request = response.request();
    if (response.status() >= 400) {
      this.#problems.push(`${response.status()}: ${request.method()} ${request.url()}`);
    }
    // The body of an answer to a page that has been left since is gone, and was not shown.
    if (!TOLD_BY.includes(request.resourceType())) return;
    this.#bodies.push(response.text().catch(() => ""));
  }

  #socket(socket: WebSocket): void {
    const { host } = new URL(this.#origin);
    if (new URL(socket.url()).host !== host) {
      this.#problems.push(`another host: ${socket.url()}`);
    }
    socket.on("framereceived", ({ payload }) => {
      this.#bodies.push(Promise.resolve(payload.toString()));
    });
  }

  /** Everything that the page was told so far. */
  async received(): Promise<string> {
    return (await Promise.all(this.#bodies)).join("\n");
  }

  /** What went wrong so far, in its order. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Nothing was complained about, failed, or asked of another host. */
  expectQuiet(): void {
    deepEqual(this.#problems, []);
  }
}
