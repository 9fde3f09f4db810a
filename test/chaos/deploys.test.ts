import { test } from "node:test";
import { NodeRed } from "../support/node-red/node-red";
import { deploys } from "./deploys";
import { DEPLOY_KINDS } from "./deploys-flow";

const COUNT = 8;

const nodeRed = NodeRed.forFile();

for (const kind of DEPLOY_KINDS) {
  test(`${COUNT} ${kind.title} lose no accepted message`, (t) =>
    deploys(t, nodeRed, { kind, count: COUNT }));
}
