import type { Editor } from "./editor";

/** The nodes of the flow that is shown, in the browser. */
const SHOWN = "RED.nodes.filterNodes({ z: RED.workspaces.active() })";

/** Pairs among them that touch. */
const TOUCHING = `(() => {
  const nodes = ${SHOWN};
  const name = (node) => node.name || node.type;
  const touch = (one, other) =>
    Math.abs(one.x - other.x) <= (one.w + other.w) / 2 &&
    Math.abs(one.y - other.y) <= (one.h + other.h) / 2;
  return nodes.flatMap((one, index) =>
    nodes
      .slice(index + 1)
      .filter((other) => touch(one, other))
      .map((other) => name(one) + " and " + name(other)),
  );
})()`;

/** Shows the flow with a label, and gives the pairs of its nodes that touch each other. */
export async function touchingNodes({ page }: Editor, label: string): Promise<string[]> {
  await page.evaluate(`RED.workspaces.show(
    RED.nodes.getWorkspaceOrder().find((id) => RED.nodes.workspace(id)?.label === ${JSON.stringify(label)}),
  )`);
  // A node has no size before it is drawn.
  const drawn = "((nodes) => nodes.length > 0 && nodes.every(({ w, h }) => w > 0 && h > 0))";
  await page.waitForFunction(`${drawn}(${SHOWN})`);
  return page.evaluate<string[]>(TOUCHING);
}
