import { equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { translateError } from "../../src/amqp/translate-error";
import { TooLarge } from "../../src/amqp/peer-errors";
import type { Failure } from "../../src/amqp/translate-error";
import { IotAmqpError, NetworkError, RefusalError, TlsError } from "../../src/errors/error";
import type { ErrorCode } from "../../src/errors/error";
import { retryOf } from "../../src/errors/table";
import { errorText } from "../../src/errors/texts";
import { english } from "../support/english";

const PEER = { host: "iot.example", port: 5671, consumerGroupId: "group-1" };

const nodeError = (code: string, message = `something ${code}`): Error =>
  Object.assign(new Error(message), { code });

/** Checks what holds for every translation, and the code. */
function translated(failure: Failure, code: ErrorCode): IotAmqpError {
  const error = translateError(failure, PEER);
  equal(error.code, code, error.message);
  const chinese = errorText(code, error.details, "zh-CN");
  for (const told of [english(error), chinese.text, chinese.remedy, chinese.short]) {
    ok(!/__\w+__/.test(told), `a placeholder was left: ${told}`);
  }
  return error;
}

const NODE_CASES: readonly (readonly [ErrorCode, readonly string[]])[] = [
  ["DNS_FAILED", ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ESERVFAIL"]],
  ["CONNECTION_REFUSED", ["ECONNREFUSED"]],
  [
    "CONNECTION_FAILED",
    ["ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EACCES", "EMFILE", "ENEW"],
  ],
  [
    "TLS_UNTRUSTED",
    [
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "CERT_UNTRUSTED",
      "CERT_REJECTED",
      "CERT_REVOKED",
      "CERT_SIGNATURE_FAILURE",
      "CERT_CHAIN_TOO_LONG",
      "INVALID_CA",
      "INVALID_PURPOSE",
      "PATH_LENGTH_EXCEEDED",
    ],
  ],
  ["TLS_HOSTNAME", ["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"]],
  ["TLS_EXPIRED", ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]],
  [
    "TLS_FAILED",
    [
      "EPROTO",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      "ERR_OSSL_PEM_NO_START_LINE",
      "ERR_TLS_INVALID_PROTOCOL_VERSION",
      "CRL_HAS_EXPIRED",
    ],
  ],
];

test("every code of Node goes to its class", () => {
  for (const [code, names] of NODE_CASES) {
    for (const name of names) {
      const error = nodeError(name);
      equal(translated({ at: "connect", error }, code).cause, error);
      const later = code === "CONNECTION_FAILED" ? "CONNECTION_LOST" : code;
      match(translated({ at: "socket", error }, later).details["reason"] as string, RegExp(name));
    }
  }
});

test("a reason is one short line: OpenSSL's own, or that of the first of several addresses", () => {
  const openssl = Object.assign(nodeError("ERR_SSL_WRONG_VERSION_NUMBER", "C0:error:0A:x\n"), {
    reason: "wrong version number",
  });
  const tls = translated({ at: "connect", error: openssl }, "TLS_FAILED");
  equal(tls.details["reason"], "wrong version number (ERR_SSL_WRONG_VERSION_NUMBER)");
  ok(tls instanceof TlsError);
  const first = nodeError("ETIMEDOUT", "connect ETIMEDOUT 192.0.2.1:5671");
  const several = Object.assign(new AggregateError([first]), { code: "ETIMEDOUT" });
  const network = translated({ at: "connect", error: several }, "CONNECTION_FAILED");
  equal(network.details["reason"], "connect ETIMEDOUT 192.0.2.1:5671");
  ok(network instanceof NetworkError);
});

test("a socket that ends without an error is a lost connection", () => {
  match(english(translated({ at: "socket" }, "CONNECTION_LOST")), /without an AMQP close/);
});

test("a server that hangs up in the TLS handshake probably does not speak TLS", () => {
  const cut = "Client network socket disconnected before secure TLS connection was established";
  const tls = { ...PEER, tls: {} };
  for (const error of [nodeError("ECONNRESET", cut), nodeError("EPIPE")]) {
    const told = translateError({ at: "connect", error }, tls);
    equal(told.code, "TLS_INTERRUPTED");
    equal(retryOf(told), "fast", "a server that restarts looks the same");
    match(english(told), /does not speak TLS.*\(useTls\) off.*5671/);
    equal(translateError({ at: "connect", error }, PEER).code, "CONNECTION_FAILED");
    equal(translateError({ at: "socket", error }, tls).code, "CONNECTION_LOST");
  }
  const syscall = Object.assign(nodeError("ECONNRESET"), { syscall: "connect" });
  equal(translateError({ at: "connect", error: syscall }, tls).code, "CONNECTION_FAILED");
});

test("a connection without TLS that is cut off says that the port may expect TLS", () => {
  for (const error of [undefined, nodeError("ECONNRESET")]) {
    match(
      english(translated({ at: "socket", error }, "CONNECTION_LOST")),
      /expect TLS.*\(useTls\)/,
    );
  }
});

test("what this package says of a failure is Chinese in a Chinese text", () => {
  const english = /[a-z]+ [a-z]+ [a-z]+/; // three lower-case words in a row are a sentence
  const own: readonly Failure[] = [
    { at: "socket" },
    { at: "connect", error: undefined },
    { at: "connect", error: {} },
    { at: "sign-in", saslCode: 1 },
    { at: "sign-in", saslCode: 9 },
    { at: "close" },
    { at: "detach", error: { condition: "amqp:not-found" } },
    { at: "close", error: { condition: "amqp:decode-error" } },
    { at: "signing", error: new RangeError("x") },
    { at: "listener", event: "delivery", error: new TypeError("x") },
    { at: "forbidden", reason: "saslChallenge" },
    { at: "forbidden", reason: "noCredit" },
    { at: "forbidden", reason: "unaskedLink" },
    { at: "forbidden", reason: "unaskedSession" },
  ];
  for (const failure of own) {
    const { code, details } = translateError(failure, PEER);
    const { text } = errorText(code, details, "zh-CN");
    ok(!english.test(text) && /\p{Script=Han}/u.test(text), text);
  }
});

test("a peer's text loses its last full stop: ours has one", () => {
  const error = { condition: "amqp:not-found", description: "No such group (code 9602)." };
  const told = translated({ at: "close", error }, "GROUP_NOT_FOUND");
  equal(told.details["description"], "No such group (code 9602)");
  ok(!english(told).includes(".)."), english(told));
});

test("TLS material that cannot be read is TLS_FAILED, whatever its code", () => {
  translated({ at: "tls", error: new Error("not enough data") }, "TLS_FAILED");
});

test("SASL codes 1 and 3 are refusals, 2 and 4 are the server's trouble", () => {
  for (const [saslCode, code] of [
    [1, "SIGN_IN_REFUSED"],
    [2, "SIGN_IN_UNAVAILABLE"],
    [3, "SIGN_IN_REFUSED"],
    [4, "SIGN_IN_UNAVAILABLE"],
    [77, "SIGN_IN_REFUSED"],
  ] as const) {
    const error = translated({ at: "sign-in", saslCode }, code);
    match(english(error), RegExp(`SASL code ${saslCode}`));
  }
});

test("AMQP conditions go to their classes, in a close as in a detach", () => {
  for (const [condition, close, detach] of [
    ["amqp:unauthorized-access", "REFUSED", "REFUSED"],
    ["amqp:not-allowed", "REFUSED", "REFUSED"],
    ["amqp:not-found", "GROUP_NOT_FOUND", "GROUP_NOT_FOUND"],
    ["amqp:resource-deleted", "GROUP_NOT_FOUND", "GROUP_NOT_FOUND"],
    ["amqp:resource-limit-exceeded", "TOO_MANY_CONNECTIONS", "TOO_MANY_CONNECTIONS"],
    ["amqp:connection:forced", "CLOSED_BY_PLATFORM", "LINK_CLOSED"],
    ["amqp:internal-error", "CLOSED_BY_PLATFORM", "LINK_CLOSED"],
    ["amqp:link:detach-forced", "CLOSED_BY_PLATFORM", "LINK_CLOSED"],
    ["amqp:decode-error", "PROTOCOL_VIOLATION", "PROTOCOL_VIOLATION"],
    ["amqp:connection:framing-error", "PROTOCOL_VIOLATION", "PROTOCOL_VIOLATION"],
    ["aliyun:unheard-of", "CLOSED_BY_PLATFORM", "LINK_CLOSED"],
  ] as const) {
    const error = { condition, description: "that is why" };
    for (const [at, code] of [
      ["close", close],
      ["detach", detach],
      ["end", detach],
    ] as const) {
      match(english(translated({ at, error }, code)), RegExp(`${condition}: that is why`));
    }
  }
  translated({ at: "close" }, "CLOSED_BY_PLATFORM");
  translated({ at: "detach" }, "LINK_CLOSED");
  ok(translateError({ at: "end", error: null }, PEER) instanceof RefusalError);
});

test("a server that has not heard us in time is no limit of connections", () => {
  const condition = "amqp:resource-limit-exceeded";
  for (const description of ["local-idle-timeout expired", "max idle time exceeded"]) {
    translated({ at: "close", error: { condition, description } }, "CLOSED_BY_PLATFORM");
  }
});

test("our own errors pass unchanged; of foreign ones only the class is told", () => {
  const own = new NetworkError("PEER_SILENT", { host: "h", seconds: 1 });
  equal(translateError({ at: "signing", error: own }, PEER), own);
  equal(translateError({ at: "own", error: own }, PEER), own);
  const foreign = new RangeError("key hush-hush");
  const error = translated({ at: "signing", error: foreign }, "CONNECTION_LOST");
  match(english(error), /signing in failed with RangeError/);
  ok(!`${english(error)} ${error.message}`.includes("hush-hush"));
  const listener = { at: "listener", event: "delivery", error: foreign } as const;
  match(english(translated(listener, "CONNECTION_LOST")), /“delivery” failed with RangeError/);
});

test("over a working link what cannot be read was damaged, what must not come is a violation", () => {
  const attached = { ...PEER, attached: true };
  const code = (failure: Failure) => {
    const error = translateError(failure, attached);
    ok(!/__\w+__/.test(errorText(error.code, error.details, "zh-CN").text));
    return error.code;
  };
  const size = (of: "frame" | "delivery") =>
    ({ at: "size", error: new TooLarge(of, 7, 5) }) as const;
  equal(code(size("frame")), "CONNECTION_CORRUPTED");
  equal(code(size("delivery")), "FRAME_TOO_LARGE");
  equal(code({ at: "protocol", error: new TypeError("x is undefined") }), "CONNECTION_CORRUPTED");
  const altered = nodeError("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC");
  equal(code({ at: "socket", error: altered }), "CONNECTION_CORRUPTED");
  equal(code({ at: "forbidden", reason: "noCredit" }), "PROTOCOL_VIOLATION");
});

test("limits and deadlines fill their texts", () => {
  for (const of of ["frame", "delivery"] as const) {
    const failure = { at: "size", error: new TooLarge(of, 7, 5) } as const;
    match(english(translated(failure, "FRAME_TOO_LARGE")), /7 bytes.*5/);
  }
  for (const code of ["CONNECT_TIMEOUT", "ATTACH_TIMEOUT", "PEER_SILENT"] as const) {
    match(english(translated({ at: "deadline", code, afterMs: 10_000 }, code)), /10 s/);
  }
});

test("an STS token that a server repeats, and control characters, are not told on", () => {
  const description =
    "no user c|authMode=ststoken,securityToken=hush-hush+/=,timestamp=1|\u0007\n!";
  const error = { condition: "amqp:not-allowed", description };
  const told = translated({ at: "close", error }, "REFUSED");
  ok(!JSON.stringify([told.message, english(told), told.details]).includes("hush-hush"));
  equal(told.details["description"], "no user c|authMode=ststoken,securityToken=…,timestamp=1| !");
});

test("whatever a peer says, the translation is one of our errors with a text of bounded length", () => {
  const at = fc.constantFrom("close", "end", "detach", "connect", "socket", "protocol", "tls");
  const error = fc.oneof(
    fc.anything(),
    fc.record({ condition: fc.anything(), description: fc.anything(), code: fc.anything() }),
    fc.record({ condition: fc.string({ maxLength: 9_000 }), description: fc.string() }),
  );
  fc.assert(
    fc.property(at, error, (where, said) => {
      const told = translateError({ at: where, error: said }, PEER);
      ok(told instanceof IotAmqpError);
      ok(told.message.length < 2_000 && english(told).length < 2_000);
    }),
  );
});
