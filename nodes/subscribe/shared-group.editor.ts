import { onFormChange, textOf, updateText } from "../shared/form.editor";
import { isDisabled, nodeOf, nodesOf } from "../shared/editor-nodes.editor";
import { cleaned, hasVariable } from "../../src/protocol/pasted-text";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";
import type { FormNode } from "../shared/form.editor";

/** Its types want a whole node of the editor. */
declare const RED: { readonly utils: { getNodeLabel(node: FormNode, missing: string): string } };

const LINE = "#aliyun-iot-subscribe-shared";

/** What decides from which queue a subscriber receives; a variable has one value in one flow only. */
interface Queue {
  readonly instance: unknown;
  readonly group: string;
  readonly flow: unknown;
}

function queueOf(node: FormNode): Queue {
  const { consumerGroupId: group = SUBSCRIBE_DEFAULTS.consumerGroupId } = node;
  return { instance: node["instance"], group: cleaned(String(group)), flow: node["z"] };
}

function isSameInstance(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const [first, second] = [nodeOf(String(one)), nodeOf(String(other))];
  const endpoint = (node: FormNode | undefined) =>
    ["host", "port", "iotInstanceId"].map((name) => String(node?.[name]).trim().toLowerCase());
  return (
    first !== undefined &&
    second !== undefined &&
    !endpoint(first).some(hasVariable) &&
    endpoint(first).join(" ") === endpoint(second).join(" ")
  );
}

function isSame(one: Queue, other: Queue): boolean {
  if (one.group !== other.group || !isSameInstance(one.instance, other.instance)) return false;
  return !hasVariable(one.group) || one.flow === other.flow;
}

/** The other enabled subscribers that receive from the queue of the form. */
function others(node: FormNode): FormNode[] {
  const shown: Queue = {
    instance: textOf("#node-input-instance"),
    group: textOf("#node-input-consumerGroupId"),
    flow: node["z"],
  };
  return nodesOf("aliyun-iot-subscribe").filter(
    (other) => other.id !== node.id && !isDisabled(other) && isSame(queueOf(other), shown),
  );
}

/** Warns where another subscriber of this Node-RED gets a part of the messages of this one. */
export function showSharedGroup(node: FormNode): void {
  onFormChange(LINE, () => {
    const found = others(node);
    const names = found.map((other) => `“${RED.utils.getNodeLabel(other, other.id)}”`);
    const list = names.join(node._("form.separator"));
    updateText($(LINE), found.length === 0 ? "" : node._("form.sharedGroup", { list }));
  });
}
