import { gatewayError, missingParameter, productError } from "./api-error";
import type { Device } from "../devices/device";
import type { Devices } from "../devices/devices";
import { PRODUCT_KEY } from "../devices/device-model";

/** A call's parameters, read one by one: each method throws ApiError for what is wrong. */
export class Parameters {
  readonly #texts: Readonly<Record<string, string>>;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = texts;
  }

  /** Undefined where it is absent or empty. */
  text(name: string): string | undefined {
    const value = Object.hasOwn(this.#texts, name) ? this.#texts[name] : undefined;
    return value === "" ? undefined : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missingParameter(name);
    return value;
  }

  requiredInteger(name: string): number {
    const value = this.required(name);
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw gatewayError(`Invalid${name}`, `The specified value of ${name} is not valid.`);
  }

  checkQos(): void {
    const value = this.text("Qos") ?? "0";
    if (value === "0" || value === "1") return;
    throw productError("iot.common.InvalidFormattedParameter", "Qos must be 0 or 1.");
  }

  /** Checks that the call is for the instance that this is; empty: one without an ID. */
  checkInstance(iotInstanceId: string): void {
    const given = this.text("IotInstanceId");
    if ((given ?? "") === iotInstanceId) return;
    if (given !== undefined) {
      throw productError("iot.Sre.IotInstanceNotFound", "The instance does not exist.");
    }
    // What the platform says to those who forget the instance ID.
    throw productError("iot.prod.NotExistedProduct", "The product does not exist.");
  }

  checkProduct(): void {
    const productKey = this.text("ProductKey");
    if (productKey === undefined) {
      throw productError("iot.prod.NullProductKey", "The product key must not be empty.");
    }
    if (productKey !== PRODUCT_KEY) {
      throw productError("iot.prod.NotExistedProduct", "The product does not exist.");
    }
  }

  /** The device that is named, by `IotId` or else by product key and name. */
  device(devices: Devices): Device {
    const iotId = this.text("IotId");
    if (iotId !== undefined) {
      const device = devices.find("iotId", iotId);
      if (device !== undefined) return device;
      throw productError("iot.device.InvalidIoTId", "The IotId is not that of a device.");
    }
    this.checkProduct();
    const deviceName = this.text("DeviceName");
    if (deviceName === undefined) {
      throw productError("iot.device.NullDeviceName", "The device name must not be empty.");
    }
    const device = devices.find("deviceName", deviceName);
    if (device !== undefined) return device;
    throw productError("iot.device.NotExistedDevice", "The device does not exist.");
  }

  /** The name of the device that the call is about, as far as it says so. */
  deviceName(devices: Devices): string | undefined {
    const iotId = this.text("IotId");
    if (iotId !== undefined) return devices.find("iotId", iotId)?.deviceName;
    return this.text("DeviceName") ?? this.text("TopicFullName")?.split("/")[2];
  }
}
