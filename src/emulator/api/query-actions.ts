import { PRODUCT_KEY, THING_MODEL, THING_MODEL_JSON } from "../devices/device-model";
import type { JsonObject } from "../../protocol/json";
import type { ThingProperty } from "../../protocol/thing-model";
import type { Report } from "../devices/device";
import type { Action } from "./action";

/** What is known of a property; without a report there is no value. */
function propertyStatus(property: ThingProperty, reported: Report | undefined): JsonObject {
  const { identifier, name, dataType, unit } = property;
  const [, value] =
    Object.entries(reported?.values ?? {}).find(([key]) => key === identifier) ?? [];
  return {
    Identifier: identifier,
    Name: name,
    DataType: dataType?.toLowerCase() ?? "",
    Unit: unit ?? "",
    ...(reported === undefined ? {} : { Time: String(reported.time), Value: String(value) }),
  };
}

/** Actions that tell something and change nothing. */
export const QUERY_ACTIONS = {
  GetDeviceStatus: {
    perSecond: 500,
    run({ parameters, devices }) {
      const { online, lastSeenMs } = parameters.device(devices);
      return { Data: { Status: online ? "ONLINE" : "OFFLINE", Timestamp: lastSeenMs } };
    },
  },
  QueryDevicePropertyStatus: {
    perSecond: 200,
    run({ parameters, devices }) {
      const { reported } = parameters.device(devices);
      // A module of the product's own has no properties, as there is none.
      const properties =
        parameters.text("FunctionBlockId") === undefined ? THING_MODEL.properties : [];
      const list = properties.map((property) => propertyStatus(property, reported));
      return { Data: { List: { PropertyStatusInfo: list } } };
    },
  },
  QueryThingModelPublished: {
    perSecond: 10,
    run({ parameters }) {
      parameters.required("ProductKey");
      parameters.checkProduct();
      return { ProductKey: PRODUCT_KEY, Data: { ThingModelJson: THING_MODEL_JSON } };
    },
  },
} as const satisfies Record<string, Action>;
