import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { create_container } from "rhea";
import { ManualClock } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import { openTo } from "../support/peer/open-link";
import { english } from "../support/english";

/** Replaces a method of one of rhea's classes while `work` runs; `undefined` takes it away. */
async function withMethod(
  instance: object,
  { name, method }: { name: string; method: (() => void) | undefined },
  work: () => Promise<void>,
): Promise<void> {
  const prototype = Object(Object.getPrototypeOf(instance)) as object;
  const kept: unknown = Reflect.get(prototype, name);
  equal(typeof kept, "function", "rhea 3.0.5 has it");
  if (method === undefined) Reflect.deleteProperty(prototype, name);
  else Reflect.set(prototype, name, method);
  try {
    await work();
  } finally {
    Reflect.set(prototype, name, kept);
  }
}

const rheaConnection = () => create_container().create_connection({ port: 1 });

test("what rhea throws while it writes is the link's failure, not the end of the process", async () => {
  const server = await PeerServer.start((peer) => peer.open().then(() => undefined));
  const method = (): void => {
    throw new TypeError("Field first is mandatory");
  };
  await withMethod(rheaConnection().create_session(), { name: "_process", method }, async () => {
    const { heard } = openTo(server.port, new ManualClock());
    await heard.until("ended");
    equal(heard.cause?.code, "PROTOCOL_VIOLATION");
    match(english(heard.cause), /Field first is mandatory/);
  });
  await server.stop();
  server.check();
});

for (const name of [
  "input",
  "idle",
  "_process",
  "_disconnected",
  "on_open",
  "on_begin",
  "on_attach",
]) {
  test(`a rhea without ${name} is refused with the version that is needed`, () =>
    withMethod(rheaConnection(), { name, method: undefined }, async () => {
      const clock = new ManualClock();
      const { heard } = openTo(1, clock);
      await heard.until("ended");
      equal(heard.cause?.code, "RHEA_MISMATCH");
      match(english(heard.cause), new RegExp(`3\\.0\\.5.*needs 3\\.0\\.5.*“${name}” is missing`));
      equal(clock.timers, 0);
    }));
}
