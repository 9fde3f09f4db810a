import { NPX } from "../errors/command-line";
import type { Catalogue } from "../errors/entry";

/** What is wrong with a command line. */
export const USAGE_TEXTS = {
  unknownCommand: { "en-US": "There is no command “__name__”.", "zh-CN": "没有命令“__name__”。" },
  unknownFlag: { "en-US": "There is no option __flag__.", "zh-CN": "没有参数 __flag__。" },
  needsValue: {
    "en-US": "The option __flag__ needs a value.",
    "zh-CN": "参数 __flag__ 需要一个值。",
  },
  takesNoValue: {
    "en-US": "The option __flag__ takes no value.",
    "zh-CN": "参数 __flag__ 不带值。",
  },
  actionMissing: {
    "en-US": "Say what to do: __choices__.",
    "zh-CN": "请指明操作：__choices__。",
  },
  unknownAction: {
    "en-US": "There is no action “__name__”. There are: __choices__.",
    "zh-CN": "没有操作“__name__”。可用的操作：__choices__。",
  },
  notTaken: {
    "en-US": "The action __action__ takes no __field__.",
    "zh-CN": "操作 __action__ 不使用 __field__。",
  },
  inputNoCommand: {
    "en-US": "Standard input is not a JSON object with fields of these: __fields__.",
    "zh-CN": "标准输入不是 JSON 对象。可用的字段：__fields__。",
  },
  inputNotUtf8: {
    "en-US": "Standard input is not UTF-8 text. Save it as UTF-8, or convert it.",
    "zh-CN": "标准输入不是 UTF-8 文本。请以 UTF-8 编码保存或转换后再输入。",
  },
  extra: { "en-US": "“__value__” is not expected here.", "zh-CN": "此处多出了“__value__”。" },
  seeHelp: {
    "en-US": `${NPX} __name__ --help lists the options.`,
    "zh-CN": `用 ${NPX} __name__ --help 查看所有参数。`,
  },
} as const satisfies Catalogue;
