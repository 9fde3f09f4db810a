import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { test } from "node:test";
import { preProcessFile } from "typescript";

const PICTURE = "docs/architecture.md";

/** What every folder may import; the picture shows an arrow to all of it as one. */
const BASE = ["src/settings", "src/protocol", "src/errors", "src/clock", "src/version"];

/** The folder that a source file belongs to; a file beside the folders stands for itself. */
function folderOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  if (top === "nodes") return second === "shared" ? "nodes/shared" : "nodes/<node>";
  return `src/${second.replace(/\.ts$/, "")}`;
}

function sources(): readonly string[] {
  return ["src", "nodes"].flatMap((top) =>
    readdirSync(top, { recursive: true })
      .map((name) => join(top, String(name)))
      .filter((name) => name.endsWith(".ts")),
  );
}

/** `a --> b` for each folder with a file that imports one of another folder, or rhea. */
function importedEdges(): readonly string[] {
  const edges = sources().flatMap((file) =>
    preProcessFile(readFileSync(file, "utf8")).importedFiles.flatMap(({ fileName }) => {
      if (/^rhea(\/|$)/.test(fileName)) return [`${folderOf(file)} --> rhea`];
      if (!fileName.startsWith(".")) return [];
      const [from, to] = [folderOf(file), folderOf(normalize(join(file, "..", fileName)))];
      return from === to ? [] : [`${from} --> ${to}`];
    }),
  );
  return [...new Set(edges)];
}

/** An arrow as the picture has it: to the base as a whole, but between its folders to each. */
function drawn(edge: string): string {
  const [from = "", to = ""] = edge.split(" --> ");
  return BASE.includes(to) && !BASE.includes(from) ? `${from} --> base` : edge;
}

/** The arrows of the page's first picture, by the names that its boxes show. */
function drawnEdges(): readonly string[] {
  const picture =
    /```mermaid\n(flowchart[\s\S]*?)```/.exec(readFileSync(PICTURE, "utf8"))?.[1] ?? "";
  const boxes = [...picture.matchAll(/^ *(\w+)[[(]+"?([\w/-]+(?:&lt;node&gt;)?)/gm)];
  const names = new Map(
    boxes.map(([, id, name = ""]) => [id, name.replace("&lt;node&gt;", "<node>")]),
  );
  const ends = (ids = "") => ids.split(" & ").map((id) => names.get(id) ?? id);
  return [...picture.matchAll(/^ *(\w+(?: & \w+)*) --> (\w+(?: & \w+)*)$/gm)].flatMap(
    ([, from, to]) => ends(from).flatMap((a) => ends(to).map((b) => `${a} --> ${b}`)),
  );
}

test("the picture of the layers shows every import between folders, and no other", () => {
  deepEqual([...drawnEdges()].sort(), [...new Set(importedEdges().map(drawn))].sort());
});

test("no folder imports one that imports it, directly or through others", () => {
  const below = new Map<string, Set<string>>();
  for (const edge of importedEdges()) {
    const [from = "", to = ""] = edge.split(" --> ");
    below.set(from, (below.get(from) ?? new Set()).add(to));
  }
  const reached = (from: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const to of below.get(from) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      reached(to, seen);
    }
    return seen;
  };
  deepEqual(
    [...below.keys()].filter((folder) => reached(folder).has(folder)),
    [],
  );
});
