import { identity } from "./device-payloads";
import type {
  OtaJobStatus,
  OtaProgress,
  OtaUpgrade,
  OtaVersion,
} from "../../protocol/message-table";
import type { Device } from "./device";
import type { PayloadContext } from "./device-payloads";

/** The one firmware module of a device. */
const MODULE = { moduleName: "default" };
/** The firmware job that all devices belong to. */
const JOB = { jobId: "job-demo", taskId: "task-demo" };
const PACKAGE_ID = "pkg-demo";

/** The firmware after the current one: 1.0.0, 1.1.0, … */
function nextFirmware({ firmware }: Device): string {
  const minor = Number(firmware.split(".")[1] ?? "0");
  return `1.${minor + 1}.0`;
}

/** A firmware upgrade that mostly succeeds; then the device has the new version. */
export function otaUpgrade(device: Device, { nowMs, random }: PayloadContext): OtaUpgrade {
  const succeeded = random() < 0.9;
  const versions = { srcVersion: device.firmware, destVersion: nextFirmware(device) };
  if (succeeded) device.firmware = versions.destVersion;
  return {
    ...identity(device),
    ...MODULE,
    status: succeeded ? "SUCCEEDED" : "FAILED",
    messageCreateTime: nowMs,
    ...versions,
    desc: succeeded ? "success" : "verification failed",
    ...JOB,
  };
}

export function otaProgress(device: Device, { nowMs, random }: PayloadContext): OtaProgress {
  return {
    productKey: device.productKey,
    deviceName: device.deviceName,
    ...MODULE,
    messageCreateTime: nowMs,
    srcVersion: device.firmware,
    destVersion: nextFirmware(device),
    step: Math.floor(random() * 100),
    desc: "downloading",
  };
}

export function otaVersion(device: Device, { nowMs }: PayloadContext): OtaVersion {
  return {
    ...identity(device),
    ...MODULE,
    moduleVersion: device.firmware,
    messageCreateTime: nowMs,
  };
}

/** First levels of a topic that names the package and the job in place of a device. */
export const jobPath = ({ productKey }: Device) => `/${productKey}/${PACKAGE_ID}/${JOB.jobId}`;

export function otaJobStatus({ productKey }: Device, { nowMs }: PayloadContext): OtaJobStatus {
  return {
    productKey,
    ...MODULE,
    packageId: PACKAGE_ID,
    jobId: JOB.jobId,
    status: "IN_PROGRESS",
    messageCreateTime: nowMs,
  };
}
