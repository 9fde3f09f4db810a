// The folder in which `npm start` keeps flows and settings, looked at before anything is started.
import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "./start-texts.mjs";

export const FLOW_FILE = "flows.json";

function credentialSecret(folder) {
  const file = join(folder, "credential-secret");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

function hasFlows(file) {
  if (!existsSync(file)) return false;
  try {
    return JSON.parse(readFileSync(file, "utf8")).length > 0;
  } catch {
    throw new StartError("flowsUnreadable", { file });
  }
}

/** Makes the folder if it is not there. Throws StartError if it cannot be used. */
export function openFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { secret: credentialSecret(folder), hasFlows: hasFlows(join(folder, FLOW_FILE)) };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError("folderUnusable", { folder, reason: error.code });
  }
}
