import type { ErrorTable } from "../entry";

/** Local settings. */
export const SETTING_ERRORS = {
  SETTING_MISSING: {
    retry: "never",
    details: ["setting", "rule"],
    "en-US": {
      short: "__label__ missing",
      text: "The setting “__label__” (__setting__) is empty.",
      remedy: "__allowed__",
    },
    "zh-CN": {
      short: "缺少__label__",
      text: "设置项“__label__”（__setting__）为空。",
      remedy: "__allowed__",
    },
  },
  SETTING_INVALID: {
    retry: "never",
    details: ["setting", "value", "rule"],
    "en-US": {
      short: "__label__ invalid",
      text: "The setting “__label__” (__setting__) is invalid: __value__.",
      remedy: "Allowed: __allowed__.",
    },
    "zh-CN": {
      short: "__label__无效",
      text: "设置项“__label__”（__setting__）的值无效：__value__。",
      remedy: "要求：__allowed__。",
    },
  },
  NODE_MISSING: {
    retry: "never",
    details: ["setting"],
    "en-US": {
      short: "__label__ missing",
      text: "The node selected as “__label__” (__setting__) does not exist, or is not deployed yet.",
      remedy: "Deploy it, or select another.",
    },
    "zh-CN": {
      short: "缺少__label__",
      text: "设置项“__label__”（__setting__）所选的节点不存在，或尚未部署。",
      remedy: "请部署该节点，或者选择其他节点。",
    },
  },
  NODE_DISABLED: {
    retry: "never",
    details: ["setting"],
    "en-US": {
      short: "__label__ disabled",
      text: "The node selected as “__label__” (__setting__) is disabled, by itself or with the flow that it belongs to.",
      remedy: "Enable it and deploy, or select another.",
    },
    "zh-CN": {
      short: "__label__已禁用",
      text: "设置项“__label__”（__setting__）所选的节点已禁用，或者它所在的流程已禁用。",
      remedy: "请启用并部署，或者选择其他节点。",
    },
  },
  ENV_MISSING: {
    retry: "never",
    details: ["variable", "setting"],
    "en-US": {
      short: "${__variable__} not set",
      text: "The environment variable __variable__, used for “__label__” (__setting__), is not set where Node-RED runs.",
      remedy: "Set it there and restart Node-RED, or enter the value itself.",
    },
    "zh-CN": {
      short: "未设置 ${__variable__}",
      text: "设置项“__label__”（__setting__）使用的环境变量 __variable__ 未设置。",
      remedy: "请在运行 Node-RED 的环境中设置该变量并重启 Node-RED，或者直接填写值。",
    },
  },
  ENV_OF_SUBFLOW: {
    retry: "never",
    details: ["variable", "setting"],
    "en-US": {
      short: "value of the subflow",
      text: "The variable __variable__, used for “__label__” (__setting__), is a value of the subflow, and cannot be tested from here: its instances set it, or it is a secret.",
      remedy: "For the test, enter the value itself, and leave the form with Cancel.",
    },
    "zh-CN": {
      short: "取值来自子流程",
      text: "设置项“__label__”（__setting__）使用的变量 __variable__ 由子流程提供，无法在此测试：它由子流程的各个实例设置，或者是保密的值。",
      remedy: "测试时可以直接填写值，之后用“取消”关闭表单。",
    },
  },
  ENV_PARTIAL: {
    retry: "never",
    details: ["setting", "value"],
    "en-US": {
      short: "__label__ invalid",
      text: "The setting “__label__” (__setting__) has an environment variable inside its value, which is not replaced there: __value__.",
      remedy:
        "Node-RED replaces a variable only where it is the whole value: put all of the value into one variable, and enter that alone, such as ${MY_VARIABLE}.",
    },
    "zh-CN": {
      short: "__label__无效",
      text: "设置项“__label__”（__setting__）的值中夹有环境变量，这样的变量不会被替换：__value__。",
      remedy:
        "只有整个值就是一个变量时，Node-RED 才会替换它：请把完整的值放入一个环境变量，并且只填写这个变量，例如 ${MY_VARIABLE}。",
    },
  },
  TLS_REQUIRED: {
    retry: "never",
    details: ["setting", "host"],
    "en-US": {
      short: "TLS required",
      text: "“__label__” (__setting__) is off, but __host__ is not this computer.",
      remedy:
        "Switch TLS on: the platform refuses plain TCP, and the signed password would be sent in plain text. TLS may be off only for a loopback address (the emulator).",
    },
    "zh-CN": {
      short: "必须使用 TLS",
      text: "“__label__”（__setting__）已关闭，但 __host__ 不是本机。",
      remedy:
        "请打开 TLS：平台拒绝明文 TCP 连接，而且签名后的密码会以明文传输。只有本机回环地址（模拟器）可以不使用 TLS。",
    },
  },
  PORT_IN_USE: {
    retry: "never",
    details: ["port", "setting"],
    "en-US": {
      short: "port in use",
      text: "Port __port__ (__setting__) is already in use on this computer.",
      remedy: "Stop the program that uses it, or choose another port.",
    },
    "zh-CN": {
      short: "端口被占用",
      text: "本机的端口 __port__（__setting__）已被占用。",
      remedy: "请结束占用该端口的程序，或者换一个端口。",
    },
  },
  LISTEN_FAILED: {
    retry: "never",
    details: ["host", "port", "setting", "reason"],
    "en-US": {
      short: "cannot listen",
      text: "Cannot listen on __host__:__port__ (__setting__): __reason__.",
      remedy: "Use an address of this computer, such as 127.0.0.1, and a port above 1023.",
    },
    "zh-CN": {
      short: "无法监听",
      text: "无法在 __host__:__port__（__setting__）上监听：__reason__。",
      remedy: "请使用本机的地址（例如 127.0.0.1）和大于 1023 的端口。",
    },
  },
  FILE_UNREADABLE: {
    retry: "never",
    details: ["file", "setting", "reason"],
    "en-US": {
      short: "file unreadable",
      text: "The file __file__ (__setting__) cannot be read: __reason__.",
      remedy: "Check the path and the file's permissions.",
    },
    "zh-CN": {
      short: "无法读取文件",
      text: "无法读取文件 __file__（__setting__）：__reason__。",
      remedy: "请检查文件路径和读取权限。",
    },
  },
  SCENARIO_INVALID: {
    retry: "never",
    details: ["setting", "reason", "rule"],
    "en-US": {
      short: "scenario invalid",
      text: "The scenario (__setting__) cannot be run: __reason__.",
      remedy: "Allowed: __allowed__.",
    },
    "zh-CN": {
      short: "故障场景有误",
      text: "无法执行故障场景（__setting__）。__reason__。",
      remedy: "要求：__allowed__。",
    },
  },
} as const satisfies ErrorTable;

/** This installation. */
export const INSTALLATION_ERRORS = {
  RHEA_MISMATCH: {
    retry: "never",
    details: ["version", "needed", "missing"],
    "en-US": {
      short: "wrong rhea version",
      text: "rhea __version__ is installed, but this package needs __needed__: “__missing__” is missing.",
      remedy:
        "Install it with “npm install rhea@__needed__” in Node-RED's user directory (~/.node-red), and restart Node-RED.",
    },
    "zh-CN": {
      short: "rhea 版本不符",
      text: "已安装 rhea __version__，但本软件包需要 __needed__：缺少“__missing__”。",
      remedy:
        "请在 Node-RED 的用户目录（~/.node-red）中执行“npm install rhea@__needed__”，然后重启 Node-RED。",
    },
  },
} as const satisfies ErrorTable;
