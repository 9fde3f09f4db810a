import { request } from "node:http";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks with Node's own client: `fetch` would not let a test set the Host header. */
export function ask(port: number | undefined, path: string, options: Ask = {}): Promise<Answer> {
  const { method = options.body === undefined ? "GET" : "POST", body, headers = {} } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown });
      });
    });
    sent.on("error", reject);
    sent.end(
      typeof body === "string" || Buffer.isBuffer(body) || body === undefined
        ? body
        : JSON.stringify(body),
    );
  });
}

/** The error of an answer as `status code message`. */
export function errorText({ status, body }: Answer): string {
  const { code, message } = (body as { error: { code: string; message: string } }).error;
  return `${status} ${code} ${message}`;
}
