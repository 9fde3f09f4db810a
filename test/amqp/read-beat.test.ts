import { deepEqual, equal } from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { ReadBeat } from "../../src/amqp/read-beat";
import type { PacedSocket } from "../../src/amqp/read-beat";
import { ManualClock, settled } from "../support/time/manual-clock";

const pacedSocket = (credit = 200): PacedSocket => {
  return { socket: new Socket(), bytes: 0, messages: 0, credit, perSecond: 0 };
};

/** A beat with its clock, and a way to read some messages of 500 bytes at once. */
function beating() {
  const clock = new ManualClock();
  const beat = new ReadBeat(clock);
  const read = async (paced: PacedSocket, messages: number): Promise<void> => {
    paced.bytes += messages * 500;
    paced.messages += messages;
    beat.read(paced);
    await settled(2);
  };
  /** Reads at a rate for more than a window, as long as it is not paused. */
  const flow = async (paced: PacedSocket, perSecond: number): Promise<void> => {
    for (let elapsedMs = 0; elapsedMs < 200; elapsedMs += 10) {
      await clock.advance(10);
      await read(paced, perSecond / 100);
    }
  };
  return { clock, beat, read, flow };
}

test("a socket that brings 100 messages a second is never paused", async () => {
  const { clock, flow } = beating();
  const paced = pacedSocket();
  await flow(paced, 100);
  equal(paced.socket.isPaused(), false);
  equal(clock.timers, 0);
});

for (const [perSecond, beatMs] of [
  [300, 10],
  [700, 10],
  [1_000, 20],
] as const) {
  test(`a socket that brings ${perSecond} messages a second is read every ${beatMs} ms`, async () => {
    const { clock, flow } = beating();
    const paced = pacedSocket();
    await flow(paced, perSecond);
    equal(paced.socket.isPaused(), true);
    await clock.advance(beatMs - 1);
    equal(paced.socket.isPaused(), true);
    await clock.advance(1);
    equal(paced.socket.isPaused(), false);
    equal(clock.timers, 0);
  });
}

test("all sockets of the process are read together", async () => {
  const { clock, flow, read } = beating();
  const [one, other] = [pacedSocket(), pacedSocket()];
  await flow(one, 500);
  await clock.advance(6);
  await read(other, 1);
  deepEqual([one.socket.isPaused(), other.socket.isPaused()], [true, true]);
  await clock.advance(4);
  deepEqual([one.socket.isPaused(), other.socket.isPaused()], [false, false]);
});

test("when the messages come slowly again, none is held up any more", async () => {
  const { clock, flow, read } = beating();
  const paced = pacedSocket();
  await flow(paced, 1_000);
  await clock.advance(1_000);
  await read(paced, 1);
  equal(paced.socket.isPaused(), false);
});

test("a platform that is about to run out of credit is not made to wait", async () => {
  const { flow } = beating();
  const paced = pacedSocket(10);
  await flow(paced, 1_000); // ten in each beat
  equal(paced.socket.isPaused(), false);
});

test("after a full read there is no pause: more is waiting", async () => {
  const { flow, read } = beating();
  const paced = pacedSocket(2_000);
  await flow(paced, 1_000);
  paced.socket.resume();
  await read(paced, 100);
  equal(paced.socket.isPaused(), false);
});

test("a socket that leaves is read again, so that its end is seen, and leaves no timer", async () => {
  const { clock, beat, flow } = beating();
  const paced = pacedSocket();
  await flow(paced, 1_000);
  equal(paced.socket.isPaused(), true);
  beat.leave(paced);
  equal(paced.socket.isPaused(), false);
  equal(clock.timers, 0);
});
