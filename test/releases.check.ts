// Installs the tarball into each Node-RED that package.json claims to work with, from the registry,
// lets it receive, and goes through its editor. Run by `npm run test:releases`; `npm test` needs no
// network.
import { deepEqual, equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withBrowser } from "./support/browser/browser-test";
import { EXAMPLES, readExample, tryExample } from "./support/node-red/example";
import { ACK, settlingFlow } from "./support/node-red/flow";
import { commandForm } from "./support/browser/command-form";
import { journey } from "./support/browser/journey";
import { NodeRed } from "./support/node-red/node-red";
import { propertiesForm } from "./support/browser/properties-form";
import { installRelease } from "./support/package/release";
import { withEmulator } from "./support/emulator/with-emulator";
import { withTarball } from "./support/package/tarball";
import type { ErrorCode } from "../src/errors/error";
import type { Language } from "./support/node-red/built-nodes";
import type { Release } from "./support/package/release";

/** Those that need nothing but this package. */
const OWN_EXAMPLES = EXAMPLES.filter((file) =>
  readExample(file).every(({ type }) => !/^(ui-|influxdb)/.test(type)),
);

/**
 * `languages`: of the journey through the editor, one each, as the texts are the same everywhere;
 * 4.1's, in both, and its examples are in `npm test`.
 */
const RELEASES: readonly (Release & { readonly languages: readonly Language[] })[] = [
  { nodeRed: "3.1", languages: ["en-US"] },
  { nodeRed: "4.1", node: "24", languages: [] },
  { nodeRed: "5.0", node: "22", languages: ["zh-CN"] },
];

interface NodeSet {
  readonly module: string;
  readonly types: readonly string[];
  readonly err?: string;
}

async function expectLoaded(nodeRed: NodeRed): Promise<void> {
  const sets = (await nodeRed.request("GET", "/nodes")) as readonly NodeSet[];
  const ours = sets.filter(({ module }) => module === "@iot-flows/node-red-aliyun-iot");
  deepEqual(ours.map(({ err }) => err).filter(Boolean), []);
  deepEqual(ours.flatMap(({ types }) => types).sort(), [
    "aliyun-iot-ack",
    "aliyun-iot-command",
    "aliyun-iot-device-state",
    "aliyun-iot-instance",
    "aliyun-iot-properties",
    "aliyun-iot-subscribe",
  ]);
}

/** What Catch gets of the node's next error: the code in the text, since 4.1 also by itself. */
async function expectCaught(nodeRed: NodeRed, code: ErrorCode): Promise<void> {
  const { message } = await nodeRed.next("catch");
  const error = message?.["error"] as Readonly<Record<string, unknown>>;
  ok(String(error["message"]).endsWith(`[${code}]`), String(error["message"]));
  ok([code, undefined].includes(error["code"] as ErrorCode | undefined));
  deepEqual((error["source"] as { id: string }).id, ACK);
}

function receiveAndSettle(nodeRed: NodeRed): Promise<void> {
  return withEmulator({}, async (emulator) => {
    // Node-RED 3.1 leaves it where it is, as if it were not set.
    const instance = { iotInstanceId: "${EMPTY_VARIABLE}" };
    await nodeRed.deploy(settlingFlow({ port: emulator.port, instance, ack: { outcome: "msg" } }));
    for (const outcome of ["accepted", "rejected"] as const) {
      const id = emulator.push({ topic: "/k1/d1/user/update", payload: "hello" });
      const { message } = await nodeRed.next("message");
      equal(message?.["payload"], "hello");
      nodeRed.hand(ACK, { ...message, outcome });
      await emulator.expectSettled(id, outcome);
      nodeRed.hand(ACK, { ...message, outcome: "modified" });
      await expectCaught(nodeRed, "OUTCOME_INVALID");
    }
  });
}

for (const { languages, ...release } of RELEASES) {
  const { nodeRed: version, node = process.versions.node } = release;
  test(`Node-RED ${version} on Node.js ${node}`, { timeout: 600_000 }, (t) =>
    withTarball(async ({ file, directory }) => {
      const home = join(directory, "home");
      const options = installRelease(home, release, [file]);
      const nodesDir = join(home, "node_modules/@iot-flows/node-red-aliyun-iot");
      const nodeRed = await NodeRed.start({
        ...options,
        nodesDir,
        modules: ["libsql"],
        environment: { EMPTY_VARIABLE: "" },
      });
      try {
        await t.test("it loads the nodes, receives and settles", async () => {
          await expectLoaded(nodeRed);
          await receiveAndSettle(nodeRed);
        });
        for (const language of languages) {
          await t.test(
            `from an empty workspace to the first message, in ${language}`,
            async (t) => {
              await nodeRed.deploy([]);
              await withBrowser(t, (browser) => journey(browser, { nodeRed, language }));
            },
          );
          await t.test(`the form of properties, in ${language}`, (t) =>
            withBrowser(t, (browser) => propertiesForm(browser, { nodeRed, language })),
          );
          await t.test(`the form of commands, in ${language}`, (t) =>
            withBrowser(t, (browser) => commandForm(browser, { nodeRed, language })),
          );
        }
        for (const file of languages.length === 0 ? [] : OWN_EXAMPLES) {
          await t.test(`the example “${file}” is imported and deployed`, (t) =>
            withBrowser(t, (browser) => tryExample(browser, nodeRed, file)),
          );
        }
      } finally {
        await nodeRed.stop();
      }
    }),
  );
}
