import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { ask, errorText } from "../support/emulator/http-client";
import { attached, RawClient } from "../support/emulator/raw-client";
import { withEmulator } from "../support/emulator/with-emulator";

test("POST /messages pushes JSON, text and bytes, with every field", () =>
  withEmulator({ httpPort: 0 }, async ({ port, httpPort }) => {
    const client = await attached(port, 10);
    const push = (body: unknown) => ask(httpPort, "/messages", { body });
    const first = await push({ topic: "/a", payload: { t: 21 }, messageId: "5", qos: 1 });
    deepEqual(first, { status: 200, body: { messageIds: ["5"] } });
    await push({ topic: "/b", payload: "plain", generateTime: 1_700_000_000_000 });
    await push({ topic: "/c", payloadBase64: Buffer.from([1, 2, 255]).toString("base64") });
    await push({ topic: "/d" });
    await push({ topic: "/e", payload: null, group: "DEFAULT_GROUP" });
    const many = await push({ topic: "/f", payload: [1], count: 3 });
    equal(new Set((many.body as { messageIds: string[] }).messageIds).size, 3);
    const exact = '{"id": 1724442618569203714, "t": 25.0, "payload": ["}", 1e400]}';
    await push(`{"payload": ${exact}, "topic": "/g"}`);
    const received = await client.have(9);
    deepEqual(
      received.map(({ message }) => (message.body as { content: Buffer }).content.toString("hex")),
      ['{"t":21}', "plain", "\x01\x02\xff", "", "null", "[1]", "[1]", "[1]", exact].map((text) =>
        Buffer.from(text, "latin1").toString("hex"),
      ),
    );
    const { application_properties } = received[1]?.message ?? {};
    equal(Reflect.get(Object(application_properties) as object, "generateTime"), 1_700_000_000_000);
  }));

test("each bad message is answered with 400 and a sentence that names the field", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const bad: readonly [unknown, RegExp][] = [
      [{}, /“topic”/],
      [{ topic: 5 }, /“topic”/],
      [{ topic: "" }, /“topic”/],
      [{ topic: "/t", qos: 2 }, /“qos”/],
      [{ topic: "/t", count: 0 }, /“count”/],
      [{ topic: "/t", count: 1e9 }, /“count”/],
      [{ topic: "/t", generateTime: "now" }, /“generateTime”/],
      [{ topic: "/t", messageId: 1790000000000000 }, /“messageId”.*digits/],
      [{ topic: "/t", payloadBase64: "***" }, /“payloadBase64”/],
      [{ topic: "/t", payload: 1, payloadBase64: "AA==" }, /not both/],
      [{ topic: "/t", group: "NO" }, /no consumer group NO; known are DEFAULT_GROUP/],
      [{ topic: "/t", retain: true }, /“retain”/],
      ["{", /must be JSON/],
      ["[]", /JSON object/],
      ["", /must be JSON/],
    ];
    for (const [body, sentence] of bad) {
      const answer = await ask(emulator.httpPort, "/messages", { method: "POST", body });
      match(errorText(answer), sentence);
      equal(answer.status, 400);
    }
    equal(emulator.groups()[0]?.backlog, 0);
  }));

/** `{"topic":"/t","payload":"温度"}` as the command line of a Chinese Windows sends it. */
const IN_GBK = Buffer.concat([
  Buffer.from('{"topic":"/t","payload":"'),
  Buffer.from([0xce, 0xc2, 0xb6, 0xc8]),
  Buffer.from('"}'),
]);

test("a body that is not UTF-8 is refused, unless it names its encoding; one with a BOM is read", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const { httpPort } = emulator;
    const push = (body: string | Buffer, type: string) =>
      ask(httpPort, "/messages", { method: "POST", body, headers: { "content-type": type } });
    const form = "application/x-www-form-urlencoded"; // what curl -d says
    for (const [body, type] of [
      [IN_GBK, form],
      [IN_GBK, "application/json; charset=utf-8"],
      [IN_GBK, "application/json; charset=no-such"],
      // As `>` of Windows PowerShell writes it.
      [Buffer.from('\uFEFF{"topic":"/t"}', "utf16le"), "application/json"],
    ] as const) {
      const answer = await push(body, type);
      match(errorText(answer), /^400 bad-encoding .*UTF-8.*--data-binary.*charset=gbk/);
    }
    equal(emulator.groups()[0]?.backlog, 0);
    const client = await attached(emulator.port, 10);
    equal((await push('\uFEFF{"topic":"/t","payload":"温度"}', form)).status, 200);
    equal((await push(IN_GBK, 'application/json; Charset="GBK"')).status, 200);
    for (const { message } of await client.have(2)) {
      equal((message.body as { content: Buffer }).content.toString(), "温度");
    }
  }));

