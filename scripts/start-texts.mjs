// What `npm start` says, in English and in Chinese.

/** A mistake of the person at the keyboard: its text is all that needs to be printed. */
export class StartError extends Error {
  constructor(name, details = {}) {
    super(name);
    this.name = name;
    this.details = details;
  }
}

const TEXTS = {
  notInstalled: {
    "en-US":
      "node-red is missing: run npm install first. Where NODE_ENV is production: npm install --include=dev.",
    "zh-CN":
      "没有安装 node-red：请先运行 npm install。如果 NODE_ENV 为 production，请运行 npm install --include=dev。",
  },
  notAPort: {
    "en-US": "__variable__=__given__ is not a port: set it to a number from 1 to 65535.",
    "zh-CN": "__variable__=__given__ 不是端口号：请设为 1 到 65535 的数字。",
  },
  samePort: {
    "en-US": "__variable__ and __other__ are both __port__: set one of them to another.",
    "zh-CN": "__variable__ 和 __other__ 都是 __port__：请将其中一个改为其他端口。",
  },
  portInUse: {
    "en-US":
      "Port __port__ on __host__ is not free: end what uses it, or set __variable__ to another.",
    "zh-CN":
      "__host__ 的端口 __port__ 不可用：请结束占用它的程序，或者将 __variable__ 设为其他端口。",
  },
  folderUnusable: {
    "en-US":
      "Flows and settings cannot be kept in __folder__ (__reason__): set NODE_RED_USER_DIR to a folder that you may write to.",
    "zh-CN":
      "无法在 __folder__ 中保存流程和设置（__reason__）：请将 NODE_RED_USER_DIR 设为有写入权限的目录。",
  },
  flowsUnreadable: {
    "en-US": "__file__ is not a Node-RED flow file: repair it, or delete it to start afresh.",
    "zh-CN": "__file__ 不是 Node-RED 的流程文件：请修复它，或者删除它以重新开始。",
  },
  started: {
    "en-US": `
  Dashboard   __editor__dashboard/devices
  Editor      __editor__
  Emulator    amqp://__amqp__, __devices__ simulated devices
  Control     __control__/groups

  Flows and settings are kept in __folder__; delete it to start afresh.
  Ctrl-C ends everything.
`,
    "zh-CN": `
  看板        __editor__dashboard/devices
  编辑器      __editor__
  模拟器      amqp://__amqp__，__devices__ 台模拟设备
  HTTP 控制   __control__/groups

  流程和设置保存在 __folder__，删除该目录即可重新开始。
  按 Ctrl-C 结束全部程序。
`,
  },
};

/** A text with its details, in a language. */
export function tell(name, details, language) {
  return TEXTS[name][language].replace(/__(\w+?)__/g, (_, key) => String(details[key]));
}
