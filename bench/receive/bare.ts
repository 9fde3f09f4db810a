// The vendor's sample for Node.js in our own words: rhea with its defaults, which accept each message
// and grant credit for 1,000, and one more accept by the sample itself. Here it does not print.
import { create_container } from "rhea";
import { meterOfProgram } from "./meter";
import type { EventContext } from "rhea";

interface Body {
  readonly content: Buffer;
}

interface Properties {
  readonly topic?: string;
  readonly messageId?: string;
  readonly generateTime?: number;
}

const { task, meter } = meterOfProgram();

function take({ message, delivery }: EventContext): void {
  if (message === undefined) throw new Error("There is no message.");
  const properties = (message.application_properties ?? {}) as Properties;
  const messageId = message.message_id ?? properties.messageId;
  const content = (message.body as Body).content.toString();
  if (messageId === undefined || properties.topic === undefined || content === "") {
    throw new Error("The message is not whole.");
  }
  delivery?.accept();
  meter.count(properties.generateTime);
}

for (let index = 0; index < task.connections; index += 1) {
  const container = create_container();
  container.on("message", take);
  const connection = container.connect({
    host: "127.0.0.1",
    port: task.port,
    username: `bench-${index}|authMode=aksign,signMethod=hmacsha1|`,
    password: "password",
    idle_time_out: 60_000,
    ...(task.ca === undefined ? {} : { transport: "tls", ca: task.ca, servername: "localhost" }),
  });
  connection.open_receiver();
}
