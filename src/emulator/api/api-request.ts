type Texts = Readonly<Record<string, string>>;

/** An HTTP request to the API, taken apart. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** By their names in lower case. */
  readonly headers: Texts;
  /** Parameters in the query string, decoded. */
  readonly query: Texts;
  /** Parameters in a form as the body, decoded. */
  readonly form: Texts;
  readonly body: Buffer;
}

/** What of an HTTP request has arrived. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const FORM = "application/x-www-form-urlencoded";

function decode(form: string): Texts {
  return Object.fromEntries(new URLSearchParams(form));
}

/** Takes a request apart; undefined if it is none to the API: other path, or no action named. */
export function readApiRequest({ method, url, headers, body }: RawRequest): ApiRequest | undefined {
  const [path, query = ""] = url.split(/[?#]/);
  if (path !== "/" || (method !== "GET" && method !== "POST")) return undefined;
  const texts = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
  const isForm = (texts["content-type"] ?? "").toLowerCase().startsWith(FORM);
  const form = isForm ? decode(body.toString("utf8")) : {};
  const request: ApiRequest = { method, headers: texts, query: decode(query), form, body };
  const { Action: action } = parametersOf(request);
  return action === undefined && texts["x-acs-action"] === undefined ? undefined : request;
}

/** The parameters, wherever they came: the gateway very probably reads either place. */
export function parametersOf({ query, form }: ApiRequest): Texts {
  return { ...query, ...form };
}
