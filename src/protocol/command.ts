import type { Device } from "./topic";

/** What can be asked of a device through the platform. */
export const COMMAND_ACTIONS = [
  "set-properties",
  "invoke-service",
  "publish",
  "request",
  "get-status",
  "get-properties",
] as const;
export type CommandAction = (typeof COMMAND_ACTIONS)[number];

/** Quality of service towards the device; 1: the platform sends it again until the device confirms. */
export type CommandQos = 0 | 1;

/** A command, checked. Texts of `data` are JSON objects, sent as they are. */
export type Command =
  | {
      readonly action: "set-properties";
      readonly device: Device;
      readonly data: string;
      readonly qos: CommandQos;
    }
  | {
      readonly action: "invoke-service";
      readonly device: Device;
      /** The service; of a module: `{functionBlockId}:{service}`. */
      readonly identifier: string;
      readonly data: string;
      readonly qos: CommandQos;
    }
  | {
      readonly action: "publish";
      readonly device: Device;
      /** The whole topic. */
      readonly topic: string;
      readonly content: Buffer;
      readonly qos: CommandQos;
    }
  | {
      readonly action: "request";
      readonly device: Device;
      /** The whole topic, without the prefix `/ext/rrpc/{messageId}`; undefined: the system topic. */
      readonly topic: string | undefined;
      readonly content: Buffer;
    }
  | { readonly action: "get-status" | "get-properties"; readonly device: Device };

/** The whole topic for a short name: `user/get` → `/{productKey}/{deviceName}/user/get`. */
export function fullTopic(topic: string, { productKey, deviceName }: Device): string {
  return topic.startsWith("/") ? topic : `/${productKey}/${deviceName}/${topic}`;
}

/** A device in one line: `{productKey}/{deviceName}`; undefined for another text. */
export function parseDevice(text: string): Device | undefined {
  const [, productKey, deviceName] = /^\/?([^/${}\s]+)\/([^/${}\s]+)$/.exec(text.trim()) ?? [];
  if (productKey === undefined || deviceName === undefined) return undefined;
  return { productKey, deviceName };
}
