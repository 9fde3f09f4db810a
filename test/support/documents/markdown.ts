/** The part of a page below a heading, up to the next heading of that level or above. */
export function section(page: string, heading: string): string {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => /^#+ (.+)$/.exec(line)?.[1] === heading);
  if (start < 0) throw new Error(`There is no heading “${heading}”.`);
  const level = lines[start]?.indexOf(" ") ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("#") && line.search(/[^#]/) <= level);
  return rest.slice(0, end < 0 ? undefined : end).join("\n");
}

/** The rows of each table of a page, cell by cell, without the head. */
export function tables(page: string): string[][][] {
  const found: string[][][] = [];
  let before = "";
  for (const line of page.split("\n").map((each) => each.trim())) {
    const isRow = line.startsWith("|");
    if (isRow && !before.startsWith("|")) found.push([]);
    else if (isRow && !/^[|\s:-]+$/.test(line)) found.at(-1)?.push(cells(line));
    before = line;
  }
  return found;
}

function cells(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The anchors that GitHub gives the headings of a page. */
export function anchors(page: string): Set<string> {
  const headings = withoutCode(page).matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-"),
    ),
  );
}

/** The relative targets of a page's links and pictures. */
export function relativeLinks(page: string): string[] {
  const text = withoutCode(page);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/<img src="([^"]+)"/g)];
  return links.map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** A line that begins with # in a shell example is no heading. */
function withoutCode(page: string): string {
  return page.replace(/^ *```.*?^ *```$/gms, "");
}
