import type { Report } from "./report";

const MOST_BYTES = 100 * 1024 * 1024;
const KIB = 1024;

function mostBytes(): number {
  return process.resourceUsage().maxRSS * KIB;
}

/** What the process has held at most since then, on top of what it had ever held before. */
export class MemoryMark {
  readonly #beforeBytes = mostBytes();

  /** Tells if the session took more than 100 MB; or the ones beside it, or the compiler. */
  judge(session: number, report: Report): void {
    const tookBytes = mostBytes() - this.#beforeBytes;
    if (tookBytes > MOST_BYTES)
      report.suspect(session, `it took ${Math.round(tookBytes / 1e6)} MB`);
  }
}
