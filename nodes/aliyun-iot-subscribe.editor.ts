import { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "../src/options";
import { current, marker, showWhile, storeNumbers, validators } from "./lib/form.editor";
import type { FormNode, Validator } from "./lib/form.editor";

const PREFIX = "node-input";
const LIST = "#aliyun-iot-subscribe-topic-filters";
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

const checkFilters: Validator = validate("topicFilters");

function topicFilters(): string[] {
  return $(LIST)
    .editableList("items")
    .toArray()
    .map((row) => String($(row).find("input").val()).trim())
    .filter((filter) => filter !== "");
}

function addTopicFilter(node: FormNode, row: JQuery, filter: string): void {
  const field = $('<input type="text" style="width: 100%" placeholder="/+/+/thing/event/+/post">')
    .attr("aria-label", node._("settings.topicFilters"))
    .val(filter)
    .appendTo(row);
  const mark = marker(field);
  field.on("input change", () => {
    const value = String(field.val()).trim();
    mark(value === "" ? true : checkFilters.call(node, [value], {}));
  });
  field.trigger("change");
}

/** Fills in and wires what the form has beside its plain fields. */
export function prepare(node: FormNode): void {
  $(LIST).editableList({
    height: "auto",
    removable: true,
    sortable: true,
    addItem: (row: JQuery, _index: number, data: { readonly filter?: unknown }) => {
      // The add button hands over an empty object.
      addTopicFilter(node, row, typeof data.filter === "string" ? data.filter : "");
    },
  });
  const stored: unknown = node["topicFilters"];
  const filters: readonly unknown[] = Array.isArray(stored) ? stored : [];
  const items = filters.map((filter) => ({ filter }));
  $(LIST).editableList("addItems", items);
  showWhile(
    `#${PREFIX}-settleMode`,
    ".aliyun-iot-subscribe-manual",
    (field) => field.val() === "manual",
  );
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, NUMBERS);
  // An environment variable in the list's place has no rows; it stays as it is.
  if (typeof node["topicFilters"] !== "string") node["topicFilters"] = topicFilters();
}
