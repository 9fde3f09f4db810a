import { StatusLine } from "../shared/status-line";
import { translateError } from "../shared/translation";
import { isIotAmqpError } from "../../src/errors/error";
import { timeOfDay } from "../../src/errors/texts";
import type { NodeStatus } from "node-red";
import type { Ending } from "./ending";
import type { StatusNode } from "../shared/status-line";
import type { Translate } from "../shared/translation";
import type { Clock } from "../../src/clock";

/** A device name has up to 32 characters, and a status should not be much wider than a node. */
const MAX_NAME_LENGTH = 16;
const MAX_TEXT_LENGTH = 40;

/** A text, shortened where it is longer than there is room. */
function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}

/** The status of a command node: what is being sent, else how the last command ended. */
export class CommandStatus {
  readonly #node: StatusNode;
  readonly #translate: Translate;
  readonly #clock: Clock;
  readonly #line: StatusLine;
  /** Device names by the messages whose commands are under way. */
  readonly #underWay = new Map<object, string>();
  #last: NodeStatus = {};
  #isClosed = false;

  constructor(node: StatusNode, translate: Translate, clock: Clock) {
    this.#node = node;
    this.#translate = translate;
    this.#clock = clock;
    this.#line = new StatusLine(node, clock);
  }

  /** Nothing in this Node-RED could hear the replies that commands are to wait for. */
  showNoSubscriber(): void {
    const text = this.#translate("status.noSubscriber");
    this.#showLast({ fill: "yellow", shape: "ring", text });
  }

  /** A message's command is about to be sent. */
  begin(message: object, deviceName: string): void {
    this.#underWay.set(message, deviceName);
    this.#show();
  }

  /** A message's command has ended; it may have begun in a node before this one, or not at all. */
  end(message: object, ending: Ending): void {
    this.#underWay.delete(message);
    this.#showLast(this.#statusOf(ending));
  }

  /** Clears the status, and leaves no timer behind. */
  close(): void {
    this.#isClosed = true; // what ends later is shown by the node in its place
    this.#line.close();
    this.#node.status({});
  }

  #showLast(status: NodeStatus): void {
    this.#last = status;
    this.#show();
  }

  #show(): void {
    if (this.#isClosed) return;
    const number = this.#underWay.size;
    const [deviceName] = this.#underWay.values();
    if (deviceName === undefined) {
      this.#line.show(this.#last);
      return;
    }
    const text =
      number === 1
        ? this.#translate("status.sending", { device: cut(deviceName, MAX_NAME_LENGTH) })
        : this.#translate("status.sendingSeveral", { number });
    this.#line.show({ fill: "yellow", shape: "dot", text });
  }

  #statusOf({ deviceName = "", how }: Ending): NodeStatus {
    if ("result" in how) {
      const device = cut(deviceName, MAX_NAME_LENGTH);
      const text = this.#translate("status.done", { device, time: timeOfDay(this.#clock.now()) });
      return { fill: "green", shape: "dot", text };
    }
    const text = isIotAmqpError(how.error)
      ? translateError(how.error, this.#translate).short
      : this.#translate("status.failed");
    return { fill: "red", shape: "ring", text: cut(text, MAX_TEXT_LENGTH) };
  }
}
