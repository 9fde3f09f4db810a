import { SettingError } from "../../src/index";

type Settings = Readonly<Record<string, unknown>>;

const VARIABLE = /^\$(\{\S+\}|\(\S+\))$/;

function isVariable(value: unknown): boolean {
  return typeof value === "string" && VARIABLE.test(value);
}

/**
 * Returns settings in which every `${NAME}` has been replaced. Node-RED leaves it as it is where
 * the variable is not set: it would be taken for a host or a secret. Throws SettingError then.
 */
export function replaced(settings: Settings): Settings {
  for (const [setting, value] of Object.entries(settings)) {
    if (setting === "name") continue; // a label may say anything
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.some(isVariable)) throw new SettingError("SETTING_MISSING", { setting });
  }
  return settings;
}
