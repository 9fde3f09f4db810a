import { SettingError } from "../../src/errors/error";

type Settings = Readonly<Record<string, unknown>>;

const VARIABLE = /^\$(\{\S+\}|\(\S+\))$/;

/** The name in `${NAME}` or `$(NAME)`. */
export function variableOf(value: unknown): string | undefined {
  return typeof value === "string" && VARIABLE.test(value) ? value.slice(2, -1) : undefined;
}

/**
 * Returns settings in which every `${NAME}` has been replaced. Node-RED leaves it as it is where
 * the variable is not set: it would be taken for a host or a secret. Throws SettingError naming it.
 */
export function replaced(settings: Settings): Settings {
  for (const [setting, value] of Object.entries(settings)) {
    if (setting === "name") continue; // a label may say anything
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const variable = values.map(variableOf).find((name) => name !== undefined);
    if (variable !== undefined) throw new SettingError("ENV_MISSING", { setting, variable });
  }
  return settings;
}
