import { ConnectionTest } from "../shared/connection-test.editor";
import { EndpointFields } from "./endpoint-fields.editor";
import { showEndpointLine } from "./endpoint-line.editor";
import { current, isVariable, reachable, showWhile } from "../shared/form.editor";
import { showDefaults, storeNumbers, unfold, validators } from "../shared/form.editor";
import { firstSubscriber, instanceSettings, openSubscriber } from "../shared/test-settings.editor";
import { subscribeSettings } from "../shared/test-settings.editor";
import type { FormNode } from "../shared/form.editor";
import type { TestSettings } from "../shared/test-settings.editor";
import { INSTANCE_DEFAULTS, resolveInstance } from "../../src/settings/instance";

const PREFIX = "node-config-input";
const FORM = ".aliyun-iot-instance-form";

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

let test: ConnectionTest | undefined;

function testSettings(node: FormNode): TestSettings {
  const instance = instanceSettings(node, $(FORM));
  const opened = openSubscriber();
  const subscriber = opened?.node ?? firstSubscriber(node);
  if (subscriber === undefined) {
    return { instance, subscribe: {}, group: node._("test.defaultGroup") };
  }
  const subscribe = subscribeSettings(subscriber, opened?.form);
  const group = String(subscribe["consumerGroupId"]);
  return { instance, subscribe, group: node._("test.groupOfSubscriber", { group }) };
}

/** Fills in and wires what the form has beside its plain fields. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, INSTANCE_DEFAULTS);
  new EndpointFields(node);
  unfold("#aliyun-iot-instance-sts", PREFIX, { securityToken: "" });
  const { port, useTls, tls, signMethod } = INSTANCE_DEFAULTS;
  unfold("#aliyun-iot-instance-advanced", PREFIX, { port, useTls, tls, signMethod });
  showWhile(`#${PREFIX}-useTls`, ".aliyun-iot-instance-tls", (field) => field.is(":checked"));
  reachable(node, PREFIX, "tls");
  showEndpointLine(node, validate);
  test = new ConnectionTest(node, "#aliyun-iot-instance-test", () => testSettings(node));
}

/** Ends what runs only while the form is open. */
export function close(): void {
  test?.stop();
  test = undefined;
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["port"]);
  close();
}
