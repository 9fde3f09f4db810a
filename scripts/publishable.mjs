// `npm publish` runs this first. npm shows the README with relative links and pictures, and looks for
// their targets in the repository that package.json names.
import { readFileSync } from "node:fs";

const { repository } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);
if (!/^(git\+)?https:\/\//.test(repository?.url ?? "")) {
  console.error(
    "package.json names no repository (repository.url, https): the README's links and pictures would lead nowhere on npm. Add it, and publish then.",
  );
  process.exitCode = 1;
}
