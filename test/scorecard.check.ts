// The scorecard that flows.nodered.org will show, by Node-RED's own tool, on the packed package. It
// asks the registry; run by `npm run test:scorecard`, as `npm test` needs no network.
import { deepEqual, doesNotMatch, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { definition } from "./support/node-red/built-nodes";
import { withTarball } from "./support/package/tarball";

const TOOL = resolve("node_modules/node-red-dev/bin/run");
const PRELOAD = resolve("test/support/package/scorecard-preload.cjs");

/** Of the whole catalogue's names and types, which the preload leaves empty. */
const NOT_COUNTED = ["P08", "N01"];
/** P03 wants the address of a repository or for bugs: the package has none yet. */
const KNOWN = ["P03"];

type Scorecard = Readonly<Record<string, { readonly test?: boolean; readonly nodes?: string[] }>>;

interface Manifest {
  readonly keywords: readonly string[];
  readonly license?: string;
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
}

/** The tool's answer; its exit code says nothing. */
function scorecardOf(directory: string): Scorecard {
  const output = join(directory, "..", "scorecard.json");
  rmSync(output, { force: true });
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const said = execFileSync(
    process.execPath,
    ["--require", PRELOAD, TOOL, "validate", "--path", directory, "--output", output],
    { encoding: "utf8", env: { ...process.env, npm_config_registry: registry } },
  );
  // What it cannot load or parse it leaves out, and calls the rest good.
  doesNotMatch(said, /could not load|Unable to parse/);
  return JSON.parse(readFileSync(output, "utf8")) as Scorecard;
}

function failed(scorecard: Scorecard): string[] {
  return Object.keys(scorecard)
    .filter((check) => scorecard[check]?.test === false)
    .filter((check) => !NOT_COUNTED.includes(check))
    .sort();
}

/** Runs `work` with the folder that the tarball unpacks to. */
function withPackage(work: (directory: string) => void): Promise<void> {
  return withTarball(({ file, directory }) => {
    execFileSync("tar", ["-xzf", file, "-C", directory]);
    work(join(directory, "package"));
    return Promise.resolve();
  });
}

test("Node-RED's own checks of a package pass, but for what is known", () =>
  withPackage((directory) => {
    const scorecard = scorecardOf(directory);
    deepEqual(failed(scorecard), KNOWN);
    const checks = [
      "P01",
      "P03",
      "P04",
      "P05",
      "P06",
      "P07",
      "P08",
      "N01",
      "N02",
      "D01",
      "D02",
      "D03",
    ];
    deepEqual(Object.keys(scorecard).sort(), [...checks, "package"].sort());
    const { keywords, "node-red": nodeRed } = readManifest(directory);
    ok(keywords.includes("node-red"), "The tool's check of the keyword cannot fail.");
    // A node whose html it does not understand is missing here.
    const nodes = Object.keys(nodeRed.nodes).filter(
      (node) => definition(node).category !== "config",
    );
    deepEqual(scorecard["N02"]?.nodes?.sort(), nodes.sort());
  }));

test("they fail for a package without license whose examples leave a node out", () =>
  withPackage((directory) => {
    const { license, ...manifest } = readManifest(directory);
    ok(license !== undefined);
    writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
    const examples = join(directory, "examples");
    for (const file of readdirSync(examples).map((name) => join(examples, name))) {
      if (readFileSync(file, "utf8").includes('"aliyun-iot-ack"')) rmSync(file);
    }
    deepEqual(failed(scorecardOf(directory)), ["N02", "P01", ...KNOWN]);
  }));
