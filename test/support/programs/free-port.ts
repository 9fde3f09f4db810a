import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

/**
 * Linux, macOS and Windows give higher ports to whoever asks for any: one of these is still free
 * when a program takes it seconds later.
 */
const [LOWEST, HIGHEST] = [20_000, 30_000];

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return server;
  } catch {
    return undefined; // in use
  }
}

/** `count` different ports of loopback on which nobody listens. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  // Each is held until there are enough.
  for (let attempt = 0; servers.length < count; attempt += 1) {
    if (attempt === MOST_ATTEMPTS) throw new Error("No port is free.");
    const server = await listen(LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST)));
    if (server !== undefined) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
const MOST_ATTEMPTS = 1_000;

/** A port of loopback on which nobody listens. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
