import { parseThingModel } from "../../protocol/thing-model";
import type { ThingModel } from "../../protocol/thing-model";

/** The product of all simulated devices. */
export const PRODUCT_KEY = "k1demoPk01";

interface NumberSpecs {
  readonly type?: "INT" | "DOUBLE";
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** As the platform writes it: the limits as text. */
function numberType({ type = "DOUBLE", min, max, unit }: NumberSpecs) {
  const step = type === "INT" ? "1" : "0.1";
  const dataSpecs = { dataType: type, min: String(min), max: String(max), step, unit };
  return { dataType: type, dataSpecs };
}

function boolType(off: string, on: string) {
  const names = [off, on];
  const dataSpecsList = names.map((name, value) => ({ dataType: "BOOL", name, value }));
  return { dataType: "BOOL", dataSpecsList };
}

const OWN = { productKey: PRODUCT_KEY, required: false, custom: true };
const READ = { ...OWN, rwFlag: "READ_ONLY" };
const WRITE = { ...OWN, rwFlag: "READ_WRITE" };

const PROPERTIES = [
  {
    ...READ,
    identifier: "temperature",
    name: "Temperature",
    ...numberType({ min: -20, max: 60, unit: "°C" }),
  },
  {
    ...READ,
    identifier: "humidity",
    name: "Humidity",
    ...numberType({ min: 0, max: 100, unit: "%" }),
  },
  {
    ...READ,
    identifier: "power",
    name: "Power",
    ...numberType({ type: "INT", min: 0, max: 3_000, unit: "W" }),
  },
  {
    ...READ,
    identifier: "voltage",
    name: "Voltage",
    ...numberType({ min: 0, max: 300, unit: "V" }),
  },
  {
    ...READ,
    identifier: "level",
    name: "Tank level",
    ...numberType({ min: 0, max: 100, unit: "%" }),
  },
  { ...WRITE, identifier: "switch", name: "Pump", ...boolType("off", "on") },
  {
    ...WRITE,
    identifier: "target",
    name: "Target temperature",
    ...numberType({ min: 5, max: 35, unit: "°C" }),
  },
];

const INPUT = { direction: "PARAM_INPUT", custom: true };
const OUTPUT = { direction: "PARAM_OUTPUT", custom: true };

const SERVICES = [
  {
    ...OWN,
    identifier: "selfTest",
    serviceName: "Self test",
    callType: "SYNC",
    inputParams: [],
    outputParams: [
      { ...OUTPUT, paraOrder: 0, identifier: "passed", name: "Passed", ...boolType("no", "yes") },
      {
        ...OUTPUT,
        paraOrder: 1,
        identifier: "durationMs",
        name: "Duration",
        ...numberType({ type: "INT", min: 0, max: 10_000, unit: "ms" }),
      },
    ],
  },
  {
    ...OWN,
    identifier: "openValve",
    serviceName: "Open the valve",
    callType: "ASYNC",
    inputParams: [
      {
        ...INPUT,
        paraOrder: 0,
        identifier: "seconds",
        name: "Seconds",
        ...numberType({ type: "INT", min: 1, max: 60, unit: "s" }),
      },
    ],
    outputParams: [
      {
        ...OUTPUT,
        paraOrder: 0,
        identifier: "level",
        name: "Tank level",
        ...numberType({ min: 0, max: 100, unit: "%" }),
      },
    ],
  },
];

/** The thing model of the simulated devices, as QueryThingModelPublished answers it. */
export const THING_MODEL_JSON = JSON.stringify({
  productKey: PRODUCT_KEY,
  _ppk: { version: "1.0.0", description: "The devices of the emulator" },
  properties: PROPERTIES,
  services: SERVICES,
  events: [],
  functionBlocks: [],
});

/** The same, read as a client reads it. */
export const THING_MODEL: ThingModel = parseThingModel(THING_MODEL_JSON) ?? {
  properties: [],
  services: [],
};
