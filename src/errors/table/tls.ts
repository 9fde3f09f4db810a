import type { ErrorTable } from "../entry";

/** TLS could not be set up. */
export const TLS_ERRORS = {
  // Node.js passes over what it cannot read, and would then trust nobody.
  CA_UNREADABLE: {
    retry: "never",
    details: ["setting", "reason"],
    "en-US": {
      short: "CA certificate unusable",
      text: "The CA certificate (__setting__) cannot be used: __reason__.",
      remedy:
        "Give the certificate of the authority as a PEM file, or none: then those that Node.js trusts count.",
    },
    "zh-CN": {
      short: "CA 证书无法使用",
      text: "CA 证书（__setting__）无法使用：__reason__。",
      remedy: "请提供签发机构证书的 PEM 文件，或者不提供：此时使用 Node.js 信任的证书。",
    },
  },
  // A certificate does not mend itself within seconds.
  TLS_UNTRUSTED: {
    retry: "slow",
    details: ["host", "reason"],
    "en-US": {
      short: "certificate untrusted",
      text: "The certificate of __host__ is not trusted: __reason__.",
      remedy:
        "Node.js does not know its issuer. Select a TLS configuration with the right CA certificate (tls), or start Node-RED with NODE_EXTRA_CA_CERTS=/path/to/ca.pem. For the platform this may be GlobalSign Root R1, which newer Node.js versions no longer include; in a company network, it may be the certificate of a proxy that inspects TLS.",
    },
    "zh-CN": {
      short: "证书不受信任",
      text: "__host__ 的证书不受信任：__reason__。",
      remedy:
        "Node.js 不信任该证书的签发机构。请在 TLS 设置（tls）中选择包含正确 CA 证书的配置，或者用环境变量 NODE_EXTRA_CA_CERTS=/path/to/ca.pem 启动 Node-RED。对平台的接入点而言，缺少的可能是 GlobalSign Root R1，较新的 Node.js 版本已不再内置它；在公司网络中，也可能是会解密 TLS 的代理的证书。",
    },
  },
  TLS_HOSTNAME: {
    retry: "slow",
    details: ["host", "reason"],
    "en-US": {
      short: "wrong certificate name",
      text: "The certificate of __host__ is for another name: __reason__.",
      remedy:
        "Connect by the host name, not by IP address, or set the server name in the TLS configuration (tls).",
    },
    "zh-CN": {
      short: "证书域名不符",
      text: "__host__ 的证书是签发给另一个名称的：__reason__。",
      remedy: "请使用域名而不是 IP 地址连接，或者在 TLS 设置（tls）中填写服务器名称。",
    },
  },
  TLS_EXPIRED: {
    retry: "slow",
    details: ["host", "reason"],
    "en-US": {
      short: "certificate not valid now",
      text: "The certificate of __host__ has expired or is not valid yet: __reason__.",
      remedy:
        "Check this computer's clock first. If it is right, the server's certificate must be renewed.",
    },
    "zh-CN": {
      short: "证书不在有效期",
      text: "__host__ 的证书当前不在有效期内：__reason__。",
      remedy: "请先检查本机时间；如果时间正确，则需要更新服务器的证书。",
    },
  },
  TLS_FAILED: {
    retry: "slow",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "TLS failed",
      text: "TLS with __host__:__port__ failed: __reason__.",
      remedy:
        "The port probably does not speak TLS: for the emulator, switch “Use TLS” (useTls) off; the platform's port is 5671. If the port is right, check the client certificate and the TLS versions in the TLS configuration (tls), if one is selected.",
    },
    "zh-CN": {
      short: "TLS 失败",
      text: "与 __host__:__port__ 建立 TLS 失败：__reason__。",
      remedy:
        "该端口很可能不支持 TLS：如果连接的是模拟器，请关闭“使用 TLS”（useTls）；平台的端口是 5671。如果端口无误并且选择了 TLS 设置（tls），请检查其中的客户端证书和 TLS 版本。",
    },
  },
  // A port without TLS, but a server that restarts looks the same.
  TLS_INTERRUPTED: {
    retry: "fast",
    details: ["host", "port", "reason"],
    "en-US": {
      short: "TLS interrupted",
      text: "__host__:__port__ ended the connection during the TLS handshake: __reason__.",
      remedy:
        "If it does not recover by itself, the port probably does not speak TLS: for the emulator, switch “Use TLS” (useTls) off; the platform's port is 5671.",
    },
    "zh-CN": {
      short: "TLS 握手中断",
      text: "__host__:__port__ 在 TLS 握手过程中断开了连接：__reason__。",
      remedy:
        "如果没有自动恢复，该端口很可能不支持 TLS：如果连接的是模拟器，请关闭“使用 TLS”（useTls）；平台的端口是 5671。",
    },
  },
} as const satisfies ErrorTable;
