import {
  chosenKind,
  composeFields,
  FIELDS,
  instanceIdIn,
  variableInParts,
} from "./endpoint-fields.editor";
import { currentValue, onFormChange, textOf, updateText } from "../shared/form.editor";
import { problemText, isVariable } from "../shared/validation.editor";
import type { FormNode } from "../shared/form.editor";
import type { Validator } from "../shared/validation.editor";

const PREFIX = "#node-config-input";
const LINE = "#aliyun-iot-instance-endpoint";
const CHECKED = ["host", "port", "useTls", "iotInstanceId", "accessKeyId", "accessKeySecret"];

interface Line {
  readonly ready: boolean;
  readonly text: string;
}

/** The empty setting because of which there is no host; undefined if a part is wrong instead. */
function missingPart(): string | undefined {
  const kind = chosenKind();
  if (kind === "other") return "host";
  const part = kind === "instance" ? "iotInstanceId" : "accountId";
  return textOf(FIELDS[part]) === "" ? part : undefined;
}

/** The settings that are still to be filled in. */
function missingSettings(): string[] {
  const found: string[] = [];
  const part = textOf(FIELDS.host) === "" ? missingPart() : undefined;
  if (part !== undefined) found.push(part);
  else if (chosenKind() === "instance" && textOf(FIELDS.iotInstanceId) === "") {
    found.push("iotInstanceId");
  }
  const keys = ["accessKeyId", "accessKeySecret"];
  return [...found, ...keys.filter((key) => textOf(`${PREFIX}-${key}`) === "")];
}

/** Why no host can be composed, although the parts are filled in. */
function partsProblem(node: FormNode): string | undefined {
  const kind = chosenKind();
  if (kind === "other" || textOf(FIELDS.host) !== "" || missingPart() !== undefined) {
    return undefined;
  }
  const variable = variableInParts();
  if (variable !== undefined) return node._("form.endpoint.variable", { variable });
  try {
    composeFields(kind);
    return undefined;
  } catch (error) {
    return problemText(error, node);
  }
}

function settingsProblem(
  node: FormNode,
  validate: (setting: string) => Validator,
): string | undefined {
  const host = textOf(FIELDS.host);
  const iotInstanceId = textOf(FIELDS.iotInstanceId);
  const idInHost = instanceIdIn(host);
  if (idInHost !== undefined && iotInstanceId !== "" && !isVariable(iotInstanceId)) {
    if (idInHost !== iotInstanceId) {
      return node._("form.endpoint.mismatch", { named: idInHost, iotInstanceId });
    }
  }
  for (const setting of CHECKED) {
    const value = currentValue(`${PREFIX}-${setting}`, node[setting]);
    if (value === "" || isVariable(value)) continue;
    const problem = validate(setting).call(node, value, {});
    if (problem !== true) return problem;
  }
  return undefined;
}

/** Says that the host does not come from the variable in a field beside it. */
function keptHostNote(node: FormNode): string {
  const variable = variableInParts();
  if (variable === undefined || isVariable(textOf(FIELDS.host))) return "";
  return node._("form.endpoint.kept", { variable });
}

function lineOf(node: FormNode, validate: (setting: string) => Validator): Line {
  const problem = partsProblem(node) ?? settingsProblem(node, validate);
  if (problem !== undefined) return { ready: false, text: problem };
  const missing = missingSettings();
  if (missing.length > 0) {
    const labels = missing.map((setting) => node._(`settings.${setting}`));
    const list = labels.join(node._("form.endpoint.separator"));
    return { ready: false, text: node._("form.endpoint.missing", { list }) };
  }
  const isTls = currentValue(`${PREFIX}-useTls`, node["useTls"]) === true;
  const host = textOf(FIELDS.host);
  const values = { host: host.includes(":") ? `[${host}]` : host, port: textOf(FIELDS.port) };
  return { ready: true, text: node._(`form.endpoint.${isTls ? "tls" : "plain"}`, values) };
}

/** Says below the host where the node will connect to or what is missing; follows each change. */
export function showEndpointLine(node: FormNode, validate: (setting: string) => Validator): void {
  onFormChange(LINE, () => {
    const { ready, text: main } = lineOf(node, validate);
    const note = textOf(FIELDS.host) === "" ? "" : keptHostNote(node);
    const text = note === "" ? main : node._("sentences", { first: main, second: note });
    const line = $(LINE);
    line.attr("data-state", ready ? "ready" : "missing");
    updateText(line.find("span"), text);
    line.find("i").attr("class", `fa ${ready ? "fa-plug" : "fa-info-circle"}`);
  });
}
