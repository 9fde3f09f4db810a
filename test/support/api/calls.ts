import { createApiClient } from "../../../src/openapi/client";
import { isIotAmqpError } from "../../../src/errors/error";
import { ScaledClock } from "../time/scaled-clock";
import type { Clock } from "../../../src/clock";
import type { IotAmqpError } from "../../../src/errors/error";
import type { ApiAnswer, ApiCall, ApiEnvironment } from "../../../src/openapi/client";
import type { ApiOptions } from "../../../src/settings/api";

/** Time-outs of a minute: no test waits for one that it does not mean. */
const TIMEOUT_MS = 60_000;

/** A command. */
export const SET: ApiCall = {
  action: "SetDeviceProperty",
  parameters: { ProductKey: "k1demoPk01", DeviceName: "meter-07", Items: '{"power":1}' },
  timeoutMs: TIMEOUT_MS,
};

/** A query. */
export const ASK: ApiCall = {
  action: "GetDeviceStatus",
  parameters: { ProductKey: "k1demoPk01", DeviceName: "meter-07" },
  timeoutMs: TIMEOUT_MS,
};

/** Options for a server at a port of this computer. */
export function apiAt(
  port: number,
  { protocol = "https:", ...changes }: Partial<ApiOptions> & { protocol?: "https:" | "http:" } = {},
): ApiOptions {
  return {
    endpoint: { protocol, host: "127.0.0.1", port },
    iotInstanceId: "",
    accessKeyId: "testAccessKeyId0001",
    accessKeySecret: "testAccessKeySecret0001",
    securityToken: undefined,
    tls: {},
    ...changes,
  };
}

/** Ten times as fast as the computer's. */
export function fastClock(): Clock {
  return new ScaledClock(10);
}

/** One call with a client of its own. */
export async function call(
  options: ApiOptions,
  what: ApiCall,
  environment: Partial<ApiEnvironment> = {},
): Promise<ApiAnswer> {
  const client = createApiClient(options, { clock: fastClock(), ...environment });
  try {
    return await client.call(what);
  } finally {
    client.close();
  }
}

/** The error that a promise is rejected with; fails for one that is not ours. */
export async function failureOf(promise: Promise<unknown>): Promise<IotAmqpError> {
  try {
    await promise;
  } catch (error) {
    if (isIotAmqpError(error)) return error;
    throw error;
  }
  throw new Error("It did not fail");
}
