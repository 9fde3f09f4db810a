// The ports of `npm start`: read from the environment, and tried before anything is started, so
// that a port in use costs one clear line and not a half-started Node-RED.
import { createServer } from "node:net";
import { StartError } from "./start-texts.mjs";

export const HOST = "127.0.0.1";
const DEFAULTS = { PORT: 1880, EMULATOR_PORT: 5672, EMULATOR_HTTP_PORT: 5680 };

function portFrom(variable, environment) {
  const given = (environment[variable] ?? "").trim();
  const port = given === "" ? DEFAULTS[variable] : Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError("notAPort", { variable, given });
  }
  return port;
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(false);
      else reject(error);
    });
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

/** The three ports by variable name. Throws StartError for one that is invalid, double or in use. */
export async function readPorts(environment) {
  const ports = {};
  for (const variable of Object.keys(DEFAULTS)) {
    const port = portFrom(variable, environment);
    const other = Object.keys(ports).find((name) => ports[name] === port);
    if (other !== undefined) {
      throw new StartError("samePort", { variable, other, port });
    }
    if (!(await isFree(port))) {
      throw new StartError("portInUse", { port, host: HOST, variable });
    }
    ports[variable] = port;
  }
  return ports;
}
