import { CommandError } from "../errors/error";
import { accountOf } from "../openapi/account";
import { createApiClient } from "../openapi/client";
import { whenStopped } from "./network";
import type { ErrorCode } from "../errors/error";
import type { ApiOptions } from "../settings/api";
import type { Fact } from "./finding";
import type { StepEnvironment } from "./network";

/** A device that does not exist, with names of the right form: a query about it changes nothing. */
const NO_DEVICE = { ProductKey: "a1NoProduct", DeviceName: "connection-test" };
const TIMEOUT_MS = 10_000;
/** A clock that is less off than that has been put right since. */
const WORTH_TELLING_S = 10;
const NOT_FOUND: ReadonlySet<ErrorCode> = new Set(["PRODUCT_NOT_FOUND", "DEVICE_NOT_FOUND"]);

/** What the API said to a query that it accepted. */
export interface ApiAnswered {
  /** That there is no such product or device. */
  readonly notFound: CommandError | undefined;
  readonly fact: Fact;
}

/** Asks the API for the status of a device that does not exist. Rejects with ApiError. */
export async function probeApi(
  options: ApiOptions,
  { clock, names, stopping }: StepEnvironment,
): Promise<ApiAnswered> {
  const client = createApiClient(options, { clock, names });
  // A call cannot be called off.
  const stopped = new Promise<never>((_resolve, reject) => {
    whenStopped(stopping, () => {
      reject(new Error("stopped"));
    });
  });
  const sinceMs = clock.monotonicMs();
  const query = {
    action: "GetDeviceStatus",
    parameters: NO_DEVICE,
    timeoutMs: TIMEOUT_MS,
  } as const;
  try {
    const answered = client.call(query).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof CommandError && NOT_FOUND.has(error.code)) return error;
        throw error;
      },
    );
    const notFound = await Promise.race([answered, stopped]);
    const ms = Math.round(clock.monotonicMs() - sinceMs);
    return { notFound, fact: factOf(options, ms, accountOf(options, clock).clockOffsetMs) };
  } finally {
    client.close();
  }
}

/** The client corrects the clock by itself; what signs in elsewhere does not. */
function factOf({ endpoint }: ApiOptions, ms: number, clockOffsetMs: number): Fact {
  const { host, port } = endpoint;
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1_000);
  if (seconds < WORTH_TELLING_S) return { name: "api", values: { host, port, ms } };
  return { name: "apiClockOff", values: { host, port, ms, seconds } };
}
