import { create_container } from "rhea";
import { hideSignIn } from "./rhea-internals";
import { plainMechanism } from "./sasl-plain";
import type { Connection, EventContext } from "rhea";
import type { PlainAnswer, PlainResponse } from "./sasl-plain";

/** What a server connection asks its owner, and reports to it. */
export interface ServerEvents {
  decide(response: PlainResponse | undefined): PlainAnswer;
  /** An error of rhea or of a handler. */
  failed(reason: string): void;
  readonly on: Readonly<Partial<Record<ServerEvent, (context: EventContext) => void>>>;
}

type ServerEvent =
  | "connection_open"
  | "connection_close"
  | "session_close"
  | "sender_open"
  | "sender_close"
  | "receiver_open"
  | "receiver_close";

/** With CLOSES, all events at which rhea prints or throws if nobody listens. */
const FAILURES = [
  "error",
  "protocol_error",
  "disconnected",
  "connection_error",
  "session_error",
  "sender_error",
  "receiver_error",
] as const;
const CLOSES = ["connection_close", "session_close", "sender_close", "receiver_close"] as const;

function reasonOf(event: string, context: { error?: unknown; message?: unknown } | undefined) {
  const error = context?.error ?? context;
  return error instanceof Error ? `${event}: ${error.message}` : event;
}

/** A rhea connection for an accepted socket, with a listener for every event at which rhea throws. */
export function serverConnection(idleTimeoutMs: number, events: ServerEvents): Connection {
  // A container of its own: rhea keeps the sign-in's mechanisms there, and ours know the connection.
  const container = create_container({ id: "aliyun-iot-emulator" });
  let isSignedIn = false;
  container.sasl_server_mechanisms = plainMechanism((response) => {
    const answer = events.decide(response);
    isSignedIn = answer === "accept";
    return answer;
  });
  const settings = {
    port: 0, // demanded by rhea's typings; a server connection has its socket already
    idle_time_out: idleTimeoutMs,
    tcp_no_delay: true,
    // `modified` is counted by itself; rhea would raise `released` as well.
    treat_modified_as_released: false,
    receiver_options: { credit_window: 0, autoaccept: false },
    // rhea stops sending once its oldest unsettled delivery is this far behind; its default: 2,048.
    session_buffer_size: { outgoing: 65_536 },
  };
  const connection = container.create_connection(settings);
  hideSignIn(connection, () => !isSignedIn);
  const failed = (event: string) => (context: EventContext | undefined) => {
    events.failed(reasonOf(event, context));
  };
  container.on("error", failed("error"));
  for (const event of FAILURES) connection.on(event, failed(event));
  for (const event of CLOSES) connection.on(event, () => undefined);
  for (const [event, handler] of Object.entries(events.on)) {
    connection.on(event, (context: EventContext) => {
      try {
        handler(context);
      } catch (error) {
        events.failed(`${event}: ${String(error)}`);
      }
    });
  }
  return connection;
}
