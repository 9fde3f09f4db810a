import { textOf, updateText } from "../shared/form.editor";
import { COMMAND_ACTIONS } from "../../src/protocol/command";
import {
  canWaitForReply,
  defaultTimeout,
  fieldsOf,
  hasQos,
  timeoutRange,
} from "../../src/settings/command";
import type { FormNode } from "../shared/form.editor";
import type { CommandAction } from "../../src/protocol/command";

const ACTION = "#node-input-action";
const TIMEOUT = "#node-input-timeout";
const HINT = "#aliyun-iot-command-";

/** The action that is selected; undefined for one that there is not, of an imported flow. */
export function chosenAction(): CommandAction | undefined {
  return COMMAND_ACTIONS.find((known) => known === $(ACTION).val());
}

/** What a form shows for an action, as the rows name it in `data-needs`. */
function needsOf(action: CommandAction): readonly string[] {
  return [
    ...fieldsOf(action),
    ...(hasQos(action) ? ["qos"] : []),
    ...(canWaitForReply(action) ? ["reply", "model"] : []),
  ];
}

/** Shows the fields of the selected action, with hints that fit it, and adapts its default. */
export class ActionFields {
  readonly #node: FormNode;
  #action: CommandAction | undefined;

  constructor(node: FormNode) {
    this.#node = node;
    this.#action = chosenAction();
    $(ACTION).on("change", () => {
      this.#change();
    });
    this.#show();
  }

  #change(): void {
    const before = this.#action;
    this.#action = chosenAction();
    if (before !== undefined && this.#action !== undefined) {
      // One that somebody has changed stays.
      if (textOf(TIMEOUT) === String(defaultTimeout(before))) {
        $(TIMEOUT).val(defaultTimeout(this.#action)).trigger("change");
      }
    }
    this.#show();
  }

  #show(): void {
    const action = this.#action;
    const needs = action === undefined ? [] : needsOf(action);
    $("[data-needs]").each((_index, row) => {
      $(row).toggle(needs.includes(row.dataset["needs"] ?? ""));
    });
    if (action === undefined) return;
    const text = (part: string) => this.#node._(`form.${part}.${action}`);
    updateText($(`${HINT}action-hint`), text("actionHints"));
    if (needs.includes("topic")) updateText($(`${HINT}topic-hint`), text("topicHints"));
    if (needs.includes("data")) updateText($(`${HINT}data-hint`), text("dataHints"));
    const timeout = action === "request" ? "form.timeoutHints.request" : "form.timeoutHints.call";
    updateText($(`${HINT}timeout-hint`), this.#node._(timeout, { ...timeoutRange(action) }));
  }
}
