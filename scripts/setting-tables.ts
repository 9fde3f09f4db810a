// Tables of settings, from the settings' own defaults and checks.
import { EMULATOR_SOURCES } from "../src/cli/settings";
import { EMULATOR_DEFAULTS, resolveEmulator } from "../src/settings/emulator";
import { SettingError } from "../src/errors/error";
import { ALLOWED, LABELS } from "../src/errors/setting-texts";
import { fill, textAt } from "../src/errors/texts";
import { ACK_DEFAULTS, resolveAck } from "../src/settings/ack";
import { COMMAND_DEFAULTS, resolveCommand } from "../src/settings/command";
import { DEVICE_STATE_DEFAULTS, resolveDeviceState } from "../src/settings/device-state";
import { CREDENTIALS, INSTANCE_DEFAULTS, resolveInstance } from "../src/settings/instance";
import { PROPERTIES_DEFAULTS, resolveProperties } from "../src/settings/properties";
import { resolveApi } from "../src/settings/api";
import { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "../src/settings/subscribe";
import { code, table } from "./markdown-page";
import enUS from "./setting-texts/en-US.json";
import zhCN from "./setting-texts/zh-CN.json";
import type { Language } from "../src/errors/texts";
import type { Source } from "../src/cli/settings";
import type { Stored } from "../src/settings/read";

/** Whose settings there is a table of. */
export type Owner = keyof typeof enUS.meanings;

interface Definition {
  readonly defaults: Stored;
  /** Throws SettingError for a wrong value. */
  readonly check: (stored: Stored) => unknown;
}

const SETTING_TEXTS: Readonly<Record<Language, typeof enUS>> = { "en-US": enUS, "zh-CN": zhCN };
const SIGNS_IN = { host: "localhost", accessKeyId: "id", accessKeySecret: "secret" };

const DEFINITIONS: Readonly<Record<Owner, Definition>> = {
  "aliyun-iot-instance": {
    defaults: {
      ...INSTANCE_DEFAULTS,
      ...Object.fromEntries(CREDENTIALS.map((name) => [name, ""])),
    },
    check: (stored) => {
      resolveInstance({ ...SIGNS_IN, ...stored });
      resolveApi({ ...SIGNS_IN, region: "cn-shanghai", ...stored });
    },
  },
  "aliyun-iot-subscribe": {
    defaults: SUBSCRIBE_DEFAULTS,
    check: (stored) => resolveSubscribe({ clientId: "id", ...stored }),
  },
  "aliyun-iot-ack": { defaults: ACK_DEFAULTS, check: resolveAck },
  "aliyun-iot-properties": { defaults: PROPERTIES_DEFAULTS, check: resolveProperties },
  "aliyun-iot-device-state": { defaults: DEVICE_STATE_DEFAULTS, check: resolveDeviceState },
  "aliyun-iot-command": { defaults: COMMAND_DEFAULTS, check: resolveCommand },
  emulator: { defaults: EMULATOR_DEFAULTS, check: resolveEmulator },
};

/** A wildcard in the wrong place, a comma, a blank and a bar: wrong for each text and number. */
const WRONG_VALUES: readonly unknown[] = ["a#, |", {}];
/** Rules that tell a reader nothing beyond the type, and one that asks who has just pasted. */
const SHOWN_RULES: Readonly<Record<string, string>> = { text: "", secret: "signInValue" };

/** What a setting may be: the words of the error that a wrong value causes. */
function allowed({ check }: Definition, setting: string, language: Language): string {
  for (const wrong of WRONG_VALUES) {
    try {
      check({ [setting]: wrong });
    } catch (error) {
      if (!(error instanceof SettingError) || error.details["rule"] === undefined) throw error;
      const { rule, choices } = error.details;
      if (rule === "choice") return String(choices).split(", ").map(code).join(" ");
      const told = SHOWN_RULES[String(rule)] ?? String(rule);
      return fill(textAt(ALLOWED, told, language) ?? "", error.details);
    }
  }
  return "";
}

const shown = (value: unknown) =>
  code(typeof value === "string" && value !== "" ? value : JSON.stringify(value));

function nodeTable(owner: Owner, language: Language): string {
  const definition = DEFINITIONS[owner];
  const { columns } = SETTING_TEXTS[language];
  const rows = Object.entries(definition.defaults).map(([setting, value]) => [
    textAt(LABELS, setting, language) ?? setting,
    code(setting),
    shown(value),
    allowed(definition, setting, language),
    meaning(owner, setting, language),
  ]);
  const { label, property, default: fallback } = columns;
  return table([label, property, fallback, columns.allowed, columns.meaning], rows);
}

/** By the options of the command line. */
function emulatorTable(language: Language): string {
  const { columns, none, off } = SETTING_TEXTS[language];
  const definition = DEFINITIONS.emulator;
  const options = Object.entries<Source>(EMULATOR_SOURCES).filter(
    ([setting]) => setting in definition.defaults,
  );
  const rows = options.map(([setting, { flag = "", kind }]) => {
    const value = definition.defaults[setting];
    const shownDefault = value === "" ? none : code(String(value));
    return [
      code(`--${flag}`),
      kind === "switch" ? off : shownDefault,
      kind === "switch" ? "" : allowed(definition, setting, language),
      meaning("emulator", setting, language),
    ];
  });
  return table([columns.option, columns.default, columns.allowed, columns.meaning], rows);
}

function meaning(owner: Owner, setting: string, language: Language): string {
  const found = textAt(SETTING_TEXTS[language].meanings[owner], setting, language);
  if (found === undefined)
    throw new Error(`scripts/setting-texts: no text for ${setting} of ${owner}.`);
  return found;
}

/** A table of all settings of a node or of the emulator, in the order of its definition. */
export function settingsTable(owner: Owner, language: Language): string {
  const { defaults } = DEFINITIONS[owner];
  const gone = Object.keys(SETTING_TEXTS[language].meanings[owner]).find(
    (key) => !(key in defaults),
  );
  if (gone !== undefined)
    throw new Error(`scripts/setting-texts: ${owner} has no setting ${gone}.`);
  return owner === "emulator" ? emulatorTable(language) : nodeTable(owner, language);
}

export function isOwner(name: string): name is Owner {
  return name in DEFINITIONS;
}
