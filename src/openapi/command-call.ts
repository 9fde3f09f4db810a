import type { Command } from "../protocol/command";
import type { Device } from "../protocol/topic";
import type { ApiCall } from "./client";

/** The platform waits so long for the answer of a synchronous service. */
const SERVICE_MS = 8_000;
/** What the way to the platform and back may take on top of the wait for the device. */
const SERVICE_MARGIN_MS = 2_000;
const REQUEST_MARGIN_MS = 5_000;

function named({ productKey, deviceName }: Device): Record<"ProductKey" | "DeviceName", string> {
  return { ProductKey: productKey, DeviceName: deviceName };
}

/** The call of the platform's API that carries a command out. */
export function callFor(command: Command, timeoutMs: number): ApiCall {
  switch (command.action) {
    case "set-properties": {
      const { device, data, qos } = command;
      const parameters = { ...named(device), Items: data, Qos: String(qos) };
      return { action: "SetDeviceProperty", parameters, timeoutMs };
    }
    case "invoke-service": {
      const { device, identifier, data, qos } = command;
      return {
        action: "InvokeThingService",
        parameters: { ...named(device), Identifier: identifier, Args: data, Qos: String(qos) },
        // Whether a service is synchronous is known to the thing model only.
        timeoutMs: Math.max(timeoutMs, SERVICE_MS + SERVICE_MARGIN_MS),
      };
    }
    case "publish": {
      const { device, topic, content, qos } = command;
      return {
        action: "Pub",
        parameters: {
          ProductKey: device.productKey,
          TopicFullName: topic,
          MessageContent: content.toString("base64"),
          Qos: String(qos),
        },
        timeoutMs,
      };
    }
    case "request": {
      const { device, topic, content } = command;
      return {
        action: "RRpc",
        parameters: {
          ...named(device),
          RequestBase64Byte: content.toString("base64"),
          Timeout: String(timeoutMs),
          ...(topic === undefined ? {} : { Topic: topic }),
        },
        timeoutMs: timeoutMs + REQUEST_MARGIN_MS,
      };
    }
    case "get-status":
      return { action: "GetDeviceStatus", parameters: named(command.device), timeoutMs };
    case "get-properties":
      return { action: "QueryDevicePropertyStatus", parameters: named(command.device), timeoutMs };
  }
}
