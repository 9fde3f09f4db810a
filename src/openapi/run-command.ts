import type { CommandAction } from "../protocol/command";
import type { Json } from "../protocol/json";

/** What a command that was carried out, or taken, has brought. */
export interface CommandResult {
  /** The device's answer, or the platform's; `{}` where it has none. A Buffer: a request's, not UTF-8. */
  readonly payload: Json | Buffer;
  readonly command: {
    readonly action: CommandAction;
    /** Of the platform, for its support. */
    readonly requestId: string;
    /** Decimal string; absent where the action has none. */
    readonly messageId?: string;
  };
  /** What a device answered. */
  readonly reply?: { readonly code: number; readonly message: string };
}
