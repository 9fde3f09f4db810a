import { version } from "rhea/package.json";
import type { Connection } from "rhea";
import { InstallationError } from "../errors/error";
import { dependencyVersion } from "../version";

// The parts of rhea 3.0.5 that we use and its typings do not give. `INTERNALS` checks them.
declare module "rhea/typings/connection" {
  interface Connection {
    /** Takes bytes that the peer has sent. */
    input: (this: Connection, bytes: Buffer) => void;
    /** Called when rhea has heard nothing for a while. */
    idle: (this: Connection) => void;
    /** Writes what is due; rhea looks it up each time. */
    _process: (this: Connection) => void;
    /** Ends rhea's timers; may be called again. */
    _disconnected: (this: Connection) => void;
  }
}

/** What rhea's handlers of performatives must not see as the peer has sent it. */
const REPLACED_FIELDS: Readonly<Record<string, object>> = {
  // The heartbeat is ours: rhea's timer cannot wait as long as a server may ask for.
  on_open: { idle_time_out: null },
  // rhea sees no transfers: counting from 0 it never finds that it has to open its window.
  on_begin: { next_outgoing_id: 0 },
  // Nobody looks at them, and rhea prints those of a kind that it does not know.
  on_attach: { source: null, target: null },
};
const INTERNALS = ["input", "idle", "_process", "_disconnected", ...Object.keys(REPLACED_FIELDS)];

/**
 * Checks by name what we rely on: users do not get our lock file, and another rhea may have renamed
 * it. Throws InstallationError.
 */
export function checkInternals(connection: Connection): void {
  const missing = INTERNALS.find((name) => typeof Reflect.get(connection, name) !== "function");
  if (missing === undefined) return;
  const needed = dependencyVersion("rhea");
  throw new InstallationError("RHEA_MISMATCH", { version, needed, missing });
}

/** Lets rhea read open, begin and attach with some fields replaced, on this connection only. */
export function replaceFields(connection: Connection): void {
  for (const [name, fields] of Object.entries(REPLACED_FIELDS)) {
    const original: unknown = Reflect.get(connection, name);
    if (typeof original !== "function") continue;
    Reflect.set(connection, name, (frame: object) => {
      Object.assign(Object(Reflect.get(frame, "performative")) as object, fields);
      Reflect.apply(original, connection, [frame]);
    });
  }
}
