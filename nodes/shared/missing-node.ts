import { SettingError } from "../../src/errors/error";
import type { NodeAPI, NodeDef } from "node-red";

function isDisabled(definition: NodeDef | undefined): boolean {
  if (definition === undefined) return false;
  const isNode = "d" in definition && definition.d === true;
  const isFlow = "disabled" in definition && definition.disabled === true;
  return isNode || isFlow;
}

/** Why Node-RED has no node with the ID that a setting names: it gives none for a disabled one. */
export function missingNode(RED: NodeAPI, setting: string, id: string): SettingError {
  const definitions = new Map<string, NodeDef>();
  RED.nodes.eachNode((definition) => {
    definitions.set(definition.id, definition);
  });
  const found =
    definitions.get(id) ??
    // The copy that an instance of a subflow has of its node: the ID of the original stands last.
    [...definitions.values()].find((definition) => id.endsWith(`-${definition.id}`));
  const flow = found?.z === undefined ? undefined : definitions.get(found.z);
  const code = isDisabled(found) || isDisabled(flow) ? "NODE_DISABLED" : "NODE_MISSING";
  return new SettingError(code, { setting });
}
