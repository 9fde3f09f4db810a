import type { Language } from "../errors/texts";

/** What a command may touch: its process, as an argument. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user or the system asks the command to end. */
  readonly stopping: AbortSignal;
}

/**
 * Exit codes: 0 = done or ended on request, 1 = a setting or the work failed, 2 = wrong usage, 3 = it
 * is not known whether a command to a device was carried out.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** The language of the user's locale, by POSIX's order of variables; Windows has none of them. */
export function language(
  { LC_ALL, LC_MESSAGES, LANG }: Io["env"],
  system = Intl.DateTimeFormat().resolvedOptions().locale,
): Language {
  const given = [LC_ALL, LC_MESSAGES, LANG].find((each) => each !== undefined && each !== "");
  return (given ?? system).startsWith("zh") ? "zh-CN" : "en-US";
}

/** Resolves when the command is asked to end. */
export async function stopRequested({ stopping }: Io): Promise<void> {
  if (stopping.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      resolve();
    };
    stopping.addEventListener("abort", done, { once: true });
  });
}
