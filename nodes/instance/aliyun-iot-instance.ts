import { serveConnectionTest } from "./connection-test";
import { replaceVariables, variablesOf } from "../shared/settings";
import { tlsOptions } from "../shared/tls-config";
import { translateError } from "../shared/translation";
import { createApiClient } from "../../src/openapi/client";
import { resolveApi } from "../../src/settings/api";
import { resolveInstance } from "../../src/settings/instance";
import type { NodeAPI } from "node-red";
import type { InstanceNode } from "../shared/instance-node";
import type { StoredNode } from "../shared/settings";
import type { ApiError } from "../../src/errors/error";
import type { ApiClient } from "../../src/openapi/client";
import type { Credentials } from "../../src/settings/instance";

export default function (RED: NodeAPI): void {
  serveConnectionTest(RED);

  RED.nodes.registerType<InstanceNode, StoredNode, object, Credentials>(
    "aliyun-iot-instance",
    function (def) {
      RED.nodes.createNode(this, def);
      let client: ApiClient | undefined;
      const warn = (error: ApiError) => {
        this.warn(translateError(error, RED._).text);
      };
      const stored = () =>
        replaceVariables({ ...def, ...this.credentials }, variablesOf(RED, this));

      // A config node has no status: the node that asks shows what is wrong.
      this.options = () => {
        const settings = stored();
        return resolveInstance(settings, tlsOptions(RED, settings["tls"]));
      };
      this.api = () => {
        const settings = stored();
        client ??= createApiClient(resolveApi(settings, tlsOptions(RED, settings["tls"])), {
          warn,
        });
        return client;
      };
      this.on("close", () => {
        client?.close();
      });
    },
    {
      credentials: {
        accessKeyId: { type: "text" },
        accessKeySecret: { type: "password" },
        securityToken: { type: "password" },
      },
    },
  );
}
