import { deepEqual, equal, match } from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { create_container } from "rhea";
import { createConnection } from "../../src/amqp/rhea-connection";
import type { Failure } from "../../src/amqp/translate-error";
import { ManualClock, settled } from "../support/manual-clock";
import { openTo } from "../support/peer-link";

test("what rhea throws while it writes is the link's failure, not the end of the process", async () => {
  const failures: Failure[] = [];
  const connection = createConnection({
    request: {
      host: "127.0.0.1",
      port: 1,
      tls: undefined,
      clientId: "client",
      consumerGroupId: "group",
      idleTimeoutMs: 60_000,
      signIn: () => ({ username: "", password: "" }),
    },
    maxFrameBytes: 65_536,
    writable: () => true,
    failed: (failure) => failures.push(failure),
    openSocket: () => new Socket(),
  });
  const error = new TypeError("Field first is mandatory");
  const session = connection.create_session();
  Reflect.set(session, "_process", () => {
    throw error;
  });
  connection.open();
  await settled();
  deepEqual(failures, [{ at: "protocol", error }]);
});

const USED = ["input", "idle", "_process", "_disconnected", "is_remote_open", "on_open"].concat([
  "on_begin",
  "on_attach",
  "on_flow",
  "on_disposition",
  "on_close",
]);

for (const name of USED) {
  test(`a rhea without ${name} is refused with the version that is needed`, async () => {
    const prototype: unknown = Object.getPrototypeOf(
      create_container().create_connection({ port: 1 }),
    );
    const kept: unknown = Reflect.get(Object(prototype) as object, name);
    equal(typeof kept, "function", "rhea 3.0.5 has it");
    Reflect.deleteProperty(Object(prototype) as object, name);
    const clock = new ManualClock();
    try {
      const { heard } = openTo(1, clock);
      await heard.until("ended");
      equal(heard.cause?.code, "RHEA_MISMATCH");
      match(heard.cause.message, new RegExp(`3\\.0\\.5.*needs 3\\.0\\.5.*“${name}” is missing`));
      equal(clock.timers, 0);
    } finally {
      Reflect.set(Object(prototype) as object, name, kept);
    }
  });
}
