import { hostname } from "node:os";
import {
  createSubscription,
  defaultClientId,
  isIotAmqpError,
  resolveSubscribe,
  SettingError,
  systemClock,
} from "../src/index";
import { isInstance } from "./aliyun-iot-instance";
import { replaced } from "./lib/environment";
import { Faults, flowError } from "./lib/faults";
import { whenStarted } from "./lib/flows-started";
import { toMessage, toRawMessage } from "./lib/message";
import { StatusLine } from "./lib/status-line";
import { statusOf } from "./lib/status";
import type { SubscribeOptions, Subscription } from "../src/index";
import type { Node, NodeAPI, NodeDef } from "node-red";

interface SubscribeDef extends NodeDef {
  readonly instance: string;
  readonly clientId?: string;
}

function options(def: SubscribeDef): SubscribeOptions {
  const stored = replaced({ ...def });
  const clientId = stored["clientId"];
  const given = typeof clientId === "string" && clientId.trim() !== "";
  const checked = resolveSubscribe({
    ...stored,
    clientId: given ? clientId : defaultClientId(hostname(), def.id),
  });
  if (checked.settleMode === "manual") {
    const details = { setting: "settleMode", value: "manual", allowed: "auto" };
    throw new SettingError("NOT_YET", details);
  }
  return checked;
}

function build(RED: NodeAPI, def: SubscribeDef): Subscription {
  const instance = RED.nodes.getNode(def.instance);
  if (!isInstance(instance))
    throw new SettingError("SETTING_MISSING", { setting: "instance", rule: "instance" });
  return createSubscription(instance.options(), options(def));
}

export default function (RED: NodeAPI): void {
  const onceStarted = whenStarted(RED.events);

  RED.nodes.registerType<Node, SubscribeDef, object, object>(
    "aliyun-iot-subscribe",
    function (def) {
      RED.nodes.createNode(this, def);
      let subscription: Subscription | undefined;
      const line = new StatusLine((status) => {
        this.status(status);
      }, systemClock);
      const faults = new Faults((error, message) => {
        this.error(error, message);
      }, RED._);

      this.on("close", (done: () => void) => {
        cancel();
        const stopped = subscription?.stop() ?? Promise.resolve();
        void stopped.finally(() => {
          line.close();
          done();
        });
      });

      const cancel = onceStarted(() => {
        try {
          subscription = build(RED, def);
        } catch (error) {
          if (isIotAmqpError(error)) {
            line.show(statusOf({ value: "failed", cause: error }, RED._));
          }
          faults.message(error);
          return;
        }
        subscription.on("changed", (state) => {
          line.show(statusOf(state, RED._));
          faults.state(state);
        });
        subscription.on("delivered", (delivery) => {
          const message = toMessage(delivery);
          if (delivery.error === undefined) this.send(message);
          else faults.message(delivery.error, message);
        });
        subscription.on("undecodable", (error) => {
          faults.message(error, toRawMessage(error));
        });
        subscription.on("undelivered", (error) => {
          faults.message(error);
        });
        subscription.start();
      });

      this.on("input", (_message, _send, done) => {
        const details = { setting: "inputs", value: 1, allowed: 0 };
        done(flowError(new SettingError("NOT_YET", details), RED._));
      });
    },
  );
}
