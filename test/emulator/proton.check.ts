import { deepEqual, equal, match } from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TestCa } from "../support/certificates";
import { PATIENCE_MS } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";

/** A Python that has Qpid Proton: Debian's own may have it where another comes first in the path. */
function findPython(): string | undefined {
  return ["/usr/bin/python3", "python3"].find(
    (python) => spawnSync(python, ["-c", "import proton"]).status === 0,
  );
}

const python = findPython();
/** In CI the check must run; elsewhere it is left out where Proton is not installed. */
const skip =
  python === undefined && process.env["CI"] !== "true"
    ? "Qpid Proton for Python is not installed (Debian: apt-get install python3-qpid-proton)"
    : false;

/** One line that the receiver prints. */
interface ReceiverLine {
  readonly body?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly description?: string;
}

/** Runs the receiver until it ends, and returns its lines. */
async function receive(
  emulator: Emulator,
  ca: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly ReceiverLine[]> {
  if (python === undefined) throw new Error("CI=true, but no python3 can import proton.");
  const folder = mkdtempSync(join(tmpdir(), "proton-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, ca);
  const child = spawn(python, ["test/support/programs/proton-receiver.py"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PROTON_URL: `amqps://localhost:${emulator.port}`,
      PROTON_CA: caFile,
      PROTON_ACCESS_KEY_ID: "testAccessKeyId",
      PROTON_ACCESS_KEY_SECRET: "testAccessKeySecret",
      PROTON_GROUP: "DEFAULT_GROUP",
      PROTON_CLIENT_ID: "proton-1",
      PROTON_COUNT: "1",
      ...environment,
    },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  rmSync(folder, { recursive: true });
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReceiverLine);
}

test("Qpid Proton receives over TLS with verification, and its settlements count", { skip }, () => {
  const ca = new TestCa();
  return withEmulator(ca.leaf(), async (emulator) => {
    const generateTime = 1_715_000_130_190;
    const ids = Array.from({ length: 25 }, (_, index) =>
      emulator.push({ topic: "/pk/dn/user/update", payload: { index }, generateTime, qos: 1 }),
    );
    const lines = await receive(emulator, ca.cert, { PROTON_COUNT: "25" });
    deepEqual(
      lines.map(({ body }) => body),
      ids.map((_, index) => JSON.stringify({ index })),
    );
    deepEqual(lines[0]?.properties, {
      topic: "/pk/dn/user/update",
      messageId: ids[0],
      generateTime: String(generateTime),
      qos: "int32(1)",
    });
    for (const id of ids) await emulator.expectSettled(id);
    equal(emulator.signIns[0]?.clientId, "proton-1");
  });
});

test("Qpid Proton puts a message of 250 KB together from its frames", { skip }, () => {
  const ca = new TestCa();
  return withEmulator(ca.leaf(), async (emulator) => {
    const payload = "0123456789".repeat(25_000);
    const messageId = emulator.push({ topic: "/t", payload });
    const [line] = await receive(emulator, ca.cert, {});
    equal(line?.body, payload);
    await emulator.expectSettled(messageId);
  });
});

test("Qpid Proton with a wrong secret is refused at the sign-in", { skip }, () => {
  const ca = new TestCa();
  return withEmulator(ca.leaf(), async (emulator) => {
    const [line] = await receive(emulator, ca.cert, { PROTON_ACCESS_KEY_SECRET: "wrong" });
    equal(line?.error, "amqp:unauthorized-access");
    equal(emulator.signIns.length, 0);
  });
});

test("Qpid Proton is told that its consumer group does not exist", { skip }, () => {
  const ca = new TestCa();
  return withEmulator(ca.leaf(), async (emulator) => {
    const [line] = await receive(emulator, ca.cert, { PROTON_GROUP: "NO_SUCH_GROUP" });
    equal(line?.error, "amqp:not-found");
    match(line.description ?? "", /NO_SUCH_GROUP/);
  });
});

test("Qpid Proton does not trust a certificate of another authority", { skip }, () => {
  const ca = new TestCa();
  return withEmulator(ca.leaf(), async (emulator) => {
    const [line] = await receive(emulator, new TestCa("Another CA").cert, {});
    match(line?.description ?? "", /certificate|verify/i);
    equal(emulator.signIns.length, 0);
  });
});
