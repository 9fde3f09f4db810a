import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { SettlementDesk } from "../../nodes/shared/settlement-desk";
import { Inbox, subscriptionTo, withSubscription } from "../support/subscribed";
import { withEmulator } from "../support/with-emulator";

const MANUAL = { settings: { settleMode: "manual" } };

test("a subscriber that closes late does not take its successor away", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, MANUAL, async (subscription) => {
      const desk = new SettlementDesk();
      const inbox = new Inbox(subscription);
      const leave = desk.add("one", subscriptionTo(emulator, MANUAL));
      desk.add("one", subscription);
      leave();
      const id = emulator.push({ topic: "/k1/d1/user/update", payload: "x" });
      const { token = "" } = await inbox.next();
      desk.settle({ subscriber: "one", token }, "accepted");
      await emulator.expectSettled(id, "accepted");
    }),
  ));

test("while there are ack nodes a stop waits for them, and no longer when the last has gone", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, MANUAL, async (subscription) => {
      const desk = new SettlementDesk();
      const inbox = new Inbox(subscription);
      const leave = desk.add("one", subscription);
      const [first, second] = [desk.join(), desk.join()];
      const id = emulator.push({ topic: "/k1/d1/user/update", payload: "x" });
      const { token = "" } = await inbox.next();
      const stopped = desk.stop(subscription);
      first();
      equal(subscription.state.value, "draining");
      equal(subscription.counters.released, 0);
      second();
      await stopped;
      await emulator.expectSettled(id, "released");
      leave();
      throws(
        () => {
          desk.settle({ subscriber: "one", token }, "accepted");
        },
        { code: "DELIVERY_LINK_LOST" },
      );
    }),
  ));
