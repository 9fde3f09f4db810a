import { showSharedGroup } from "./shared-group.editor";
import { StatisticsPanel } from "./statistics.editor";
import { showSummary } from "./summary.editor";
import { prepareTopicFilters, topicFilters } from "./topic-filters.editor";
import {
  instanceSettings,
  setOpenSubscriber,
  subscribeSettings,
} from "../shared/connection-test-settings.editor";
import { nodeOf } from "../shared/editor-nodes.editor";
import { ConnectionTest } from "../shared/connection-test.editor";
import {
  cleanFields,
  currentValue,
  enableKeyboard,
  showDefaults,
  showWhile,
  storeNumbers,
  textOf,
  unfoldIfChanged,
} from "../shared/form.editor";
import { addSearchWords } from "../shared/palette.editor";
import { validators, withoutVariables } from "../shared/validation.editor";
import { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";
import type { TestSettings } from "../shared/connection-test-settings.editor";
import type { FormNode } from "../shared/form.editor";

const PREFIX = "node-input";
const FORM = ".aliyun-iot-subscribe-form";
const NUMBERS = ["connections", "heartbeat", "creditWindow", "ackTimeout", "inputs"];

addSearchWords("aliyun-iot-subscribe");

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value, node) => {
  // The runtime fills in an empty client ID.
  if (setting === "clientId" && value === "") return;
  const settings = { ...SUBSCRIBE_DEFAULTS, clientId: "id" };
  if (setting !== "clientId") {
    resolveSubscribe({ ...settings, [setting]: withoutVariables(value) });
    return;
  }
  // With several connections a client ID may be less long. A bad number is marked at its own field.
  const connections = currentValue(`#${PREFIX}-connections`, node["connections"]);
  resolveSubscribe({ ...settings, connections: Number(connections) > 1 ? 2 : 1, clientId: value });
});

let test: ConnectionTest | undefined;
let statistics: StatisticsPanel | undefined;

/** The filters to store; an environment variable in place of the list stays as it is. */
function filters(node: FormNode): unknown {
  const stored = node["topicFilters"];
  return typeof stored === "string" ? stored : topicFilters();
}

function testSettings(node: FormNode): TestSettings {
  const instance = instanceSettings(nodeOf(textOf(`#${PREFIX}-instance`)));
  const subscribe = { ...subscribeSettings(node, $(FORM)), topicFilters: filters(node) };
  const group = textOf(`#${PREFIX}-consumerGroupId`);
  return { instance, subscribe, groupText: node._("test.group", { group }) };
}

/** Fills the form and wires what the editor does not handle by itself. */
export function prepare(node: FormNode): void {
  cleanFields(FORM);
  showDefaults(node, PREFIX, SUBSCRIBE_DEFAULTS);
  prepareTopicFilters(node, validate("topicFilters"));
  showWhile(
    `#${PREFIX}-settleMode`,
    ".aliyun-iot-subscribe-manual",
    (field) => field.val() === "manual",
  );
  const { clientId, connections, heartbeat, creditWindow, skipDuplicates, inputs } =
    SUBSCRIBE_DEFAULTS;
  const advanced = { clientId, connections, heartbeat, creditWindow, skipDuplicates, inputs };
  unfoldIfChanged("#aliyun-iot-subscribe-advanced", PREFIX, advanced);
  enableKeyboard(node, PREFIX, "instance");
  showSharedGroup(node);
  showSummary(node);
  setOpenSubscriber({ node, form: $(FORM) });
  test = new ConnectionTest(node, "#aliyun-iot-subscribe-test", () => testSettings(node));
  statistics = new StatisticsPanel(node, "#aliyun-iot-subscribe-statistics");
}

/** Ends what runs while the form is open. */
export function close(): void {
  setOpenSubscriber(undefined);
  test?.stop();
  statistics?.stop();
  test = undefined;
  statistics = undefined;
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, NUMBERS);
  node["topicFilters"] = filters(node);
  close();
}
