import type { NodeRed } from "./node-red";

/** A line of its answer. */
export type Line = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly lines: readonly Line[];
  readonly text: string;
}

/** Sends what a form sends to have a connection tested; a Node-RED admits twenty a minute. */
export async function postTest(
  nodeRed: NodeRed,
  body: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetch(`${nodeRed.url}/aliyun-iot/connection-test`, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const lines = text.split("\n").filter((line) => line !== "");
  return { status: response.status, text, lines: lines.map((line) => JSON.parse(line) as Line) };
}

export const keys = { accessKeyId: "testAccessKeyId", accessKeySecret: "testAccessKeySecret" };

/** A form of a new instance, without TLS. */
export function form(port: number, instance: object = keys, more: object = {}) {
  const host = { host: "127.0.0.1", port: String(port), useTls: false, tls: "" };
  return { language: "en-US", instance: { id: "new", ...host, ...instance }, ...more };
}

export const stepsOf = ({ lines }: Answer) =>
  lines
    .filter((line) => "step" in line && line["state"] !== "running")
    .map((line) => `${String(line["step"])} ${String(line["state"])}`);
export const resultOf = ({ lines }: Answer) => lines.at(-1)?.["result"];
