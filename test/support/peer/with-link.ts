import { equal, ok } from "node:assert/strict";
import { PeerServer } from "./peer-server";
import { CODE, dataSection } from "./frames";
import { openTo } from "./open-link";
import { english } from "../english";
import type { Clock } from "../../../src/clock";
import type { ErrorCode } from "../../../src/errors/error";
import type { Peer } from "./peer";
import type { Script } from "./peer-server";
import type { Heard } from "./open-link";

type Options = Parameters<typeof openTo>[2];
type Parts = ReturnType<typeof openTo> & { server: PeerServer };

/** Runs `body` with a link to a server that follows the script. */
export async function withLink(
  script: Script,
  clock: Clock,
  { options, body }: { options?: Options; body: (parts: Parts) => Promise<void> },
): Promise<void> {
  const server = await PeerServer.start(script);
  const { link, heard } = openTo(server.port, clock, options);
  try {
    await body({ link, heard, server });
  } finally {
    link.close();
    await server.stop();
  }
  await heard.until("ended");
  server.check();
}

/** Fails unless the link has ended once, with that error, and tells no secret. */
export function assertEnded(heard: Heard, code: ErrorCode | undefined): void {
  equal(heard.cause?.code, code, String(heard.cause));
  equal(heard.events.filter((name) => name === "ended").length, 1);
  equal(heard.events.at(-1), "ended", heard.events.join(", "));
  const told = `${english(heard.cause)} ${JSON.stringify(heard.cause?.details)}`;
  ok(!told.includes("hush-hush"), told);
  ok(!/__\w+__/.test(told), `a placeholder was left: ${told}`);
}

/** Sends these bytes and nothing more. */
export const raw =
  (bytes: string | Buffer): Script =>
  (peer) => {
    peer.send(Buffer.from(bytes));
  };

export const message = (content: string): Buffer => dataSection(Buffer.from(content));

/** Attaches, waits for credit, then sends what `send` says. */
export const sending =
  (send: (peer: Peer) => void): Script =>
  async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    send(peer);
  };
