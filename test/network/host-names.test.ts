import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { HostNames } from "../../src/network/host-names";
import { settled } from "../support/time/manual-clock";

/** A name server that answers when the test does. */
class NameServer {
  readonly asked: string[] = [];
  readonly #answers: { resolve: (addresses: string[]) => void; reject: (error: Error) => void }[] =
    [];

  readonly ask = (host: string): Promise<readonly string[]> => {
    this.asked.push(host);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  };

  answer(how: readonly string[] | Error): void {
    const answer = this.#answers.shift();
    if (how instanceof Error) answer?.reject(how);
    else answer?.resolve([...how]);
  }
}

test("a name that is asked for again and again is looked up once while nothing answers", async () => {
  const server = new NameServer();
  const names = new HostNames(server.ask);
  const waiting = Array.from({ length: 50 }, () => names.addresses("iot.example"));
  await settled();
  deepEqual(server.asked, ["iot.example"]);
  server.answer(["192.0.2.1"]);
  for (const addresses of await Promise.all(waiting)) deepEqual(addresses, ["192.0.2.1"]);
  void names.addresses("iot.example");
  await settled();
  equal(server.asked.length, 2, "what was found is not kept");
});

test("names are looked up one at a time, and a failed one does not stop the next", async () => {
  const server = new NameServer();
  const names = new HostNames(server.ask);
  const first = names.addresses("hangs.example");
  const second = names.addresses("works.example");
  await settled();
  deepEqual(server.asked, ["hangs.example"]);
  server.answer(new Error("nobody knows"));
  await rejects(first, /nobody knows/);
  await settled();
  server.answer(["192.0.2.2"]);
  deepEqual(await second, ["192.0.2.2"]);
});

test("an address is asked of nobody", async () => {
  const server = new NameServer();
  deepEqual(await new HostNames(server.ask).addresses("::1"), ["::1"]);
  deepEqual(server.asked, []);
});
