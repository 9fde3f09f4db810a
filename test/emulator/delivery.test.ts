import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Emulator } from "../../src/emulator/emulator";
import { attached } from "../support/raw-client";

test("a signed-in client receives a message and its settlement is counted", async () => {
  const emulator = await Emulator.start();
  const client = await attached(emulator.port);
  const messageId = emulator.push({ topic: "/pk/dn/user/update", payload: { t: 21 } });
  const [first] = await client.have(1);
  equal(first?.messageId, messageId);
  first.delivery.accept();
  await emulator.expectSettled(messageId);
  equal(emulator.groups()[0]?.accepted, 1);
  deepEqual(
    emulator.connections().map(({ clientId }) => clientId),
    ["raw-client"],
  );
  equal(emulator.kick(), 1);
  equal((await client.ended).condition, "amqp:connection:forced");
  await emulator.stop();
});
