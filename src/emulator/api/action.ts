import type { Json, JsonObject } from "../../protocol/json";
import type { Device } from "../devices/device";
import type { Devices } from "../devices/devices";
import type { Downlink } from "../devices/downlink";
import type { CommandCall, DeviceFault } from "./hooks";
import type { Parameters } from "./parameters";

/** A command that a device is about to carry out. */
export interface Command {
  readonly device: Device;
  readonly messageId: string;
  /** The properties or arguments, or the content of a message as text. */
  readonly content: Json;
}

/** What an action works on. */
export interface ActionContext {
  readonly parameters: Parameters;
  readonly devices: Devices;
  readonly downlink: Downlink;
  /** A message ID of 19 digits, for calls that are not of the thing model. */
  nextMessageId(): string;
  /**
   * What the device does instead of what it is told; `hasCode` and `hasReply`: how it would answer.
   * Each question may use a fault up.
   */
  deviceFault(how: Pick<CommandCall, "hasCode" | "hasReply">): DeviceFault | undefined;
  /** Notes that a device carries a command out. */
  executed(command: Command): void;
  warn(sentence: string): void;
}

/** One action of the API. */
export interface Action {
  /** Calls a second; what is more is refused. */
  readonly perSecond: number;
  /** The fields of its answer. Throws ApiError. */
  run(context: ActionContext): JsonObject | Promise<JsonObject>;
}
