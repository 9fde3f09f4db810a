// The ports of `npm start`: read from the environment, and tried before anything is started, so
// that a port in use costs one clear line and not a half-started Node-RED.
import { createServer } from "node:net";

export const HOST = "127.0.0.1";
const DEFAULTS = { PORT: 1880, EMULATOR_PORT: 5672, EMULATOR_HTTP_PORT: 5680 };

/** A mistake of the person at the keyboard: its message is all that needs to be printed. */
export class StartError extends Error {}

function portFrom(variable, environment) {
  const given = (environment[variable] ?? "").trim();
  const port = given === "" ? DEFAULTS[variable] : Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError(`${variable}=${given} is not a port: set it to a number from 1 to 65535.`);
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
      throw new StartError(
        `${variable} and ${other} are both ${port}: set one of them to another.`,
      );
    }
    if (!(await isFree(port))) {
      throw new StartError(
        `Port ${port} on ${HOST} is not free: end what uses it, or set ${variable} to another.`,
      );
    }
    ports[variable] = port;
  }
  return ports;
}
