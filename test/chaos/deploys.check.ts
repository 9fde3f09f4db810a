// The long run; by `npm run test:deploys`. DEPLOYS_SEED repeats what is drawn, not what meets what.
import { test } from "node:test";
import { NodeRed } from "../support/node-red/node-red";
import { deploys } from "./deploys";
import { DEPLOY_KINDS } from "./deploys-flow";

const COUNT = 60;

const nodeRed = NodeRed.forFile();

for (const kind of DEPLOY_KINDS) {
  test(`${COUNT} ${kind.title} lose no accepted message`, { timeout: 300_000 }, (t) =>
    deploys(t, nodeRed, { kind, count: COUNT }),
  );
}
