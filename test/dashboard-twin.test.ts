import { deepEqual, equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { readExample } from "./support/node-red/example";

/** What a browser shows of a template besides what is put in: nothing, as its texts are in `t`. */
function shownAsWritten(template: string): string[] {
  const [, html = ""] = /<template>(.*)<\/template>/s.exec(template) ?? [];
  const attributes = html.match(/\s(?:alt|aria-label|label|placeholder|title)="[^"]*"/g) ?? [];
  const texts =
    html.replace(/<(?:"[^"]*"|[^>"])*>|\{\{.*?\}\}/gs, "").match(/\p{L}[\p{L} ]*/gu) ?? [];
  return [...attributes, ...texts];
}

test("the Chinese twin of the dashboard is what the English one and the table of texts say", () => {
  const args = ["--import", "tsx", "scripts/dashboard-twin.ts", "--check"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  equal(status, 0, stderr);
});

test("every text of the dashboard's templates is where the twin's table finds it", () => {
  const templates = readExample("Dashboard.json").filter(({ type }) => type === "ui-template");
  deepEqual(
    templates.flatMap((node) => shownAsWritten(String(node["format"]))),
    [],
  );
});
