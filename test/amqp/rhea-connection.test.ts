import { deepEqual } from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { createConnection } from "../../src/amqp/rhea-connection";
import type { Failure } from "../../src/amqp/translate-error";
import { settled } from "../support/manual-clock";

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
