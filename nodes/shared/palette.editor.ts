import type { RED as Editor } from "@node-red/editor-client";

declare const RED: Editor;

/** What somebody types who looks for the platform or its protocol, in either language. */
const WORDS = "amqp alibaba aliyun cloud iot platform 阿里云 物联网平台";

/** Lets the palette's search find a node by these words: by itself it looks at type and label only. */
export function addSearchWords(type: string): void {
  RED.events.on("registry:node-type-added", (added: unknown) => {
    if (added !== type) return;
    const entry = $(`.red-ui-palette-node[data-palette-type="${type}"]`);
    // Nothing but the search reads this attribute; the label itself is drawn elsewhere.
    entry.attr("data-palette-label", `${entry.attr("data-palette-label") ?? ""} ${WORDS}`);
  });
}
