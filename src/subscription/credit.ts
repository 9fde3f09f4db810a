/** What a connection's link has outstanding. */
export interface CreditBalance {
  /** Most messages received and not yet settled. */
  readonly window: number;
  /** Received, and its outcome not yet written. */
  readonly unsettled: number;
  /** Granted and not yet used by the platform. */
  readonly outstanding: number;
}

/**
 * How much credit to grant now, so that unsettled and outstanding together stay within the window.
 * Small amounts are saved up, because each grant is a frame; but never while the platform has none.
 */
export function creditToGrant({ window, unsettled, outstanding }: CreditBalance): number {
  const room = window - unsettled - outstanding;
  return outstanding === 0 || room >= window / 4 ? Math.max(0, room) : 0;
}

/** Whether outcomes must be written at once, because the platform is about to run out of credit. */
export function runsShort({ window, outstanding }: CreditBalance): boolean {
  return outstanding <= window / 2;
}
