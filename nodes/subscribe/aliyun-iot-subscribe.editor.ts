import { ConnectionTest } from "../shared/connection-test.editor";
import { current, reachable, showWhile, storeNumbers } from "../shared/form.editor";
import { showDefaults, textOf, unfold, validators } from "../shared/form.editor";
import { StatisticsPanel } from "./statistics.editor";
import { showSummary } from "./summary.editor";
import {
  announce,
  instanceSettings,
  nodeOf,
  subscribeSettings,
} from "../shared/test-settings.editor";
import { prepareTopicFilters, topicFilters } from "./topic-filters.editor";
import type { FormNode } from "../shared/form.editor";
import type { TestSettings } from "../shared/test-settings.editor";
import { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

const PREFIX = "node-input";
const FORM = ".aliyun-iot-subscribe-form";
const NUMBERS = ["connections", "heartbeat", "creditWindow", "ackTimeout", "inputs"];

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value, node) => {
  // An empty client ID is filled in at run time.
  if (setting === "clientId" && value === "") return;
  const settings = { ...SUBSCRIBE_DEFAULTS, clientId: "id" };
  if (setting !== "clientId") {
    resolveSubscribe({ ...settings, [setting]: value });
    return;
  }
  // Several connections leave less room for the client ID; a bad number is not its fault.
  const several = Number(current(`#${PREFIX}-connections`, node["connections"])) > 1;
  resolveSubscribe({ ...settings, connections: several ? 2 : 1, clientId: value });
});

let test: ConnectionTest | undefined;
let statistics: StatisticsPanel | undefined;

/** An environment variable in the list's place has no rows; it stays as it is. */
function filters(node: FormNode): unknown {
  const stored = node["topicFilters"];
  return typeof stored === "string" ? stored : topicFilters();
}

function testSettings(node: FormNode): TestSettings {
  const instance = instanceSettings(nodeOf(textOf(`#${PREFIX}-instance`)));
  const subscribe = { ...subscribeSettings(node, $(FORM)), topicFilters: filters(node) };
  const group = textOf(`#${PREFIX}-consumerGroupId`);
  return { instance, subscribe, group: node._("test.group", { group }) };
}

/** Fills in and wires what the form has beside its plain fields. */
export function prepare(node: FormNode): void {
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
  unfold("#aliyun-iot-subscribe-advanced", PREFIX, advanced);
  reachable(node, PREFIX, "instance");
  showSummary(node);
  announce({ node, form: $(FORM) });
  test = new ConnectionTest(node, "#aliyun-iot-subscribe-test", () => testSettings(node));
  statistics = new StatisticsPanel(node, "#aliyun-iot-subscribe-statistics");
}

/** Ends what runs only while the form is open. */
export function close(): void {
  announce(undefined);
  test?.stop();
  statistics?.stop();
  test = undefined;
  statistics = undefined;
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, NUMBERS);
  node["topicFilters"] = filters(node);
  close();
}
