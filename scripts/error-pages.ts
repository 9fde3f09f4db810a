// Writes docs/errors.md and its Chinese twin from the table of errors and the hints of the doctor.
import { DOCTOR_TEXTS } from "../src/doctor/texts";
import { ERROR_CODES, ERRORS } from "../src/errors/table";
import { writePages } from "./markdown-page";
import type { Language, Retry } from "../src/errors/entry";

const PAGES: Readonly<Record<Language, { readonly file: string; readonly words: Words }>> = {
  "en-US": {
    file: "docs/errors.md",
    words: {
      title: "Error codes",
      intro:
        "Every error that the nodes, the connection test and the commands know, by its code: what the status says, what happened, what to do. Catch nodes get the code as `msg.error.code` (Node-RED 4.1 and newer). [recovery.md](recovery.md) says when the next attempt comes. [中文](errors.zh-CN.md)",
      status: "Status",
      next: "Next attempt",
      retry: { fast: "within seconds", slow: "within minutes", never: "none" },
      remedy: "What to do",
      hints: "What the connection test recognises",
      hintsIntro:
        "When a step fails, these are told where the settings, or what the server has shown, point to them.",
      placeholder: "Words in ‹ › stand for what is put in.",
    },
  },
  "zh-CN": {
    file: "docs/errors.zh-CN.md",
    words: {
      title: "错误代码",
      intro:
        "节点、连接测试和命令行会报告的所有错误，按代码排列：状态中显示的文字、发生了什么、如何处理。Catch 节点通过 `msg.error.code` 得到代码（Node-RED 4.1 及以上）。何时重试见[故障与恢复](recovery.zh-CN.md)。[English](errors.md)",
      status: "状态",
      next: "下一次尝试",
      retry: { fast: "数秒之内", slow: "数分钟之内", never: "无" },
      remedy: "如何处理",
      hints: "连接测试能够识别的原因",
      hintsIntro: "某一步失败时，如果设置或者服务器返回的内容指向以下原因，测试会一并给出。",
      placeholder: "‹ › 中的内容会替换为实际的值。",
    },
  },
};

interface Words {
  readonly title: string;
  readonly intro: string;
  readonly status: string;
  readonly next: string;
  readonly retry: Readonly<Record<Retry, string>>;
  readonly remedy: string;
  readonly hints: string;
  readonly hintsIntro: string;
  readonly placeholder: string;
}

/** A template as text: placeholders stand out, and nothing in it is Markdown. */
function plain(template: string): string {
  return template.replace(/[<*]/g, "\\$&").replace(/__(\w+?)__/g, "‹$1›");
}

function page(language: Language): string {
  const { words } = PAGES[language];
  const colon = language === "zh-CN" ? "：" : ": ";
  const errors = ERROR_CODES.map((code) => {
    const { retry, [language]: texts } = ERRORS[code];
    const { short, text, remedy } = texts;
    const facts = [
      `**${words.status}**${colon}${plain(short)}`,
      `**${words.next}**${colon}${words.retry[retry]}`,
    ];
    const lines = [plain(text), facts.join(" · "), `**${words.remedy}**${colon}${plain(remedy)}`];
    return [`## \`${code}\``, ...lines].join("\n\n");
  });
  const hints = Object.values(DOCTOR_TEXTS.hints).map((hint) => `- ${plain(hint[language])}`);
  return [
    `# ${words.title}`,
    `<!-- Made from src/errors by \`npm run docs\`. -->`,
    words.intro,
    words.placeholder,
    ...errors,
    `## ${words.hints}`,
    words.hintsIntro,
    hints.join("\n"),
  ].join("\n\n");
}

void writePages({
  source: "src/errors",
  files: { "en-US": PAGES["en-US"].file, "zh-CN": PAGES["zh-CN"].file },
  page,
});
