// Programs that we did not write: the vendor's own clients, with the signatures V3 and V1.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import Iot, * as models from "@alicloud/iot20180120";
import { Config } from "@alicloud/openapi-client";
import RPCClient from "@alicloud/pop-core";
import { EMULATOR_DEFAULTS } from "../../src/settings/emulator";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-01" };
const OPTIONS = { httpPort: 0, devices: 1, rate: 0 };

interface Account {
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
}

function clientV3({ httpPort = 0 }: Emulator, account: Account = {}): Iot {
  const { accessKeyId, accessKeySecret } = EMULATOR_DEFAULTS;
  const endpoint = `127.0.0.1:${httpPort}`;
  return new Iot(
    new Config({ accessKeyId, accessKeySecret, ...account, endpoint, protocol: "HTTP" }),
  );
}

function clientV1({ httpPort = 0 }: Emulator, account: Account = {}): RPCClient {
  const { accessKeyId, accessKeySecret } = EMULATOR_DEFAULTS;
  const endpoint = `http://127.0.0.1:${httpPort}`;
  return new RPCClient({
    accessKeyId,
    accessKeySecret,
    ...account,
    endpoint,
    apiVersion: "2018-01-20",
  });
}

test("the vendor's client sets, calls, publishes, asks and looks up", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const client = clientV3(emulator);
    const set = new models.SetDevicePropertyRequest({ ...DEVICE, items: '{"target":25.5}' });
    const { body: done } = await client.setDeviceProperty(set);
    deepEqual([done.success, /^\d{1,10}$/.test(done.data?.messageId ?? "")], [true, true]);
    const service = { ...DEVICE, identifier: "selfTest", args: "{}" };
    const { body: tested } = await client.invokeThingService(
      new models.InvokeThingServiceRequest(service),
    );
    match(tested.data?.result ?? "", /^\{"passed":1,"durationMs":\d+\}$/);
    const content = Buffer.from('{"t":21}').toString("base64");
    const publish = new models.PubRequest({
      productKey: DEVICE.productKey,
      topicFullName: "/k1demoPk01/meter-01/user/get",
      messageContent: content,
      qos: 1,
    });
    equal((await client.pub(publish)).body.success, true);
    const { body: answered } = await client.rRpc(
      new models.RRpcRequest({ ...DEVICE, requestBase64Byte: content, timeout: 5_000 }),
    );
    equal(answered.rrpcCode, "SUCCESS");
    const answer = Buffer.from(answered.payloadBase64Byte ?? "", "base64").toString();
    match(answer, /^\{"request":\{"t":21\},"properties":\{.*"target":25.5/);
    const { body: status } = await client.getDeviceStatus(
      new models.GetDeviceStatusRequest(DEVICE),
    );
    equal(status.data?.status, "ONLINE");
    deepEqual(
      emulator.commands.map(({ action }) => action),
      ["SetDeviceProperty", "InvokeThingService", "Pub", "RRpc"],
    );
  }));

test("its signature with an STS token counts, with another token or secret it does not", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const ask = (account: Account) =>
      clientV3(emulator, account).getDeviceStatus(new models.GetDeviceStatusRequest(DEVICE));
    equal((await ask({ securityToken: "testSecurityToken" })).body.success, true);
    await rejects(ask({ securityToken: "another" }), { code: "InvalidSecurityToken.Malformed" });
    await rejects(ask({ accessKeySecret: "another" }), { code: "SignatureDoesNotMatch" });
  }));

test("the vendor's old client sets a property with the signature V1, by GET and by POST", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const call = (method: string, account: Account, items: string) =>
      clientV1(emulator, account).request<{ Success: boolean }>(
        "SetDeviceProperty",
        { ProductKey: DEVICE.productKey, DeviceName: DEVICE.deviceName, Items: items },
        { method },
      );
    for (const [method, switched] of [
      ["GET", 0],
      ["POST", 1],
    ] as const) {
      const items = JSON.stringify({ switch: switched });
      equal((await call(method, {}, items)).Success, true, method);
      deepEqual(emulator.commands.at(-1)?.content, { switch: switched });
      equal((await call(method, { securityToken: "testSecurityToken" }, items)).Success, true);
      await rejects(call(method, { accessKeySecret: "another" }, items), {
        code: "SignatureDoesNotMatch",
      });
    }
  }));
