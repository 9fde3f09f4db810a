import { SettingError } from "../../src/errors/error";
import type { NodeAPI, NodeDef } from "node-red";

/** The nodes and flows that are deployed, by ID; the disabled ones, too. */
type Definitions = ReadonlyMap<string, NodeDef>;

function definitionsOf(RED: NodeAPI): Definitions {
  const definitions = new Map<string, NodeDef>();
  RED.nodes.eachNode((definition) => {
    definitions.set(definition.id, definition);
  });
  return definitions;
}

/** Whether a node is disabled, by itself or with its flow. */
function isDisabled(definition: NodeDef, definitions: Definitions): boolean {
  const flow = definitions.get(definition.z);
  const isFlow = flow !== undefined && "disabled" in flow && flow.disabled === true;
  return isFlow || ("d" in definition && definition.d === true);
}

/** Why Node-RED has no node with the ID that a setting names: it gives none for a disabled one. */
export function missingNode(RED: NodeAPI, setting: string, id: string): SettingError {
  const definitions = definitionsOf(RED);
  const found =
    definitions.get(id) ??
    // The copy that an instance of a subflow has of its node: the ID of the original stands last.
    [...definitions.values()].find((definition) => id.endsWith(`-${definition.id}`));
  const isThere = found !== undefined && isDisabled(found, definitions);
  return new SettingError(isThere ? "NODE_DISABLED" : "NODE_MISSING", { setting });
}

/** The type of a node in the deployed flows, also of one in a subflow, of which only copies run. */
export function deployedType(RED: NodeAPI, id: string): string | undefined {
  return definitionsOf(RED).get(id)?.type;
}

/** Whether an enabled node of a type is deployed. */
export function hasNode(RED: NodeAPI, type: string): boolean {
  const definitions = definitionsOf(RED);
  return [...definitions.values()].some(
    (definition) => definition.type === type && !isDisabled(definition, definitions),
  );
}
