import { language, onFormChange, textOf, updateText } from "../shared/form.editor";
import { isVariable } from "../shared/validation.editor";
import { SUBSCRIBE_DEFAULTS, SUBSCRIBE_LIMITS } from "../../src/settings/subscribe";
import type { FormNode } from "../shared/form.editor";

const LINE = "#aliyun-iot-subscribe-summary";
/** Messages a second that the platform pushes over one connection. */
const RATE_PER_CONNECTION = 1_000;

type Setting = "connections" | "creditWindow" | "ackTimeout";

/** A number in its range, or a variable as it is; undefined for what the runtime would refuse. */
function valueOf(setting: Setting): number | string | undefined {
  const text = textOf(`#node-input-${setting}`);
  if (isVariable(text)) return text;
  const value = Number(text);
  const { min, max } = SUBSCRIBE_LIMITS[setting];
  return text !== "" && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

function receiving(node: FormNode): string | undefined {
  const connections = valueOf("connections");
  const creditWindow = valueOf("creditWindow");
  if (connections === undefined || creditWindow === undefined) return undefined;
  const localised = (value: number | string) => value.toLocaleString(language());
  if (typeof connections === "string" || typeof creditWindow === "string") {
    const rate = localised(RATE_PER_CONNECTION);
    const values = {
      connections: localised(connections),
      rate,
      unsettled: localised(creditWindow),
    };
    return node._("form.summary.variable", values);
  }
  const rate = localised(connections * RATE_PER_CONNECTION);
  const unsettled = localised(connections * creditWindow);
  if (connections === 1) return node._("form.summary.one", { rate, unsettled });
  return node._("form.summary.several", { rate, unsettled, connections: localised(connections) });
}

function settling(node: FormNode): string | undefined {
  const mode = $("#node-input-settleMode").val() ?? SUBSCRIBE_DEFAULTS.settleMode;
  if (mode !== "manual") return node._("form.summary.auto");
  const seconds = valueOf("ackTimeout");
  return seconds === undefined ? undefined : node._("form.summary.manual", { seconds });
}

function summary(node: FormNode): string {
  const [first, second] = [receiving(node), settling(node)];
  if (first === undefined || second === undefined) return node._("form.summary.invalid");
  return node._("sentences", { first, second });
}

/** Says in words what the numbers mean together; follows each change of the form. */
export function showSummary(node: FormNode): void {
  onFormChange(LINE, () => {
    updateText($(LINE), summary(node));
  });
}
