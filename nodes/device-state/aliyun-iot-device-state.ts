import { replaced } from "../shared/environment";
import { flowError } from "../shared/faults";
import { StateDesk } from "./state-desk";
import { serve } from "./state-request";
import { StateStatus } from "./state-status";
import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";
import type { StateMessage } from "./state-request";
import { systemClock } from "../../src/clock";
import { resolveStore, contextStores, resolveDeviceState } from "../../src/settings/device-state";

/** The one of this process: nodes of any flow may keep their states at the same place. */
const stateDesk = new StateDesk(systemClock);

type Send = (message: NodeMessage) => void;
/** Does what a message means; resolves when that is stored. */
type Take = (message: StateMessage, send: Send) => Promise<void>;

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, NodeDef, object, object>("aliyun-iot-device-state", function (def) {
    RED.nodes.createNode(this, def);
    let leave: () => Promise<void> = () => Promise.resolve();
    const status = new StateStatus(
      (shown) => {
        this.status(shown);
      },
      { translate: RED._, clock: systemClock },
    );
    this.on("close", (done: () => void) => {
      void leave().finally(() => {
        status.close();
        done();
      });
    });

    const start = (): Take => {
      const { contextType, maxDevices, ...options } = resolveDeviceState(replaced({ ...def }));
      const store = resolveStore(options, contextStores(RED.settings.contextStorage));
      const context = this.context()[contextType];
      const membership = stateDesk.join({ context, store, key: options.key }, (failure) => {
        status.ended(failure, { devices: membership.states.size, maxDevices });
      });
      leave = () => membership.leave();
      // The status tells at once what an earlier run has kept; a failure is told with each message.
      membership.use((states) => states.open()).catch(() => undefined);
      return (message, send) =>
        membership.use((states) => serve(states, { message, maxDevices, send }));
    };

    // What it throws becomes a rejection: each message hears why.
    const taking = new Promise<Take>((resolve) => {
      resolve(start());
    });
    taking.catch((error: unknown) => {
      status.refused(error);
    });
    this.on("input", (message: StateMessage, send, done) => {
      taking
        .then((take) => take(message, send))
        .then(
          () => {
            done();
          },
          (error: unknown) => {
            done(flowError(error, RED._));
          },
        );
    });
  });
}
