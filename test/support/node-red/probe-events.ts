// What the probes in a Node-RED tell the test.

/** `started`: the flows; `shown`: a status as the editor gets it; `log`; else a probe's kind. */
export interface ProbeEvent {
  readonly kind: string;
  readonly id?: string;
  readonly status?: Readonly<{ fill?: string; shape?: string; text?: string }>;
  readonly message?: Readonly<Record<string, unknown>>;
  /** Log lines only. */
  readonly text?: string;
  readonly type?: string;
  readonly inventory?: Inventory;
  readonly rows?: readonly JournalRow[];
  readonly count?: number;
}

/** What happened to a message: `came` and how it is to be settled, or what a recorder was told. */
export type JournalRow = readonly [what: string, messageId: string, said: string];

/** What a Node-RED process has open, after a garbage collection where it may ask for one. */
export interface Inventory {
  /** Active resources by Node's name for them. */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners on the runtime's own events. */
  readonly listeners: number;
  readonly memory: NodeJS.MemoryUsage;
  /** The most that was resident since the process began. */
  readonly mostRssBytes: number;
  readonly cpu: NodeJS.CpuUsage;
}
