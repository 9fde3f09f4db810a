// A program that receives with this package.
import { createRequire } from "node:module";
import { meterOfProgram } from "./meter";
import type * as Package from "../../src/index";

const { task, meter } = meterOfProgram();
const load = createRequire(__filename);
const { createSubscription, resolveInstance, resolveSubscribe } = load(
  task.packageDirectory,
) as typeof Package;

const instance = resolveInstance(
  {
    host: "127.0.0.1",
    port: task.port,
    useTls: task.ca !== undefined,
    accessKeyId: "benchAccessKeyId",
    accessKeySecret: "benchAccessKeySecret",
  },
  task.ca === undefined ? {} : { ca: task.ca },
);
const { settings, connections } = task;
const options = resolveSubscribe({ clientId: "bench", connections, ...settings });
const subscription = createSubscription(instance, options);
subscription.on("delivered", ({ message }) => {
  meter.count(message.generateTime);
});
subscription.start();
