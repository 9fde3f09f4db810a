// Writes the Chinese twin of the example “Dashboard” from the English one and a table of texts. With
// --check it writes nothing and ends with 1 where the twin is not up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";

const ENGLISH = "examples/Dashboard.json";
const CHINESE = "examples/Dashboard (Chinese).json";
const TABLE = "scripts/dashboard-twin.zh-CN.json";
/** Properties of nodes that people read, by paragraphs. */
const TEXTS = ["name", "label", "info"];
/** Properties of nodes with code, in which comments and the texts of templates are read. */
const CODE = ["func", "initialize", "format"];

type Translate = (text: string) => string;
type Fields = Readonly<Record<string, unknown>>;

function isTable(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((text) => typeof text === "string");
}

function isFlow(value: unknown): value is readonly Fields[] {
  return Array.isArray(value) && value.every((node) => typeof node === "object" && node !== null);
}

/** Code with its comments in the other language, and what is quoted in a template's table `t`. */
function inCode(code: string, translate: Translate): string {
  return code
    .replace(/(?<=\/\/ ).+$/gm, translate)
    .replace(/(?<=\/\* ).+?(?= \*\/)/gs, translate)
    .replace(/\bt: \{[^}]*\}/g, (table) =>
      table.replace(/(?<=: ')[^']+(?=')/g, (text) => translate(text)),
    );
}

function translated(node: Fields, translate: Translate): Fields {
  return Object.fromEntries(
    Object.entries(node).map(([property, value]) => {
      if (typeof value !== "string" || value === "") return [property, value];
      if (TEXTS.includes(property)) {
        return [property, value.split("\n\n").map(translate).join("\n\n")];
      }
      return [property, CODE.includes(property) ? inCode(value, translate) : value];
    }),
  );
}

/** The flow with IDs of its own, as both may be imported into one Node-RED, and its own language. */
function asTwin(flow: readonly Fields[]): unknown {
  const text = JSON.stringify(flow).replaceAll(/"c3(?=\d{14}")/g, '"d3');
  return JSON.parse(text.replaceAll('"en-US"', '"zh-CN"'));
}

async function main(isCheck: boolean): Promise<void> {
  const flow: unknown = JSON.parse(readFileSync(ENGLISH, "utf8"));
  const table: unknown = JSON.parse(readFileSync(TABLE, "utf8"));
  if (!isFlow(flow)) throw new Error(`${ENGLISH} is no flow.`);
  if (!isTable(table)) throw new Error(`${TABLE} is no table of texts.`);

  const unused = new Set(Object.keys(table));
  const problems: string[] = [];
  const translate = (text: string): string => {
    unused.delete(text);
    const found = Object.hasOwn(table, text) ? table[text] : undefined;
    if (found === undefined) problems.push(`${TABLE} has no “${text}”.`);
    return found ?? text;
  };
  const twin = asTwin(flow.map((node) => translated(node, translate)));
  problems.push(
    ...[...unused].map((text) => `${TABLE} has “${text}”, which is not in ${ENGLISH}.`),
  );

  const made = await format(JSON.stringify(twin), { parser: "json", printWidth: 100 });
  if (!isCheck) writeFileSync(CHINESE, made);
  else if (readFileSync(CHINESE, "utf8") !== made) {
    problems.push(`${CHINESE} is not what ${ENGLISH} says: run npm run docs.`);
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}

void main(process.argv.includes("--check"));
