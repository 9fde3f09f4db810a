import type { Connection, EventContext, Receiver } from "rhea";
import { UNATTENDED } from "./rhea-connection";

/** Who owns the receiver link, and hears of it. */
export interface ReceiverOwner {
  attached(receiver: Receiver): void;
  drained(): void;
  message(context: EventContext): void;
}

/** Attaches the connection's one receiver link. */
export function openReceiver(connection: Connection, owner: ReceiverOwner): void {
  // No source, as in the vendor's sample: the platform knows the group from the sign-in.
  const receiver = connection.open_receiver(UNATTENDED);
  receiver.on("receiver_open", () => {
    owner.attached(receiver);
  });
  receiver.on("receiver_drained", () => {
    owner.drained();
  });
  receiver.on("message", (context: EventContext) => {
    owner.message(context);
  });
}
