/** What a client sent as its SASL PLAIN response. */
export interface PlainResponse {
  readonly username: string;
  readonly password: string;
}

/** Accept: code 0. Refuse: code 1 (auth). Unavailable: code 2 (sys). */
export type PlainAnswer = "accept" | "refuse" | "unavailable";

function parsePlain(response: unknown): PlainResponse | undefined {
  if (!Buffer.isBuffer(response)) return undefined;
  // authorization identity NUL user name NUL password; the platform uses no authorization identity.
  const [, username, password, ...more] = response.toString("utf8").split("\0");
  if (username === undefined || password === undefined || more.length > 0) return undefined;
  return { username, password };
}

/**
 * rhea's table of SASL mechanisms, with PLAIN alone. It has no prototype, as rhea looks up names that
 * the client chooses. rhea's own PLAIN turns an empty password into the text “null”.
 */
export function plainMechanism(
  decide: (response: PlainResponse | undefined) => PlainAnswer,
): object {
  const mechanism = () => {
    // rhea reads these two fields once `start` has resolved.
    const state = {
      outcome: undefined as boolean | undefined,
      username: undefined as string | undefined,
      start(bytes: unknown): Promise<void> {
        const response = parsePlain(bytes);
        const answer = decide(response);
        if (answer === "unavailable") return Promise.reject(new Error("unavailable"));
        state.outcome = answer === "accept";
        state.username = response?.username;
        return Promise.resolve();
      },
    };
    return state;
  };
  return Object.assign(Object.create(null) as object, { PLAIN: mechanism });
}
