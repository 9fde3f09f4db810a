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
