import type { Socket } from "node:net";
import { create_container } from "rhea";
import type { Connection } from "rhea";
import { guardFrames } from "./frame-guard";
import type { FrameRules } from "./frame-guard";
import type { LinkRequest } from "./link";
import { guardPerformatives } from "./performatives";
import { plainMechanism } from "./sasl";

// A part of rhea 3.0.5 that its typings do not give; test/amqp/rhea-connection.test.ts covers it.
declare module "rhea/typings/connection" {
  interface Connection {
    /** Writes what is due; rhea looks it up each time. */
    _process: (this: Connection) => void;
    /** Ends rhea's timers; may be called again. */
    _disconnected: (this: Connection) => void;
  }
}

/**
 * Transfers that the session takes beyond the credit: a large message is several, and rhea asks for
 * more only when half of them have come. A delivery leaves this buffer when it has been handed over.
 */
const SPARE_TRANSFERS = 2_048;

/** A link is ours to settle and to grant credit on; rhea would accept before the flow has it. */
export const UNATTENDED = { autoaccept: false, credit_window: 0 } as const;

/** What a connection is made with. */
export interface ConnectionSettings extends FrameRules {
  readonly request: LinkRequest;
  /** Opens the socket and calls `connected` when TCP, or TLS on it, is up. */
  readonly openSocket: (connected: () => void) => Socket;
}

/** Makes a connection that has not been started yet. */
export function createConnection(settings: ConnectionSettings): Connection {
  const { failed } = settings;
  const { host, port, clientId, idleTimeoutMs, creditWindow, signIn } = settings.request;
  // A container of its own: rhea's default one is shared by everything in the process.
  const container = create_container({
    id: clientId,
    sasl_mechanisms: plainMechanism({ signIn, failed }),
  });
  const connection = container.create_connection({
    host,
    port,
    hostname: host,
    container_id: clientId,
    idle_time_out: idleTimeoutMs,
    max_frame_size: settings.maxFrameBytes,
    session_buffer_size: { incoming: creditWindow + SPARE_TRANSFERS },
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
  guardFrames(connection, settings);
  guardPerformatives(connection, settings);
  catchWriting(connection, settings);
  return connection;
}

/** To be called when the socket is gone: rhea may have started a timer after it had ended them. */
export function endTimers(connection: Connection): void {
  connection._disconnected();
}

/** rhea writes in ticks of its own, where what it throws would end the process. */
function catchWriting(connection: Connection, { failed, readable }: FrameRules): void {
  const onProcess = connection._process;
  connection._process = () => {
    // With each write rhea starts a timer, which would hold what is gone for two idle time-outs.
    if (!readable()) return;
    try {
      onProcess.call(connection);
    } catch (error) {
      failed({ at: "protocol", error });
    }
  };
}
