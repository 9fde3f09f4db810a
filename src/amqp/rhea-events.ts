import type { Connection, EventContext, Receiver } from "rhea";
import { TEXTS } from "../texts/texts";
import { UNATTENDED } from "./rhea-connection";
import { isUint } from "./link-frames";
import type { Numbering } from "./carrier";
import type { Failure } from "./translate-error";

/** What rhea's many events come down to. */
export interface RheaOwner {
  /** The server's open has come, with the idle time-out that it asks for, if any. */
  opened(askedMs: number | undefined): void;
  /** Our receiver link is attached. */
  attached(numbering: Numbering): void;
  /** A flow frame has come. */
  flow(fields: Readonly<Record<string, unknown>>): void;
  failed(failure: Failure): void;
}

/** What performatives say that rhea does not keep for us. */
interface Said {
  askedMs: number | undefined;
  channel: number;
  nextIncomingId: number;
  handle: number;
  deliveryCount: number;
}

/**
 * Listens to all that rhea may raise on a connection, and attaches a receiver link when it is open.
 * An event that nobody listens to goes to the container, throws there inside rhea's reading, and
 * may end the process.
 */
export function listen(connection: Connection, owner: RheaOwner): void {
  const said = standBefore(connection, owner);
  let ours: Receiver | undefined;
  const protocol = (error: unknown): void => {
    owner.failed({ at: "protocol", error });
  };
  connection.on("connection_open", () => {
    owner.opened(said.askedMs);
    // No source, as in the vendor's sample: the platform knows the group from the sign-in.
    ours = connection.open_receiver(UNATTENDED);
  });
  connection.on("receiver_open", ({ receiver }: EventContext) => {
    if (receiver === ours) owner.attached(said);
    else protocol(new Error(TEXTS["en-US"].reasons.unaskedLink));
  });
  connection.on("sender_open", () => {
    protocol(new Error(TEXTS["en-US"].reasons.unaskedLink));
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
  connection.on("protocol_error", protocol);
  connection.on("error", protocol);
  // The socket's own events say it better; without a listener rhea prints a warning.
  connection.on("disconnected", () => undefined);
}

/**
 * Stands before rhea's handling of performatives, on one connection only. rhea computes with what
 * is in them in ticks of its own, where an object in place of a number ends the process.
 */
function standBefore(connection: Connection, owner: RheaOwner): Said {
  const [onOpen, onClose] = [
    connection.on_open.bind(connection),
    connection.on_close.bind(connection),
  ];
  const { on_begin, on_attach } = connection;
  const said: Said = {
    askedMs: undefined,
    channel: 0,
    nextIncomingId: 0,
    handle: 0,
    deliveryCount: 0,
  };
  const refuse = (reason: string): void => {
    owner.failed({ at: "protocol", error: new Error(reason) });
  };

  connection.on_open = (frame) => {
    const performative = fieldsOf(frame);
    const { idle_time_out } = performative;
    const isAsked = typeof idle_time_out === "number" && idle_time_out > 0;
    said.askedMs = isAsked ? idle_time_out : undefined;
    // The heartbeat is ours: rhea's timer cannot wait as long as a server may ask for.
    performative["idle_time_out"] = null;
    onOpen(frame);
  };

  connection.on_begin = (frame) => {
    const { remote_channel, next_outgoing_id } = frame.performative;
    // rhea answers each of them with one more session, and looks through all for a free number.
    if (typeof remote_channel !== "number") refuse(TEXTS["en-US"].reasons.unaskedSession);
    else if (!isUint(next_outgoing_id)) refuse("begin without a next-outgoing-id");
    else {
      // rhea sees no transfers: counting from 0 it never finds that its window has to be opened.
      frame.performative["next_outgoing_id"] = 0;
      on_begin.call(connection, frame);
      said.channel = frame.channel;
      said.nextIncomingId = next_outgoing_id;
    }
  };

  connection.on_attach = (frame) => {
    const { performative } = frame;
    const { handle, initial_delivery_count } = performative;
    if (!isUint(handle)) {
      refuse("attach without a handle");
      return;
    }
    said.handle = handle;
    said.deliveryCount = isUint(initial_delivery_count) ? initial_delivery_count : 0;
    // Nobody looks at them, and rhea prints those of a kind that it does not know.
    performative["source"] = null;
    performative["target"] = null;
    on_attach.call(connection, frame);
  };

  connection.on_flow = ({ performative }) => {
    owner.flow(performative);
  };

  // What we have settled is settled, whatever the sender says of it. rhea would print an outcome
  // that it does not know, and go through all of the range: up to four thousand million steps.
  connection.on_disposition = () => undefined;

  // A close without an open: rhea calls that a protocol error, and what the server says is lost.
  connection.on_close = (frame) => {
    if (connection.is_remote_open()) onClose(frame);
    else owner.failed({ at: "close", error: fieldsOf(frame)["error"] ?? undefined });
  };
  return said;
}

/** The performative of a frame whose typing leaves it out. */
function fieldsOf(frame: object): Record<string, unknown> {
  return Object(Reflect.get(frame, "performative")) as Record<string, unknown>;
}
