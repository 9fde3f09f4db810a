import type { NodeAPI } from "node-red";
import { SettingError } from "../../src/errors/error";
import type { TlsOptions } from "../../src/settings/instance";

/** The core node with own certificates; `addTLSOptions` adds them and whether to verify. */
interface TlsConfigNode {
  readonly name?: string;
  /** False where its files could not be read: it then adds nothing of them. */
  readonly valid?: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

function isTlsConfig(node: object | null | undefined): node is TlsConfigNode {
  return node != null && "addTLSOptions" in node && typeof node.addTLSOptions === "function";
}

/** What a `tls-config` node adds; without an ID nothing. Throws SettingError. */
export function tlsOptions(RED: NodeAPI, id = ""): TlsOptions {
  if (id === "") return {};
  const node = RED.nodes.getNode(id);
  // Going on with Node.js's own authorities would be less than what was asked for.
  if (!isTlsConfig(node)) {
    throw new SettingError("SETTING_MISSING", { setting: "tls", rule: "tlsConfig" });
  }
  if (node.valid === false) {
    const value = node.name ?? id;
    throw new SettingError("SETTING_INVALID", { setting: "tls", value, rule: "tlsFiles" });
  }
  return node.addTLSOptions({});
}
