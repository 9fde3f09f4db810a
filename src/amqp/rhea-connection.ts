import { create_container } from "rhea";
import { version } from "rhea/package.json";
import type { Socket } from "node:net";
import type { Connection } from "rhea";
import { InstallationError } from "../errors";
import { dependencyVersion } from "../version";
import type { LinkRequest } from "./link";
import { INCOMING_WINDOW } from "./link-frames";
import type { Failure } from "./translate-error";

/** rhea's frame; a field may be of any type that the peer has sent. */
interface Frame {
  readonly channel: number;
  readonly performative: Record<string, unknown>;
}
type Handler = (this: Connection, frame: Frame) => void;

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
    on_begin: Handler;
    on_attach: Handler;
    on_flow: Handler;
    on_disposition: Handler;
  }
}
const INTERNALS = [
  ...["input", "idle", "_process", "_disconnected", "is_remote_open"],
  ...["on_open", "on_begin", "on_attach", "on_flow", "on_disposition", "on_close"],
];

/** A link is ours to settle and to grant credit on; rhea would accept before the flow has it. */
export const UNATTENDED = { autoaccept: false, credit_window: 0 } as const;

/** What a connection is made with. */
export interface ConnectionSettings {
  readonly request: LinkRequest;
  readonly maxFrameBytes: number;
  /** Opens the socket and calls `connected` when TCP, or TLS on it, is up. */
  readonly openSocket: (connected: () => void) => Socket;
  /** Whether rhea may still write. */
  readonly writable: () => boolean;
  readonly failed: (failure: Failure) => void;
}

/** Makes a connection that has not been started yet. Throws InstallationError. */
export function createConnection(settings: ConnectionSettings): Connection {
  const { request, failed } = settings;
  const { host, port, clientId, idleTimeoutMs } = request;
  // A container of its own: rhea's default one is shared by everything in the process.
  const container = create_container({
    id: clientId,
    sasl_mechanisms: plainMechanism(request, failed),
  });
  const connection = container.create_connection({
    host,
    port,
    hostname: host,
    container_id: clientId,
    idle_time_out: idleTimeoutMs,
    max_frame_size: settings.maxFrameBytes,
    session_buffer_size: { incoming: INCOMING_WINDOW },
    // Also for links that the server might attach unasked: nothing is accepted behind our back.
    receiver_options: UNATTENDED,
    // The subscription reconnects; rhea would keep the old signature and knows no connect limit.
    reconnect: false,
    connection_details: () => ({
      host,
      port,
      // rhea calls it as `net.connect(port, host, options, connected)`.
      connect: (...[, , , connected]: [number, string, object, () => void]) =>
        settings.openSocket(connected),
    }),
  });
  checkInternals(connection);
  // rhea does not see what our carrier reads, and would call a busy peer silent.
  connection.idle = () => undefined;
  catchWriting(connection, settings);
  return connection;
}

/** Users do not get our lock file: another rhea may have renamed what we rely on. */
function checkInternals(connection: Connection): void {
  const missing = INTERNALS.find((name) => typeof Reflect.get(connection, name) !== "function");
  if (missing === undefined) return;
  const needed = dependencyVersion("rhea");
  throw new InstallationError("RHEA_MISMATCH", { version, needed, missing });
}

/** To be called when the socket is gone: rhea may have started a timer after it had ended them. */
export function endTimers(connection: Connection): void {
  connection._disconnected();
}

/** rhea writes in ticks of its own, where what it throws would end the process. */
function catchWriting(
  connection: Connection,
  { failed, writable }: Pick<ConnectionSettings, "failed" | "writable">,
): void {
  const onProcess = connection._process;
  connection._process = () => {
    // With each write rhea starts a timer, which would hold what is gone for two idle time-outs.
    if (!writable()) return;
    try {
      onProcess.call(connection);
    } catch (error) {
      failed({ at: "protocol", error });
    }
  };
}

/** What rhea asks of a SASL mechanism. */
interface Mechanism {
  start(answer: (error: undefined, response: Buffer) => void): void;
  step(): void;
}

/**
 * SASL PLAIN (RFC 4616) for rhea's `sasl_mechanisms`. rhea calls the factory when the server asks,
 * so the signature is fresh; its own PLAIN cuts names off that are not pure ASCII.
 */
function plainMechanism(
  { signIn }: LinkRequest,
  failed: (failure: Failure) => void,
): Readonly<Record<string, () => Mechanism>> {
  const factory = (): Mechanism => ({
    start(answer) {
      try {
        const { username, password } = signIn();
        answer(undefined, Buffer.from(`\0${username}\0${password}`, "utf8"));
      } catch (error) {
        failed({ at: "own", doing: "signing in", error });
      }
    },
    step() {
      failed({ at: "protocol", error: new Error("it sent a SASL challenge to PLAIN") });
    },
  });
  // No prototype: rhea looks up whatever name the server offers, "constructor" included.
  return Object.assign(Object.create(null) as object, { PLAIN: factory });
}
