import { MESSAGE_ACTIONS } from "./message-actions";
import { QUERY_ACTIONS } from "./query-actions";
import { THING_ACTIONS } from "./thing-actions";

/** Every action by its name. */
export const ACTIONS = { ...THING_ACTIONS, ...MESSAGE_ACTIONS, ...QUERY_ACTIONS };
export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[]; // the keys of a constant

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
