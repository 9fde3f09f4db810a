import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { fill } from "../../../src/errors/texts";

export const LANGUAGES = ["en-US", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];

interface Tree {
  readonly [key: string]: string | Tree;
}

/** A property of a node's definition in the editor. */
interface Property {
  readonly value?: unknown;
  readonly type?: string;
  readonly validate?: (this: unknown, value: unknown, options: object) => true | string;
}

/** What a built html registers with the editor. */
interface Definition {
  readonly category: string;
  readonly color?: string;
  readonly icon?: string;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly defaults: Readonly<Record<string, Property>>;
  readonly credentials?: Readonly<Record<string, Property>>;
}

/** The built html of a node. */
export function builtHtml(node: string): string {
  return readFileSync(`dist/nodes/${node}.html`, "utf8");
}

/** The scripts of an html that the browser runs, as Node-RED's own checks find them. */
export function scripts(html: string): string[] {
  const found = html.matchAll(/<script.+?type="text\/javascript".*?>([\S\s]*?)<\/script>/gi);
  return [...found].map((match) => match[1] ?? "");
}

/** Runs a built html's scripts as the editor would, without a form being open. */
export function definition(node: string): Definition {
  const registered = new Map<string, Definition>();
  const noForm = () => ({ length: 0 });
  const RED = {
    nodes: {
      // The only node counts as deployed.
      originalFlow: () => [{}],
      registerType: (type: string, def: Definition) => registered.set(type, def),
    },
    events: { on: () => undefined },
    settings: {},
    utils: { validatePropertyExpression: (path: string) => /^[\w.]+$/.test(path) },
  };
  runInNewContext(scripts(builtHtml(node)).join("\n"), { RED, $: noForm });
  const found = registered.get(node);
  if (found === undefined) throw new Error(`${node}.html registers no type ${node}`);
  return found;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

/** A node's built catalogue as `a.b.c` → text. */
export function catalogue(node: string, language: Language): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const walk = (tree: Tree, path: string) => {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === "string") flat.set(path + key, value);
      else walk(value, `${path}${key}.`);
    }
  };
  const parsed: unknown = JSON.parse(
    readFileSync(`dist/nodes/locales/${language}/${node}.json`, "utf8"),
  );
  if (isTree(parsed)) walk(parsed, "");
  return flat;
}

/** What the editor and the runtime give a node to translate with; a key without text throws. */
export function translator(node: string, language: Language) {
  const texts = catalogue(node, language);
  return (key: string, values: Readonly<Record<string, string | number>> = {}): string => {
    const text = texts.get(key);
    if (text === undefined) throw new Error(`${language}: no text for ${key}`);
    return fill(text, values);
  };
}
