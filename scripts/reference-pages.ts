// Writes what the code knows between the markers of docs/nodes.md, docs/emulator.md and
// docs/commands.md and of their Chinese twins: tables of settings, and the help of the commands.
import { readFileSync } from "node:fs";
import * as enUS from "../src/cli/help/en-US";
import * as zhCN from "../src/cli/help/zh-CN";
import { writePages } from "./markdown-page";
import { isOwner, settingsTable } from "./setting-tables";
import type { Language } from "../src/errors/texts";

const HELP: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  "en-US": enUS,
  "zh-CN": zhCN,
};
const MARKED = /<!-- (?<kind>settings|help): (?<name>\S+) -->\n.*?<!-- end -->/gs;

function made(kind: string, name: string, language: Language): string {
  if (kind === "settings" && isOwner(name)) return settingsTable(name, language);
  const help = HELP[language][name];
  if (kind === "help" && help !== undefined) return `\`\`\`text\n${help}\`\`\``;
  throw new Error(`There is no “${kind}” of “${name}”.`);
}

/** A page with all that is between its markers made anew. */
function renewed(page: string, language: Language): string {
  return [...page.matchAll(MARKED)].reduce((text, { 0: old, groups }) => {
    const { kind = "", name = "" } = groups ?? {};
    const marker = `<!-- ${kind}: ${name} -->`;
    const lines = [marker, made(kind, name, language), "<!-- end -->"];
    return text.replace(old, () => lines.join("\n\n"));
  }, page);
}

for (const name of ["nodes", "emulator", "commands"]) {
  const files = { "en-US": `docs/${name}.md`, "zh-CN": `docs/${name}.zh-CN.md` };
  void writePages({
    source: "the code",
    files,
    page: (language) => renewed(readFileSync(files[language], "utf8"), language),
  });
}
