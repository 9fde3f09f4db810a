import { missingNode } from "./deployed-nodes";
import { SettingError } from "../../src/errors/error";
import { readCaCertificates } from "../../src/settings/ca-certificates";
import type { NodeAPI } from "node-red";
import type { TlsOptions } from "../../src/settings/instance";

/** Node-RED's node for TLS settings; `addTLSOptions` adds certificates and whether to verify. */
interface TlsConfigNode {
  readonly name?: string;
  /** False if its files could not be read; then it adds nothing of them. */
  readonly valid?: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

function isTlsConfig(node: object | null | undefined): node is TlsConfigNode {
  return node != null && "addTLSOptions" in node && typeof node.addTLSOptions === "function";
}

/**
 * The TLS options of the `tls-config` node with an ID; none without one. Throws SettingError, and
 * TlsError for CA certificates that cannot be read.
 */
export function tlsOptions(RED: NodeAPI, id: unknown): TlsOptions {
  if (id === undefined || id === "") return {};
  const node = typeof id === "string" ? RED.nodes.getNode(id) : undefined;
  // Falling back to the CA certificates of Node.js would silently ignore this setting.
  if (typeof id !== "string" || !isTlsConfig(node))
    throw missingNode(RED, "tls", typeof id === "string" ? id : "");
  if (node.valid === false) {
    const value = node.name ?? id;
    throw new SettingError("SETTING_INVALID", { setting: "tls", value, rule: "tlsFiles" });
  }
  return readCaCertificates(node.addTLSOptions({}));
}
