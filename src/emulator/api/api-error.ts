import type { JsonObject } from "../../protocol/json";

interface Refusal {
  /** The gateway checks a request before the product sees it; the forms of their answers differ. */
  readonly by: "gateway" | "product";
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Fields beside those that every refusal has. */
  readonly fields?: JsonObject;
}

/** A call that is refused: what the answer says. */
export class ApiError extends Error {
  readonly by: Refusal["by"];
  readonly status: number;
  readonly code: string;
  readonly fields: JsonObject;

  constructor({ by, status, code, message, fields = {} }: Refusal) {
    super(message);
    this.name = "ApiError";
    this.by = by;
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** The gateway's refusal; most have the status 400. */
export function gatewayError(code: string, message: string, status = 400): ApiError {
  return new ApiError({ by: "gateway", status, code, message });
}

/** The product's refusal: the platform answers it with the status 200, as far as is known. */
export function productError(code: string, message: string, fields?: JsonObject): ApiError {
  return new ApiError({ by: "product", status: 200, code, message, ...(fields && { fields }) });
}

/** What is named so must be there. */
export function missingParameter(name: string): ApiError {
  return gatewayError(`Missing${name}`, `${name} is mandatory for this action.`);
}

/** Too many calls. A code with “Throttling” in it says that the call was not carried out. */
export function throttledError(): ApiError {
  return gatewayError("Throttling.User", "Request was denied due to user flow control.");
}
