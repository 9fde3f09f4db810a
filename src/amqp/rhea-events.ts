import type { Connection, EventContext } from "rhea";
import type { Failure } from "./translate-error";

/** What rhea's many events come down to. */
export interface RheaOwner {
  opened(): void;
  failed(failure: Failure): void;
}

/**
 * Listens to all that rhea may raise on a connection. An event that nobody listens to goes to the
 * container, throws there inside rhea's reading, and may end the process.
 */
export function listen(connection: Connection, owner: RheaOwner): void {
  const protocol = (error: unknown): void => {
    owner.failed({ at: "protocol", error });
  };
  connection.on("connection_open", () => {
    owner.opened();
  });
  // With an error both events of a pair come; the owner keeps the first.
  connection.on("connection_error", ({ error }: EventContext) => {
    // A refused sign-in looks like a close, but no close frame has come.
    if (connection.error === undefined) owner.failed({ at: "sign-in", text: error?.message ?? "" });
    else owner.failed({ at: "close", error });
  });
  connection.on("connection_close", ({ error }: EventContext) => {
    owner.failed({ at: "close", error });
  });
  for (const event of ["session_error", "session_close"]) {
    connection.on(event, ({ session }: EventContext) => {
      owner.failed({ at: "end", error: session?.error });
    });
  }
  for (const event of ["receiver_error", "receiver_close"]) {
    connection.on(event, ({ receiver }: EventContext) => {
      owner.failed({ at: "detach", error: receiver?.error });
    });
  }
  // Our own receiver has its own listener: this is a link that the server attaches unasked.
  for (const event of ["receiver_open", "sender_open"]) {
    connection.on(event, () => {
      protocol(new Error("it attached a link that nobody asked for"));
    });
  }
  connection.on("protocol_error", protocol);
  connection.on("error", protocol);
  // The socket's own events say it better; without a listener rhea prints a warning.
  connection.on("disconnected", () => undefined);
  refuseEarlyClose(connection, owner);
}

/** A close without an open: rhea calls that a protocol error, and what the server says is lost. */
function refuseEarlyClose(connection: Connection, owner: RheaOwner): void {
  const onClose = connection.on_close.bind(connection);
  connection.on_close = (frame) => {
    if (connection.is_remote_open()) {
      onClose(frame);
      return;
    }
    const performative: unknown = Reflect.get(frame, "performative");
    const error: unknown =
      typeof performative === "object" && performative !== null
        ? Reflect.get(performative, "error")
        : undefined;
    owner.failed({ at: "close", error: error ?? undefined });
  };
}
