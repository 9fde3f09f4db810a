/** What is known of an action of the platform's API. */
export interface ApiActionRule {
  /** Whether it only asks: then it may be repeated, whatever became of the first try. */
  readonly isQuery: boolean;
  /** Calls a second that the platform allows a cloud account, over all its programs. */
  readonly perSecond: number;
  /** Parameters that travel in the body; the others are in the query string. */
  readonly bodyParameters: readonly string[];
}

/** The actions of the platform's API (Iot 2018-01-20) that this package calls. */
export const API_ACTIONS = {
  SetDeviceProperty: { isQuery: false, perSecond: 500, bodyParameters: [] },
  InvokeThingService: { isQuery: false, perSecond: 500, bodyParameters: [] },
  Pub: { isQuery: false, perSecond: 1_600, bodyParameters: ["MessageContent"] },
  RRpc: { isQuery: false, perSecond: 1_000, bodyParameters: ["RequestBase64Byte"] },
  GetDeviceStatus: { isQuery: true, perSecond: 500, bodyParameters: [] },
  QueryDevicePropertyStatus: { isQuery: true, perSecond: 200, bodyParameters: [] },
  QueryThingModelPublished: { isQuery: true, perSecond: 10, bodyParameters: [] },
} as const satisfies Readonly<Record<string, ApiActionRule>>;

export type ApiAction = keyof typeof API_ACTIONS;
