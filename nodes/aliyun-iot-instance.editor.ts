import { INSTANCE_DEFAULTS, resolveInstance } from "../src/options";
import { composeHost, parseEndpoint, REGIONS } from "../src/protocol/endpoint";
import { current, isVariable, showWhile, storeNumbers, tell, validators } from "./lib/form.editor";
import type { FormNode } from "./lib/form.editor";

const PREFIX = "node-config-input";

/** Valid settings, so that only the one that is being checked can be refused. */
const VALID = {
  ...INSTANCE_DEFAULTS,
  host: "localhost",
  accessKeyId: "id",
  accessKeySecret: "secret",
};

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value, node) => {
  // Plain TCP depends on the host, unless only the runtime knows it; everything else stands alone.
  const host = current(`#${PREFIX}-host`, node["host"]);
  const known = host !== "" && !isVariable(host);
  const settings = setting === "useTls" && known ? { ...VALID, host } : VALID;
  resolveInstance({ ...settings, [setting]: value });
});

function say(problem: string): void {
  $("#aliyun-iot-instance-problem")
    .text(problem)
    .toggle(problem !== "");
}

/** Takes a pasted address line apart into the fields it tells. */
function takeApart(): void {
  const field = $(`#${PREFIX}-host`);
  const pasted = String(field.val());
  if (!/[:/]/.test(pasted) || isVariable(pasted)) return;
  try {
    const { host, port, iotInstanceId } = parseEndpoint(pasted);
    field.val(host);
    if (port !== undefined) $(`#${PREFIX}-port`).val(port).trigger("change");
    if (iotInstanceId !== undefined) {
      $(`#${PREFIX}-iotInstanceId`).val(iotInstanceId).trigger("change");
    }
  } catch {
    // The field's own validator says what is wrong with it.
  }
}

/** Fills in the host from the account and region, or where no account is given the instance ID. */
function compose(node: FormNode): void {
  const accountId = String($("#aliyun-iot-instance-account-id").val()).trim();
  const regionId = String($("#aliyun-iot-instance-region-id").val());
  const iotInstanceId = String($(`#${PREFIX}-iotInstanceId`).val());
  try {
    const host = composeHost(
      accountId === ""
        ? { kind: "instance", iotInstanceId }
        : { kind: "legacy", accountId, regionId },
    );
    $(`#${PREFIX}-host`).val(host).trigger("change");
    say("");
  } catch (error) {
    say(tell(error, node));
  }
}

/** Fills in and wires what the form has beside its plain fields. */
export function prepare(node: FormNode): void {
  const region = $("#aliyun-iot-instance-region-id");
  for (const { regionId, kinds } of REGIONS) {
    if (kinds.includes("legacy")) $("<option>").val(regionId).text(regionId).appendTo(region);
  }
  $(`#${PREFIX}-host`).on("change", takeApart);
  $("#aliyun-iot-instance-compose").on("click", (event) => {
    event.preventDefault();
    compose(node);
  });
  say("");
  showWhile(`#${PREFIX}-useTls`, ".aliyun-iot-instance-tls", (field) => field.is(":checked"));
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["port"]);
}
