// Writes docs/messages.md and its Chinese twin from the table of message types, the topics, the
// texts beside this file and the emulator's devices.
import { readFileSync } from "node:fs";
import { MESSAGE_TYPES, TOPIC_TABLE } from "../src/protocol/topic";
import { code, table, writePages } from "./markdown-page";
import { exampleOf } from "./message-examples";
import { fieldRows, fieldText, MESSAGE_TEXTS, typeName } from "./message-fields";
import type { FieldType } from "../src/protocol/payload-schema";
import type { MessageType } from "../src/protocol/topic";
import type { MessageTexts } from "./message-fields";

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  "{pk}": "{productKey}",
  "{dn}": "{deviceName}",
  "{event}": "{identifier}",
};
/** The levels that nothing is read from, in their order: only one topic has some. */
const UNREAD = ["{productKey}", "{packageId}", "{jobId}"];

const anchor = (messageType: string) => `[${code(messageType)}](#${messageType})`;

function topicOf(messageType: MessageType): string | undefined {
  const row = TOPIC_TABLE.find((candidate) => candidate.messageType === messageType);
  const unread = UNREAD.values();
  return row?.pattern.replace(
    /\{\w+\}/g,
    (placeholder) => PLACEHOLDERS[placeholder] ?? unread.next().value ?? placeholder,
  );
}

function shownTopic(messageType: MessageType, { page }: MessageTexts): string {
  const topic = topicOf(messageType);
  return topic === undefined ? page.noTopic : code(topic);
}

function shownType(type: FieldType, texts: MessageTexts): string {
  const name = typeName(type);
  if (name !== undefined) return texts.types[name]?.label ?? name;
  if (typeof type === "object" && "oneOf" in type) return type.oneOf.map(code).join(" ");
  if (typeof type === "object" && "known" in type) {
    return `${type.known.map(code).join(" ")} ${texts.page.others}`;
  }
  return "";
}

function fieldTable(messageType: MessageType, texts: MessageTexts): string {
  const { page } = texts;
  const rows = fieldRows(messageType).map(({ path, type, optional }) => [
    code(path.replaceAll("*", `‹${page.identifier}›`)),
    `${shownType(type, texts)}${optional ? `${page.comma}${page.optional}` : ""}`,
    fieldText(texts, messageType, path) ?? "",
  ]);
  return table([page.field, page.type, page.meaning], rows);
}

function section(messageType: MessageType, texts: MessageTexts): string {
  const { page } = texts;
  const { tells, when, note, payload } = texts.messages[messageType];
  const capital = `${tells.charAt(0).toUpperCase()}${tells.slice(1)}`;
  return [
    `## ${code(messageType)}`,
    `${capital}${page.stop}`,
    page.topicLabel + shownTopic(messageType, texts),
    page.whenLabel + when,
    ...(note === undefined ? [] : [note]),
    payload === undefined ? fieldTable(messageType, texts) : page.payloadLabel + payload,
    page.exampleLabel,
    // On one line: Prettier then breaks only what is too long for one.
    `\`\`\`json\n${JSON.stringify(exampleOf(messageType))}\n\`\`\``,
  ].join("\n\n");
}

function typescript(): string {
  const source = readFileSync("scripts/message-types-example.ts", "utf8");
  const { name }: { name?: unknown } = JSON.parse(readFileSync("package.json", "utf8")) as object;
  return `\`\`\`ts\n${source.replace("../src/index", String(name))}\`\`\``;
}

function pageOf(texts: MessageTexts): string {
  const { page, rules, types, messages } = texts;
  const overview = MESSAGE_TYPES.map((messageType) => [
    anchor(messageType),
    messages[messageType].tells,
    shownTopic(messageType, texts),
  ]);
  return [
    `# ${page.title}`,
    `<!-- Made from src/protocol and scripts/message-texts by \`npm run docs\`. -->`,
    page.intro,
    `## ${page.overview}`,
    table([page.type, page.tells, page.topic], overview),
    `## ${page.rules}`,
    Object.values(rules)
      .map((rule) => `- ${rule}`)
      .join("\n"),
    `## ${page.types}`,
    table(
      [page.type, page.meaning],
      Object.values(types).map(({ label, text }) => [label, text]),
    ),
    `## ${page.typescript}`,
    page.typescriptText,
    typescript(),
    ...MESSAGE_TYPES.map((messageType) => section(messageType, texts)),
  ].join("\n\n");
}

void writePages({
  source: "the table of messages",
  files: { "en-US": "docs/messages.md", "zh-CN": "docs/messages.zh-CN.md" },
  page: (language) => pageOf(MESSAGE_TEXTS[language]),
});
