import { EndpointFields } from "./endpoint-fields.editor";
import { SendingFields } from "./sending-fields.editor";
import { showEndpointLine } from "./endpoint-line.editor";
import {
  firstSubscriber,
  instanceSettings,
  openSubscriber,
  subscribeSettings,
} from "../shared/connection-test-settings.editor";
import { ConnectionTest } from "../shared/connection-test.editor";
import {
  cleanFields,
  currentValue,
  enableKeyboard,
  showDefaults,
  showWhile,
  storeNumbers,
  unfoldIfChanged,
} from "../shared/form.editor";
import { isVariable, validators } from "../shared/validation.editor";
import { resolveApi } from "../../src/settings/api";
import { missing } from "../../src/errors/invalid-setting";
import { isJsonObject } from "../../src/protocol/json";
import { INSTANCE_DEFAULTS, resolveInstance } from "../../src/settings/instance";
import type { TestSettings } from "../shared/connection-test-settings.editor";
import type { FormNode } from "../shared/form.editor";

/** The flow as it was loaded or deployed; the types do not have it. */
interface Deployed {
  readonly nodes: { originalFlow(): readonly { readonly id: string }[] | undefined };
}

declare const RED: Deployed;

const PREFIX = "node-config-input";
const FORM = ".aliyun-iot-instance-form";

/** Valid settings, so that only the setting that is being checked can be refused. */
const VALID = {
  ...INSTANCE_DEFAULTS,
  host: "localhost",
  accessKeyId: "id",
  accessKeySecret: "secret",
};

/** Whether Node-RED has an instance already, and with it credentials that the editor need not know. */
function isDeployed({ id }: FormNode): boolean {
  return RED.nodes.originalFlow()?.some((node) => node.id === id) === true;
}

/** Exports carry no credentials, and the editor checks none where no form is open. */
function checkImported(node: FormNode): void {
  if ($(FORM).length > 0 || isDeployed(node)) return;
  const known: unknown = node["credentials"];
  const credentials = isJsonObject(known) ? known : {};
  for (const name of ["accessKeyId", "accessKeySecret"]) {
    const isThere = (credentials[name] ?? "") !== "" || credentials[`has_${name}`] === true;
    if (!isThere) throw missing(name);
  }
}

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value, node) => {
  if (setting === "region" || setting === "apiEndpoint") {
    // Empty, it is the region that the host names, or nothing is sent.
    if ((value ?? "") !== "") resolveApi({ ...VALID, [setting]: value });
    return;
  }
  // A setting that is no variable, for which the editor would ask no validator.
  if (setting === "signMethod") checkImported(node);
  // Whether plain TCP is allowed depends on the host, which only the runtime may know.
  const host = currentValue(`#${PREFIX}-host`, node["host"]);
  const isKnown = host !== "" && !isVariable(host);
  const settings = setting === "useTls" && isKnown ? { ...VALID, host } : VALID;
  resolveInstance({ ...settings, [setting]: value });
});

let test: ConnectionTest | undefined;

function testSettings(node: FormNode): TestSettings {
  const instance = instanceSettings(node, $(FORM));
  const open = openSubscriber();
  const subscriber = open?.node ?? firstSubscriber(node);
  if (subscriber === undefined) {
    return { instance, subscribe: {}, groupText: node._("test.defaultGroup") };
  }
  const subscribe = subscribeSettings(subscriber, open?.form);
  const group = String(subscribe["consumerGroupId"]);
  return { instance, subscribe, groupText: node._("test.groupOfSubscriber", { group }) };
}

/** Fills the form and wires what the editor does not handle by itself. */
export function prepare(node: FormNode): void {
  cleanFields(FORM);
  showDefaults(node, PREFIX, INSTANCE_DEFAULTS);
  new EndpointFields(node);
  unfoldIfChanged("#aliyun-iot-instance-sts", PREFIX, { securityToken: "" });
  const { port, useTls, tls, signMethod } = INSTANCE_DEFAULTS;
  unfoldIfChanged("#aliyun-iot-instance-advanced", PREFIX, { port, useTls, tls, signMethod });
  const { region, apiEndpoint } = INSTANCE_DEFAULTS;
  unfoldIfChanged("#aliyun-iot-instance-sending", PREFIX, { region, apiEndpoint });
  new SendingFields(node);
  showWhile(`#${PREFIX}-useTls`, ".aliyun-iot-instance-tls", (field) => field.is(":checked"));
  enableKeyboard(node, PREFIX, "tls");
  showEndpointLine(node, validate);
  test = new ConnectionTest(node, "#aliyun-iot-instance-test", () => testSettings(node));
}

/** Ends a test that is still running when the form closes. */
export function close(): void {
  test?.stop();
  test = undefined;
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["port"]);
  close();
}
