import { signIn } from "../protocol/sign-in";
import type { LinkRequest } from "../amqp/link";
import type { Clock } from "../clock";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";

/** What each attempt of a client asks for; signed anew whenever the server asks for it. */
export function linkRequest(
  instance: InstanceOptions,
  client: Pick<SubscribeOptions, "clientId" | "consumerGroupId" | "idleTimeoutMs">,
  clock: Clock,
): LinkRequest {
  const { host, port, tls } = instance;
  const { clientId, consumerGroupId, idleTimeoutMs } = client;
  return {
    host,
    port,
    tls,
    clientId,
    consumerGroupId,
    idleTimeoutMs,
    signIn: () => signIn({ instance, consumerGroupId, clientId, nowMs: clock.now() }),
  };
}
