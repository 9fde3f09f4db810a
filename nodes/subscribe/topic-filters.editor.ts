import { ProblemMarker } from "../shared/validation.editor";
import { MESSAGE_TYPES, TOPIC_TABLE } from "../../src/protocol/topic";
import type { FormNode } from "../shared/form.editor";
import type { Validator } from "../shared/validation.editor";

const LIST = "#aliyun-iot-subscribe-topic-filters";

/** The filters in the list, without empty rows. */
export function topicFilters(): string[] {
  return $(LIST)
    .editableList("items")
    .toArray()
    .map((row) => String($(row).find("input").val()).trim())
    .filter((filter) => filter !== "");
}

/** The filter for the topics of a message type; `unknown` has none. */
function filterOf(messageType: string): string | undefined {
  const row = TOPIC_TABLE.find((candidate) => candidate.messageType === messageType);
  return row?.pattern.replace(/\{\w+\}/g, "+");
}

function fillRow(node: FormNode, row: JQuery, check: (filter: string) => true | string): JQuery {
  const field = $('<input type="text" spellcheck="false" placeholder="/+/+/thing/event/+/post">')
    .attr("aria-label", node._("settings.topicFilters"))
    .appendTo(row);
  const marker = new ProblemMarker(field);
  field.on("input change", () => {
    const value = String(field.val()).trim();
    marker.mark(value === "" ? true : check(value));
  });
  row
    .closest("li")
    .find(".red-ui-editableList-item-remove")
    .attr("aria-label", node._("form.removeFilter"));
  return field;
}

/** A choice of message types that adds the filter of the selected one. */
function picker(node: FormNode, add: (filter: string) => void): JQuery {
  const select = $("<select>", { class: "aliyun-iot-subscribe-message-types" });
  select.attr({ "aria-label": node._("form.pickLabel"), title: node._("form.pickLabel") });
  $("<option>").val("").text(node._("form.pick")).appendTo(select);
  for (const messageType of MESSAGE_TYPES) {
    const filter = filterOf(messageType);
    if (filter === undefined) continue;
    $("<option>")
      .val(filter)
      .text(node._(`messageTypes.${messageType}`))
      .appendTo(select);
  }
  const addSelected = () => {
    const filter = String(select.val());
    select.val("");
    if (filter !== "") add(filter);
  };
  let isByKeyboard = false;
  select
    .on("mousedown", () => {
      isByKeyboard = false;
    })
    .on("keydown", (event) => {
      isByKeyboard = event.key !== "Enter";
      if (isByKeyboard) return;
      event.preventDefault();
      addSelected();
    })
    .on("change", () => {
      // Each arrow key changes the selection: by keyboard, Enter adds what is selected.
      if (!isByKeyboard) addSelected();
    });
  return select;
}

/** Makes the list of filters and fills it with the stored ones. */
export function prepareTopicFilters(node: FormNode, validate: Validator): void {
  const list = $(LIST);
  list.editableList({
    height: "auto",
    removable: true,
    removeItem: () => {
      list.trigger("change"); // the form hears of no removed row otherwise
    },
    addItem: (row: JQuery, _index: number, data: { readonly filter?: unknown }) => {
      const field = fillRow(node, row, (filter) => validate.call(node, [filter], {}));
      // The add button hands over an empty object, for a row to type into.
      if (typeof data.filter === "string") field.val(data.filter).trigger("change");
      else field.trigger("focus");
    },
  });
  const stored: unknown = node["topicFilters"];
  const filters: readonly unknown[] = Array.isArray(stored) ? stored : [];
  list.editableList(
    "addItems",
    filters.map((filter) => ({ filter: String(filter) })),
  );
  const add = (filter: string) => {
    if (!topicFilters().includes(filter)) list.editableList("addItem", { filter });
  };
  list.closest(".red-ui-editableList").append(picker(node, add));
}
