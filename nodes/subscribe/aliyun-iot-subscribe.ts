import { buildSubscription } from "./build-subscription";
import { control } from "./control";
import { flowError } from "../shared/faults";
import { followFlows } from "./flows";
import { toMessage, toRawMessage } from "./message";
import { Monitor } from "./monitor";
import { settlementDesk } from "../shared/settlement-desk";
import { offerStatistics, serveStatistics } from "./statistics";
import type { SubscribeDef } from "./build-subscription";
import type { ControlMessage } from "./control";
import type { Node, NodeAPI } from "node-red";
import { isIotAmqpError, SettlementError } from "../../src/errors/error";
import { systemClock } from "../../src/clock";
import type { Subscription } from "../../src/subscription/subscription";

export default function (RED: NodeAPI): void {
  const follow = followFlows(RED.events);
  serveStatistics(RED);

  RED.nodes.registerType<Node, SubscribeDef, object, object>(
    "aliyun-iot-subscribe",
    function (def) {
      RED.nodes.createNode(this, def);
      let running: Subscription | undefined;
      let leave: () => void = () => undefined;
      let begun: (subscription: Promise<Subscription>) => void = () => undefined;
      const begin = new Promise<Subscription>((resolve) => (begun = resolve));
      const monitor = new Monitor(
        {
          status: (status) => {
            this.status(status);
          },
          error: (error, message) => {
            this.error(error, message);
          },
          translate: RED._,
        },
        systemClock,
      );
      const withdraw = offerStatistics(this.id, { monitor, subscription: () => running });

      this.on("close", (done: () => void) => {
        unfollow();
        const stopped = running && settlementDesk.stop(running);
        void Promise.resolve(stopped).finally(() => {
          leave();
          withdraw();
          monitor.close();
          done();
        });
      });

      const start = () => {
        const { subscription, options } = buildSubscription(RED, def);
        const isManual = options.settleMode === "manual";
        if (isManual) leave = settlementDesk.add(this.id, subscription);
        subscription.on("changed", (state) => {
          monitor.state(state);
        });
        subscription.on("delivered", (delivery) => {
          const message = toMessage(delivery, isManual ? this.id : undefined);
          monitor.delivered();
          if (delivery.error === undefined) this.send(message);
          else monitor.problem(delivery.error, message);
        });
        subscription.on("undecodable", (error) => {
          monitor.problem(error, toRawMessage(error));
        });
        subscription.on("undelivered", (error) => {
          monitor.problem(error);
        });
        subscription.on("expired", () => {
          const seconds = options.ackTimeoutMs / 1_000;
          monitor.once(new SettlementError("ACK_TIMEOUT", { seconds }));
        });
        running = subscription;
        subscription.start();
        return subscription;
      };
      let isBegun = false;
      const unfollow = follow({
        started() {
          if (isBegun) {
            running?.handOn();
            return;
          }
          isBegun = true;
          // What it throws becomes a rejection: a message to the input hears why, too.
          begun(
            new Promise((resolve) => {
              resolve(start());
            }),
          );
        },
        stopping() {
          running?.holdBack();
        },
      });
      begin.catch((error: unknown) => {
        if (isIotAmqpError(error)) monitor.state({ value: "failed", cause: error });
        else monitor.problem(error);
      });

      // A message that comes before the start of the flows waits for it.
      this.on("input", (message: ControlMessage, send, done) => {
        void begin
          .then((subscription) => control(subscription, message, RED._))
          .then(
            (answer) => {
              if (answer !== undefined) send(answer);
              done();
            },
            (error: unknown) => {
              done(flowError(error, RED._));
            },
          );
      });
    },
  );
}
