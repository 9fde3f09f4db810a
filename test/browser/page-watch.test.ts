// What the browser tests rely on: that nothing which goes wrong in a page goes unseen.
import { deepEqual, ok, throws } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { browserTest } from "../support/browser/browser-test";
import { PageWatch } from "../support/browser/page-watch";

const PAGE = `<!doctype html><link rel="icon" href="data:,"><img src="http://elsewhere.example/pixel.png">
<script>
  console.error("something is wrong");
  setTimeout(() => { throw new Error("nobody caught this"); });
  fetch("/missing").then(() => fetch("/told")).then(() => { document.title = "done"; });
</script>`;

const ANSWERS = new Map([
  ["/", PAGE],
  ["/told", "an answer"],
]);

browserTest(
  "a page's errors, failed requests and calls of other hosts are seen",
  async (browser) => {
    const server = createServer(({ url = "" }, response) => {
      const answer = ANSWERS.get(url);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "text/html" });
      response.end(answer);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const page = await browser.newPage();
    try {
      const watch = await PageWatch.of(page, `${url}/`);
      await page.goto(`${url}/`);
      await page.waitForFunction("document.title === 'done'");
      // The browser may ask for the picture ahead of parsing, and once more.
      const problems = [...new Set(watch.problems)];
      deepEqual(
        problems.filter((problem) => !problem.startsWith("console: Failed to load")).sort(),
        [
          `404: GET ${url}/missing`,
          "another host: http://elsewhere.example/pixel.png",
          `console: something is wrong (${url}/)`,
          "page error: nobody caught this",
        ],
      );
      throws(() => {
        watch.expectQuiet();
      });
      ok((await watch.received()).includes("an answer"));
    } finally {
      await page.close();
      server.close();
    }
  },
);
