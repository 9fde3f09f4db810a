/** Why a connection or a link is ended: the error of an AMQP close or detach frame. */
export interface Refusal {
  readonly condition: string;
  readonly description: string;
}

/**
 * The emulator's own words: a guess, as the platform's conditions and descriptions are not documented.
 * Its log codes are, and are named here so that they can be looked up in its documentation.
 */
export const REFUSALS = {
  heartbeat: (given: number | undefined, minMs: number, maxMs: number): Refusal => ({
    condition: "aliyun-iot-emulator:heartbeat-out-of-range",
    description: `The idle-time-out of the open frame must be ${minMs} to ${maxMs} ms, but is ${
      given ?? "absent"
    } (the platform logs code 9601).`,
  }),
  frameSize: (given: number): Refusal => ({
    condition: "amqp:invalid-field",
    description: `The max-frame-size of the open frame must be at least 512, but is ${given}.`,
  }),
  groupNotFound: (consumerGroupId: string): Refusal => ({
    condition: "amqp:not-found",
    description: `There is no consumer group ${consumerGroupId}.`,
  }),
  tooManyConsumers: (consumerGroupId: string, limit: number): Refusal => ({
    condition: "amqp:resource-limit-exceeded",
    description: `The consumer group ${consumerGroupId} has ${limit} consumers already (the platform logs code 9600).`,
  }),
  tooManyConnects: (consumerGroupId: string, limit: number): Refusal => ({
    condition: "amqp:resource-limit-exceeded",
    description: `More than ${limit} connection requests within a minute for the consumer group ${consumerGroupId} (the platform logs code 9600).`,
  }),
  notAttached: (ms: number): Refusal => ({
    condition: "aliyun-iot-emulator:attach-timeout",
    description: `No receiver link was attached within ${ms} ms.`,
  }),
  secondLink: (): Refusal => ({
    condition: "amqp:not-allowed",
    description: "A connection has exactly one receiver link, and this one has it already.",
  }),
  senderLink: (): Refusal => ({
    condition: "amqp:not-allowed",
    description: "The endpoint only pushes: sender links are not supported.",
  }),
  silent: (ms: number): Refusal => ({
    condition: "amqp:resource-limit-exceeded",
    description: `Nothing was received for ${ms} ms: the heartbeat is missing.`,
  }),
  sameClientId: (clientId: string): Refusal => ({
    condition: "amqp:connection:forced",
    description: `Another connection has signed in with the client ID ${clientId}.`,
  }),
  forced: (): Refusal => ({
    condition: "amqp:connection:forced",
    description: "The connection was closed by the platform (the platform logs code 9602).",
  }),
  detached: (): Refusal => ({
    condition: "amqp:link:detach-forced",
    description: "The receiver link was detached by a fault that was asked for.",
  }),
  sessionEnded: (): Refusal => ({
    condition: "amqp:internal-error",
    description: "The session was ended by a fault that was asked for.",
  }),
  stopped: (): Refusal => ({
    condition: "amqp:connection:forced",
    description: "The emulator is stopping.",
  }),
} as const;
