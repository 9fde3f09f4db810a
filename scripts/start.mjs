// `npm start`: the emulator with simulated devices, and Node-RED with the dashboard example, in one
// process, so that nothing can be left behind. For this computer only: all ports are on loopback.
//
// Environment: PORT, EMULATOR_PORT, EMULATOR_HTTP_PORT, and NODE_RED_USER_DIR for the folder that
// keeps flows and settings (.node-red in this package). It speaks Chinese where the commands do. The
// example is copied to that folder at the first start; from then on the flow is the user's. Delete
// the folder to start afresh.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FLOW_FILE, openFolder } from "./start-folder.mjs";
import { HOST, readPorts } from "./start-ports.mjs";
import { StartError, tell } from "./start-texts.mjs";

const DEVICES = 6;
/** Messages a second of all simulated devices together. */
const RATE = 6;
/** Node-RED gives its nodes 15 s to close; somewhat more, and we end without them. */
const STOP_LIMIT_MS = 20_000;
/** How long the addresses wait for the flows to start, so that they are printed last. */
const FLOWS_LIMIT_MS = 5_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const userDir = resolve(root, process.env.NODE_RED_USER_DIR || ".node-red");

/** Undefined for a module that is missing itself: an error inside it must be seen as it is. */
function load(path) {
  try {
    return require(path);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND" && error.message.includes(path)) return undefined;
    throw error;
  }
}

/** In both languages: which one is decided by what is missing. */
const NOT_BUILT = `The package is not built yet: run npm install first.
软件包尚未构建：请先运行 npm install。`;
const language = load("../dist/src/cli/io.js")?.language(process.env);

function settings({ port, secret }) {
  return {
    // Node-RED itself cuts zh_CN to zh, for which nodes have no texts.
    ...(language === "zh-CN" ? { lang: language } : {}),
    uiHost: HOST,
    uiPort: port,
    userDir,
    flowFile: FLOW_FILE,
    nodesDir: root, // this package: its nodes appear in the palette, its examples in the import menu
    httpAdminRoot: "/",
    httpNodeRoot: "/",
    credentialSecret: secret,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
    logging: { console: { level: "info", metrics: false, audit: false } },
  };
}

/** The dashboard example; as variables its addresses follow the emulator's ports at later starts, too. */
function exampleFlow() {
  const file = language === "zh-CN" ? "Dashboard (Chinese).json" : "Dashboard.json";
  const flow = JSON.parse(readFileSync(join(root, "examples", file), "utf8"));
  const addresses = { port: "${EMULATOR_PORT}", apiEndpoint: "${EMULATOR_API}" };
  return flow.map((node) =>
    node.type === "aliyun-iot-instance" ? { ...node, ...addresses } : node,
  );
}

async function startNodeRed(RED, { port, secret, hasFlows }) {
  const server = createServer();
  server.setMaxListeners(0); // as Node-RED does itself: every web socket node adds one
  RED.init(server, settings({ port, secret }));
  server.on("request", (request, response) => {
    RED.httpAdmin(request, response, () => RED.httpNode(request, response));
  });
  let flowsStarted = once(RED.events, "flows:started");
  await RED.start();
  if (!hasFlows) {
    await flowsStarted;
    flowsStarted = once(RED.events, "flows:started");
    // Through the runtime, as an import in the editor: the credentials go to flows_cred.json.
    await RED.runtime.flows.setFlows({ flows: { flows: exampleFlow() } });
  }
  server.listen(port, HOST);
  await once(server, "listening");
  // A flow with a node type that is not there never starts, and is still to be opened.
  await Promise.race([flowsStarted, pause(FLOWS_LIMIT_MS)]);
}

async function start() {
  const ports = await readPorts(process.env);
  const folder = openFolder(userDir);
  const RED = load("node-red");
  if (RED === undefined) throw new StartError("notInstalled");
  const { Emulator } = load("../dist/src/emulator/emulator.js");
  // What the flow's ${EMULATOR_PORT} and ${EMULATOR_API} read; a variable stands for a whole value.
  process.env.EMULATOR_PORT = String(ports.EMULATOR_PORT);
  process.env.EMULATOR_API = `http://${HOST}:${ports.EMULATOR_HTTP_PORT}`;
  const emulator = await Emulator.start({
    port: ports.EMULATOR_PORT,
    httpPort: ports.EMULATOR_HTTP_PORT,
    devices: DEVICES,
    rate: RATE,
  });
  let stopping = false;
  async function stop() {
    if (stopping) return; // npm sends a second SIGINT: the terminal has sent one already
    stopping = true;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await RED.stop(); // before the emulator, so that unsettled messages can still be settled
    await emulator.stop();
    process.exit(0);
  }
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  await startNodeRed(RED, { port: ports.PORT, ...folder });
  if (stopping) return;
  const started = {
    editor: `http://${HOST}:${ports.PORT}/`,
    amqp: `${HOST}:${ports.EMULATOR_PORT}`,
    devices: DEVICES,
    control: process.env.EMULATOR_API,
    folder: relative(process.cwd(), userDir) || userDir,
  };
  console.log(tell("started", started, language));
}

if (language === undefined) {
  console.error(NOT_BUILT);
  process.exit(1);
}
try {
  await start();
} catch (error) {
  const { name, details } = error;
  console.error(error instanceof StartError ? tell(name, details, language) : error);
  process.exit(1);
}
