import { invalid } from "../errors/invalid-setting";
import { PAYLOAD_FORMATS } from "../protocol/payload";
import { CLIENT_ID_RULE, isClientId } from "../protocol/sign-in-values";
import { isTopicFilter } from "../protocol/topic";
import {
  choice,
  flag,
  integer,
  requested,
  required,
  plainText,
  requiredPlainId,
  withDefaults,
} from "./read";
import type { PayloadFormat } from "../protocol/payload";
import type { Range, Stored } from "./read";

export const SETTLE_MODES = ["auto", "manual"] as const;
export type SettleMode = (typeof SETTLE_MODES)[number];

export const CONTROL_ACTIONS = ["connect", "disconnect", "pause", "resume", "stats"] as const;
/** What a message to a subscriber's control input may ask for. */
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** Defaults of the subscriber's properties as a flow stores them; durations in seconds. */
export const SUBSCRIBE_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  /** ID of the instance node. */
  instance: "",
  consumerGroupId: "DEFAULT_GROUP",
  clientId: "",
  connections: 1,
  heartbeat: 60,
  creditWindow: 200,
  settleMode: "auto",
  ackTimeout: 25,
  payloadFormat: "auto",
  topicFilters: [],
  skipDuplicates: true,
  /** 1 adds an input for control messages. */
  inputs: 0,
} as const;

/** Limits of the numbers, both included; durations in seconds. */
export const SUBSCRIBE_LIMITS = {
  connections: { min: 1, max: 128 },
  heartbeat: { min: 30, max: 300 },
  creditWindow: { min: 1, max: 2_000 },
  ackTimeout: { min: 1, max: 25 },
} as const satisfies Record<string, Range>;

/** What to receive and how, checked. */
export interface SubscribeOptions {
  readonly consumerGroupId: string;
  /** At most 64 characters; each of several connections appends its own suffix. */
  readonly clientId: string;
  /** 1 to 128, with one receiver link each; the platform pushes up to 1,000 messages/s over one. */
  readonly connections: number;
  /** Idle time-out sent in the open frame; the platform accepts 30 000 to 300 000. */
  readonly idleTimeoutMs: number;
  /** Most messages per connection received and not yet settled; 1 to 2,000. */
  readonly creditWindow: number;
  /** `auto`: accepted once the flow has the message; `manual`: the flow settles it. */
  readonly settleMode: SettleMode;
  /**
   * Manual mode: a message not settled by then is released; 1 000 to 25 000. The platform itself
   * times out at 30 000.
   */
  readonly ackTimeoutMs: number;
  readonly payloadFormat: PayloadFormat;
  /** MQTT topic filters; empty: all topics. A message that matches none is accepted and dropped. */
  readonly topicFilters: readonly string[];
  /** Whether a message that was already accepted in this process is accepted again and not sent. */
  readonly skipDuplicates: boolean;
}

function clientId(settings: Stored, connections: number): string {
  const value = required(settings, "clientId");
  if (!isClientId(value, connections)) throw invalid("clientId", value, CLIENT_ID_RULE);
  return value;
}

function topicFilters(settings: Stored): readonly string[] {
  const value = settings["topicFilters"];
  const allowed = { rule: "topicFilters" } as const;
  // An environment variable gives the list as text.
  const list: unknown = typeof value === "string" ? value.split(/[,\n]/).filter(hasText) : value;
  if (!Array.isArray(list)) throw invalid("topicFilters", value, allowed);
  return list.map((entry: unknown) => {
    const filter = typeof entry === "string" ? plainText("topicFilters", entry) : "";
    if (!isTopicFilter(filter)) throw invalid("topicFilters", entry, allowed);
    return filter;
  });
}

function hasText(value: string): boolean {
  return value.trim() !== "";
}

/**
 * Checks stored subscriber settings; the caller has filled in a client ID where the setting is
 * empty. Throws SettingError for the first bad one.
 */
export function resolveSubscribe(stored: Stored): SubscribeOptions {
  const settings = withDefaults(stored, SUBSCRIBE_DEFAULTS);
  const number = (setting: keyof typeof SUBSCRIBE_LIMITS) =>
    integer(settings, setting, SUBSCRIBE_LIMITS[setting]);
  const connections = number("connections");
  return {
    consumerGroupId: requiredPlainId(settings, "consumerGroupId"),
    clientId: clientId(settings, connections),
    connections,
    idleTimeoutMs: number("heartbeat") * 1_000,
    creditWindow: number("creditWindow"),
    settleMode: choice(settings, "settleMode", SETTLE_MODES),
    ackTimeoutMs: number("ackTimeout") * 1_000,
    payloadFormat: choice(settings, "payloadFormat", PAYLOAD_FORMATS),
    topicFilters: topicFilters(settings),
    skipDuplicates: flag(settings, "skipDuplicates"),
  };
}

/** The action that a message asks for. Throws RequestError. */
export function requestedControlAction(value: unknown): ControlAction {
  return requested("ACTION_INVALID", value, CONTROL_ACTIONS);
}