test("GET /groups tells consumers, backlog, unsettled and the outcomes of each group", () =>
  withEmulator({ httpPort: 0, consumerGroupIds: ["G1", "G2"] }, async (emulator) => {
    const client = await attached(emulator.port, 2, { consumerGroupId: "G1" });
    const ids = [1, 2, 3].map(() => emulator.push({ topic: "/t" }));
    const [first, second] = await client.have(2);
    first?.delivery.accept();
    await emulator.expectSettled(ids[0] ?? "");
    // Not in the same tick: rhea would merge the two outcomes into one.
    second?.delivery.reject();
    await emulator.expectSettled(ids[1] ?? "", "rejected");
    const { status, body } = await ask(emulator.httpPort, "/groups");
    equal(status, 200);
    const { groups } = body as { groups: Record<string, unknown>[] };
    deepEqual(
      groups.map((group) => [
        group["consumerGroupId"],
        group["consumers"],
        group["accepted"],
        group["released"],
        group["rejected"],
      ]),
      [
        ["G1", 1, 1, 0, 1],
        ["G2", 0, 0, 0, 0],
      ],
    );
    equal(groups[1]?.["backlog"], 3);
  }));

test("GET / tells the name, the ports and the groups", () =>
  withEmulator({ httpPort: 0 }, async ({ port, httpPort }) => {
    deepEqual(await ask(httpPort, "/"), {
      status: 200,
      body: {
        name: "aliyun-iot-amqp emulator",
        port,
        httpPort,
        apiEndpoint: `http://127.0.0.1:${httpPort}`,
        groups: ["DEFAULT_GROUP"],
      },
    });
  }));

test("POST /faults kicks, and refuses as many sign-ins as it is told", () =>
  withEmulator({ httpPort: 0 }, async ({ port, httpPort }) => {
    const client = await attached(port);
    const kick = { fault: "kick", condition: "amqp:internal-error", description: "by hand" };
    deepEqual(await ask(httpPort, "/faults", { body: kick }), {
      status: 200,
      body: { kicked: 1 },
    });
    equal((await client.ended).description, "by hand");
    await ask(httpPort, "/faults", { body: { fault: "refuse-sign-in", count: 2 } });
    for (let count = 0; count < 2; count += 1) {
      const refused = new RawClient(port);
      refused.connection.connect();
      equal((await refused.ended).condition, "amqp:unauthorized-access");
    }
    await attached(port);
  }));

test("unknown paths get 404, wrong methods 405, bodies beyond 1 MiB 413", () =>
  withEmulator({ httpPort: 0 }, async ({ httpPort }) => {
    match(errorText(await ask(httpPort, "/nothing")), /^404 not-found/);
    match(errorText(await ask(httpPort, "/__proto__")), /^404 not-found/);
    match(errorText(await ask(httpPort, "/messages")), /^405 method-not-allowed .*POST/);
    match(errorText(await ask(httpPort, "/groups", { body: {} })), /^405 method-not-allowed .*GET/);
    const body = JSON.stringify({ topic: "/t", payload: "x".repeat(1_048_576) });
    match(errorText(await ask(httpPort, "/messages", { body })), /^413 too-large/);
    equal((await ask(httpPort, "/groups?x=1")).status, 200);
  }));

test("web pages of elsewhere are refused, by Host and by Origin", () =>
  withEmulator({ httpPort: 0 }, async ({ httpPort }) => {
    const get = (headers: Readonly<Record<string, string>>) =>
      ask(httpPort, "/groups", { headers });
    match(errorText(await get({ host: "evil.example:5680" })), /^403 wrong-host/);
    match(errorText(await get({ origin: "http://evil.example" })), /^403 wrong-origin/);
    match(errorText(await get({ origin: "null" })), /^403 wrong-origin/);
    equal((await get({ host: "localhost:5680" })).status, 200);
    equal((await get({ host: "[::1]:5680", origin: "http://localhost:1880" })).status, 200);
  }));
