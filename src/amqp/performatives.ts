import type { Connection } from "rhea";
import { TEXTS } from "../texts/texts";
import type { Failure } from "./translate-error";

/** rhea's frame; a field may be of any type that the peer has sent. */
type Handler<Fields> = (this: Connection, frame: { readonly performative: Fields }) => void;

// A part of rhea 3.0.5 that its typings do not give; test/amqp/rhea-link.test.ts covers it.
declare module "rhea/typings/connection" {
  interface Connection {
    on_begin: Handler<{ readonly remote_channel: unknown; readonly next_outgoing_id: unknown }>;
    on_attach: Handler<{ source: unknown; target: unknown }>;
    on_flow: Handler<{
      readonly next_outgoing_id: unknown;
      readonly link_credit: unknown;
      readonly delivery_count: unknown;
      drain: unknown;
    }>;
    on_disposition: Handler<unknown>;
  }
}

/** Node.js has no longer timers: it prints a warning, and fires at once, again and again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Of a server that asks for a sign of life each ms; rhea gives two in that time. */
const LEAST_IDLE_MS = 100;

/** Whom to tell of what must not come. */
export interface PerformativeRules {
  readonly failed: (failure: Failure) => void;
}

/**
 * Stands before rhea's handling of performatives, on one connection only. rhea computes with what
 * is in them in ticks of its own, where an object in place of a number ends the process.
 */
export function guardPerformatives(connection: Connection, { failed }: PerformativeRules): void {
  const refuse = (reason: string): void => {
    failed({ at: "protocol", error: new Error(reason) });
  };

  keepIdleTimeout(connection);

  const onBegin = connection.on_begin;
  connection.on_begin = (frame) => {
    const { remote_channel, next_outgoing_id } = frame.performative;
    // rhea answers each of them with one more session, and looks through all for a free number.
    if (typeof remote_channel !== "number") refuse(TEXTS["en-US"].reasons.unaskedSession);
    else if (typeof next_outgoing_id !== "number") refuse("begin without a next-outgoing-id");
    else onBegin.call(connection, frame);
  };

  const onFlow = connection.on_flow;
  connection.on_flow = (frame) => {
    const { performative } = frame;
    const { next_outgoing_id, link_credit, delivery_count } = performative;
    if (typeof next_outgoing_id !== "number") {
      refuse("flow without a next-outgoing-id");
      return;
    }
    // Credit is ours to give: of a sender's, only that none is left means something. rhea would
    // take over whatever it says, and print it.
    if (link_credit !== 0 || typeof delivery_count !== "number") performative.drain = false;
    onFlow.call(connection, frame);
  };

  const onAttach = connection.on_attach;
  connection.on_attach = (frame) => {
    // Nobody looks at them, and rhea prints those of a kind that it does not know.
    frame.performative.source = null;
    frame.performative.target = null;
    onAttach.call(connection, frame);
  };

  // What we have settled is settled, whatever the sender says of it. rhea would print an outcome
  // that it does not know, and go through all of the range: up to four thousand million steps.
  connection.on_disposition = () => undefined;
}

/** Keeps what the server asks for within what a timer can do. */
function keepIdleTimeout(connection: Connection): void {
  const onOpen = connection.on_open.bind(connection);
  connection.on_open = (frame) => {
    const performative = Object(Reflect.get(frame, "performative")) as object;
    const askedMs: unknown = Reflect.get(performative, "idle_time_out");
    const isAsked = typeof askedMs === "number" && askedMs > 0;
    const keptMs = isAsked ? Math.min(Math.max(askedMs, LEAST_IDLE_MS), LONGEST_TIMER_MS) : null;
    Reflect.set(performative, "idle_time_out", keptMs);
    onOpen(frame);
  };
}
