import { createOpenLink } from "../../src/amqp/amqp-link";
import { systemClock } from "../../src/clock";
import { examine } from "../../src/doctor/examine";
import { hostNames } from "../../src/network/host-names";
import { resolveApi } from "../../src/settings/api";
import type { Clock } from "../../src/clock";
import type { HostNames } from "../../src/network/host-names";
import type { Finding, Step } from "../../src/doctor/finding";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { TlsOptions } from "../../src/settings/instance";
import type { Stored } from "../../src/settings/read";

/** What differs from a subscriber to the emulator with its defaults. */
export interface Examined {
  readonly instance?: Stored;
  readonly subscribe?: Stored;
  readonly tls?: TlsOptions;
  /** Where the API is; without it, it is not checked. */
  readonly apiEndpoint?: string;
  readonly waitMs?: number;
  readonly clock?: Clock;
  readonly names?: HostNames;
  readonly stopping?: AbortSignal;
  readonly heard?: (finding: Finding) => void;
}

/** Examines a server on loopback; returns what was told, without the announcements of steps. */
export async function examined(port: number, settings: Examined = {}) {
  const {
    clock = systemClock,
    names = hostNames,
    waitMs = 0,
    tls,
    apiEndpoint,
    stopping = new AbortController().signal,
  } = settings;
  const stored = {
    host: "127.0.0.1",
    port,
    useTls: tls !== undefined,
    accessKeyId: "testAccessKeyId",
    accessKeySecret: "testAccessKeySecret",
    ...settings.instance,
  };
  const findings: Finding[] = [];
  const passed = await examine(
    {
      settings: () => ({
        instance: resolveInstance(stored, tls),
        options: resolveSubscribe({ clientId: "client", ...settings.subscribe }),
        api: apiEndpoint === undefined ? undefined : resolveApi({ ...stored, apiEndpoint }, tls),
      }),
      waitMs,
      stopping,
    },
    (finding) => {
      findings.push(finding);
      settings.heard?.(finding);
    },
    { clock, names, openLink: createOpenLink({ clock, names }) },
  );
  const ended = findings.filter(({ state }) => state !== "running");
  const failure = ended.find((finding) => finding.state === "failed");
  const facts = new Map<Step, Finding>(ended.map((finding) => [finding.step, finding]));
  return { passed, findings, ended, failure, facts };
}
