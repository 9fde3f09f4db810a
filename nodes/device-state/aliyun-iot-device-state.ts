import { StatesRegistry } from "./shared-states";
import { answer, changeMessage, isRequest } from "./state-messages";
import { StateStatus } from "./state-status";
import { startNode } from "../shared/start";
import { systemClock } from "../../src/clock";
import { observationsOf } from "../../src/device-state/observation";
import { resolveStore, contextStores, resolveDeviceState } from "../../src/settings/device-state";
import type { Node, NodeAPI } from "node-red";
import type { SharedStates } from "./shared-states";
import type { StoredNode } from "../shared/settings";

/** The one of this process: nodes of any flow may keep their states at the same place. */
const registry = new StatesRegistry(systemClock);

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, StoredNode, object, object>(
    "aliyun-iot-device-state",
    function (def) {
      RED.nodes.createNode(this, def);
      const status = new StateStatus(this, RED._, systemClock);
      let shared: SharedStates | undefined;

      startNode(RED, this, {
        stored: def,

        isRequest,

        resolve: (stored) => {
          const options = resolveDeviceState(stored);
          const store = resolveStore(options, contextStores(RED.settings.contextStorage));
          return { ...options, store };
        },

        start: ({ contextType, store, key, maxDevices }) => {
          const ours = registry.at({ context: this.context()[contextType], store, key });
          shared = ours;
          ours.join(this, (failure, devices) => {
            status.showCall(failure, { devices, maxDevices });
          });
          // Shows at once how many devices an earlier run has kept. Each message hears of a failure.
          ours.use((states) => states.open()).catch(() => undefined);
          return (message, send) =>
            ours.use(async (states) => {
              if (isRequest(message)) {
                send(await answer(states, message));
                return;
              }
              const observations = observationsOf(message, systemClock.now());
              if (observations.length === 0) return;
              await states.update(observations, maxDevices, (change) => {
                send(changeMessage(message, change));
              });
            });
        },

        close: async () => {
          await shared?.leave(this);
          status.close();
        },
      });
    },
  );
}
