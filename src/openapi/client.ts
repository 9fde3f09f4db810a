import type { JsonObject } from "../protocol/json";
import type { ApiAction } from "./actions";

/** One call of the platform's API. `IotInstanceId` is added by the client. */
export interface ApiCall {
  readonly action: ApiAction;
  readonly parameters: Readonly<Record<string, string>>;
  /** From when it is sent to the end of the answer; waiting in the queue does not count. */
  readonly timeoutMs: number;
}

/** What the platform answered to a call that succeeded. */
export interface ApiAnswer {
  readonly requestId: string;
  /** The answer; whole numbers beyond 2^53 are decimal strings. */
  readonly body: JsonObject;
}

/** Calls the platform's API as one account. */
export interface ApiClient {
  /**
   * Resolves with the answer of a call that succeeded. Rejects with ApiError or CommandError; the
   * code `OUTCOME_UNKNOWN` alone means that it may have been carried out.
   */
  call(call: ApiCall): Promise<ApiAnswer>;
  /** Closes idle connections; calls under way end as they would. */
  close(): void;
}
