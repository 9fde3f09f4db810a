import {
  chosenKind,
  composed,
  composedOfVariable,
  FIELDS,
  instanceIdIn,
} from "./endpoint-fields.editor";
import { current, isVariable, tell, textOf } from "../shared/form.editor";
import type { FormNode, Validator } from "../shared/form.editor";

const PREFIX = "#node-config-input";
const LINE = "#aliyun-iot-instance-endpoint";
const CHECKED = ["host", "port", "useTls", "iotInstanceId", "accessKeyId", "accessKeySecret"];

interface Line {
  readonly ready: boolean;
  readonly text: string;
}

/** The setting whose being empty leaves the host empty; undefined where a part is wrong. */
function missingOfHost(): string | undefined {
  const kind = chosenKind();
  if (kind === "other") return "host";
  const part = kind === "instance" ? "iotInstanceId" : "accountId";
  return textOf(FIELDS[part]) === "" ? part : undefined;
}

function missing(): string[] {
  const found: string[] = [];
  const host = textOf(FIELDS.host) === "" ? missingOfHost() : undefined;
  if (host !== undefined) found.push(host);
  else if (chosenKind() === "instance" && textOf(FIELDS.iotInstanceId) === "") {
    found.push("iotInstanceId");
  }
  const keys = ["accessKeyId", "accessKeySecret"];
  return [...found, ...keys.filter((key) => textOf(`${PREFIX}-${key}`) === "")];
}

/** Why the parts compose no host, where they are not just empty. */
function composingProblem(node: FormNode): string | undefined {
  const kind = chosenKind();
  if (kind === "other" || textOf(FIELDS.host) !== "" || missingOfHost() !== undefined) {
    return undefined;
  }
  const variable = composedOfVariable();
  if (variable !== undefined) return node._("form.endpoint.variable", { variable });
  try {
    composed(kind);
    return undefined;
  } catch (error) {
    return tell(error, node);
  }
}

function problem(node: FormNode, validate: (setting: string) => Validator): string | undefined {
  const host = textOf(FIELDS.host);
  const iotInstanceId = textOf(FIELDS.iotInstanceId);
  const named = instanceIdIn(host);
  if (named !== undefined && iotInstanceId !== "" && !isVariable(iotInstanceId)) {
    if (named !== iotInstanceId) return node._("form.endpoint.unlike", { named, iotInstanceId });
  }
  for (const setting of CHECKED) {
    const value = current(`${PREFIX}-${setting}`, node[setting]);
    if (value === "" || isVariable(value)) continue;
    const found = validate(setting).call(node, value, {});
    if (found !== true) return found;
  }
  return undefined;
}

/** That a host which is there did not come from the variable beside it. */
function kept(node: FormNode): string {
  const variable = composedOfVariable();
  const isOurs = variable !== undefined && !isVariable(textOf(FIELDS.host));
  return isOurs ? node._("form.endpoint.kept", { variable }) : "";
}

function lineOf(node: FormNode, validate: (setting: string) => Validator): Line {
  const wrong = composingProblem(node) ?? problem(node, validate);
  if (wrong !== undefined) return { ready: false, text: wrong };
  const empty = missing();
  if (empty.length > 0) {
    const labels = empty.map((setting) => node._(`settings.${setting}`));
    const list = labels.join(node._("form.endpoint.separator"));
    return { ready: false, text: node._("form.endpoint.missing", { list }) };
  }
  const isTls = current(`${PREFIX}-useTls`, node["useTls"]) === true;
  const host = textOf(FIELDS.host);
  const values = { host: host.includes(":") ? `[${host}]` : host, port: textOf(FIELDS.port) };
  return { ready: true, text: node._(`form.endpoint.${isTls ? "tls" : "plain"}`, values) };
}

/** Says below the host, whenever the form changes, what will be connected or what is missing. */
export function showEndpointLine(node: FormNode, validate: (setting: string) => Validator): void {
  const update = () => {
    const { ready, text: told } = lineOf(node, validate);
    const text = textOf(FIELDS.host) === "" ? told : `${told} ${kept(node)}`.trim();
    const line = $(LINE);
    line.attr("data-state", ready ? "ready" : "missing");
    // Written only when it changes: a screen reader reads every writing aloud.
    if (line.find("span").text() !== text) line.find("span").text(text);
    line.find("i").attr("class", `fa ${ready ? "fa-plug" : "fa-info-circle"}`);
  };
  $(LINE).closest(".aliyun-iot-form").on("input change", update);
  update();
}
