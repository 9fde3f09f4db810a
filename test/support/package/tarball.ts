import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What `npm pack` makes of the built package. */
interface Tarball {
  readonly file: string;
  /** Paths inside the package. */
  readonly paths: readonly string[];
  /** A folder for the test, removed afterwards. */
  readonly directory: string;
}

interface PackReport {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const LEFT_OUT = ["node_modules", ".git", ".node-red"].map((name) => resolve(name));

/**
 * Packs the package as it is built. In a copy without scripts: npm would run `prepare`, whose build
 * replaces `dist` under the other tests.
 */
export async function withTarball(work: (tarball: Tarball) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "tarball-test-"));
  try {
    const copy = join(directory, "copy");
    cpSync(".", copy, { recursive: true, filter: (path) => !LEFT_OUT.includes(resolve(path)) });
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as object;
    writeFileSync(join(copy, "package.json"), JSON.stringify({ ...manifest, scripts: {} }));
    const args = ["pack", "--json", "--pack-destination", directory];
    const report = execFileSync("npm", args, { cwd: copy, encoding: "utf8" });
    const [packed] = Object.values(JSON.parse(report) as PackReport[]);
    if (packed === undefined) throw new Error("npm pack reported nothing");
    const paths = packed.files.map(({ path }) => path);
    await work({ file: join(directory, packed.filename), paths, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
