// The node type bench-counter: counts the messages that reach it.
import { Meter } from "./meter";
import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";
import type { Task } from "./job";

interface CounterDef extends NodeDef {
  readonly task: Task;
}

type Counted = NodeMessage & { readonly generateTime?: number };

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, CounterDef, object, object>("bench-counter", function (def) {
    RED.nodes.createNode(this, def);
    const meter = new Meter(def.task, (message) => process.send?.({ kind: "measured", message }));
    this.on("input", (message: Counted, _send, done) => {
      meter.count(message.generateTime);
      done();
    });
  });
}
