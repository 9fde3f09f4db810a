import { browserTest } from "../support/browser/browser-test";
import { LANGUAGES } from "../support/node-red/built-nodes";
import { journey } from "../support/browser/journey";
import { NodeRed } from "../support/node-red/node-red";

const nodeRed = NodeRed.forFile();

for (const language of LANGUAGES) {
  browserTest(`from an empty workspace to the first message, in ${language}`, (browser) =>
    journey(browser, { nodeRed, language }),
  );
}
