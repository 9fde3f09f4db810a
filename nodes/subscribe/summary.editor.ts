import { SUBSCRIBE_LIMITS } from "../../src/settings/subscribe";
import { isVariable, language, textOf } from "../shared/form.editor";
import type { FormNode } from "../shared/form.editor";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

const LINE = "#aliyun-iot-subscribe-summary";
/** Messages a second that the platform pushes over one connection. */
const RATE_PER_CONNECTION = 1_000;

type Setting = "connections" | "creditWindow" | "ackTimeout";

/** A number in its range, a variable as it is, or undefined for what the runtime would refuse. */
function valueOf(setting: Setting): number | string | undefined {
  const text = textOf(`#node-input-${setting}`);
  if (isVariable(text)) return text;
  const value = Number(text);
  const { min, max } = SUBSCRIBE_LIMITS[setting];
  return text !== "" && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

function flow(node: FormNode): string | undefined {
  const connections = valueOf("connections");
  const creditWindow = valueOf("creditWindow");
  if (connections === undefined || creditWindow === undefined) return undefined;
  const shown = (value: number | string) => value.toLocaleString(language());
  if (typeof connections === "string" || typeof creditWindow === "string") {
    const rate = shown(RATE_PER_CONNECTION);
    const values = { connections: shown(connections), rate, unsettled: shown(creditWindow) };
    return node._("form.summary.variable", values);
  }
  const rate = shown(connections * RATE_PER_CONNECTION);
  const unsettled = shown(connections * creditWindow);
  if (connections === 1) return node._("form.summary.one", { rate, unsettled });
  return node._("form.summary.several", { rate, unsettled, connections: shown(connections) });
}

function settling(node: FormNode): string | undefined {
  const mode = $("#node-input-settleMode").val() ?? SUBSCRIBE_DEFAULTS.settleMode;
  if (mode !== "manual") return node._("form.summary.auto");
  const seconds = valueOf("ackTimeout");
  return seconds === undefined ? undefined : node._("form.summary.manual", { seconds });
}

function summary(node: FormNode): string {
  const [receiving, ending] = [flow(node), settling(node)];
  if (receiving === undefined || ending === undefined) return node._("form.summary.invalid");
  return node._("form.summary.both", { receiving, ending });
}

/** Says in words, whenever the form changes, what the numbers mean together. */
export function showSummary(node: FormNode): void {
  const update = () => {
    const text = summary(node);
    // Written only when it changes: a screen reader reads every writing aloud.
    if ($(LINE).text() !== text) $(LINE).text(text);
  };
  $(LINE).closest(".aliyun-iot-form").on("input change", update);
  update();
}
