import { language } from "../shared/form.editor";
import type { FormNode } from "../shared/form.editor";
import type { Problem, Statistics } from "./statistics-answer.editor";

const COUNTERS = [
  ...["received", "delivered", "unsettled", "accepted", "released", "rejected"],
  ...["expired", "duplicates", "filtered", "undecodable", "reconnects"],
];
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** “12 seconds ago”, in the editor's language. */
function age(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? (["second", 1_000] as const);
  const ago = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  return ago.format(-Math.max(0, Math.floor(ms / size)), unit);
}

/** A time of today; of another day with its date. */
function clock(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  const format = { timeStyle: "medium", hourCycle: "h23" } as const;
  const date = isToday ? {} : ({ dateStyle: "short" } as const);
  return new Intl.DateTimeFormat(language(), { ...format, ...date }).format(ms);
}

/** What the panel shows. All that comes from the server goes in as text, never as html. */
export class StatisticsView {
  readonly #node: FormNode;
  readonly #state = $("<p>", { class: "aliyun-iot-statistics-state" });
  readonly #cause = $("<p>", { class: "aliyun-iot-statistics-cause" });
  readonly #rows = $("<tbody>");
  readonly #table = $("<table>").append(this.#rows);
  readonly #last = $("<p>");
  readonly #error = $("<p>");

  constructor(node: FormNode, container: JQuery) {
    this.#node = node;
    this.#table.attr("aria-label", node._("statistics.title"));
    container.append(this.#state, this.#cause, this.#table, this.#last, this.#error);
  }

  /** Shows in place of the numbers why there are none. */
  showMissing(key: "none" | "unreachable"): void {
    this.#state.attr("data-state", key).text(this.#node._(`statistics.${key}`));
    for (const part of [this.#cause, this.#table, this.#last, this.#error]) part.hide();
  }

  show(statistics: Statistics, nowMs: number): void {
    const { state, sinceMs, cause, nextAttemptAtMs, lastError, counters } = statistics;
    const stateText = this.#stateText(statistics);
    this.#state.attr("data-state", state).text(
      sinceMs === undefined
        ? stateText
        : this.#text("since", {
            state: stateText,
            time: clock(sinceMs, nowMs),
            age: age(nowMs - sinceMs),
          }),
    );
    const next = nextAttemptAtMs && this.#text("next", { time: clock(nextAttemptAtMs, nowMs) });
    const first = cause?.text ?? "";
    this.#cause.text(next ? this.#node._("sentences", { first, second: next }) : first);
    this.#cause.toggle(cause !== undefined);
    this.#fillTable(statistics);
    this.#table.show();
    const last = counters["lastMessageAtMs"];
    this.#last
      .show()
      .text(
        last === undefined
          ? this.#text("noMessage")
          : this.#text("lastMessage", { time: clock(last, nowMs), age: age(nowMs - last) }),
      );
    this.#error.toggle(lastError !== undefined).text(this.#lastErrorText(lastError, nowMs));
  }

  #lastErrorText(problem: Problem | undefined, nowMs: number): string {
    if (problem === undefined) return "";
    const { text, atMs } = problem;
    const time = atMs === undefined ? "" : clock(atMs, nowMs);
    return this.#text("lastError", { time, text });
  }

  #stateText({ state, paused, connected, connections }: Statistics): string {
    if (paused) return this.#text("states.paused");
    if (state === "subscribed" && connected !== undefined && connections !== undefined) {
      if (connections > 1) return this.#text("states.subscribedOf", { connected, connections });
    }
    return this.#text(`states.${state}`);
  }

  #fillTable({ ratePerSecond, counters }: Statistics): void {
    const numberText = (value: number) =>
      value.toLocaleString(language(), { maximumFractionDigits: value < 10 ? 1 : 0 });
    const rows = [
      ["rate", this.#text("perSecond", { rate: numberText(ratePerSecond) })],
      ...COUNTERS.map((name) => [name, numberText(counters[name] ?? 0)]),
    ];
    this.#rows
      .empty()
      .append(
        rows.map(([name = "", value = ""]) =>
          $("<tr>", { "data-counter": name }).append(
            $("<th>", { scope: "row" }).text(this.#text(`counters.${name}`)),
            $("<td>").text(value),
          ),
        ),
      );
  }

  #text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#node._(`statistics.${key}`, values);
  }
}
