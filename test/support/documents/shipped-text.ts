import { dirname, join } from "node:path/posix";
import { relativeLinks } from "./markdown";

/** Where public code is kept; an address there that names the package is one of the package. */
const CODE_HOST = /https:\/\/[\w.]*(?:github|gitlab|gitee|bitbucket|codeup)[\w.]*\/[^\s)"'`<>\]]+/g;

/** Relative links and pictures without a target in the package. Only documents may have any. */
export function deadLinks(path: string, text: string, paths: readonly string[]): string[] {
  if (!/\.(md|html)$/.test(path)) return [];
  const shown = text.replace(/<script type="text\/javascript">.*?<\/script>/gs, "");
  const targets = relativeLinks(shown).map((link) => decodeURIComponent(link).replace(/#.*/, ""));
  const isFound = (target: string) => {
    const found = join(dirname(path), target);
    return paths.some((each) => each === found || each.startsWith(`${found}/`));
  };
  // The editor shows help under its own address: a relative link in it leads nowhere.
  return targets.filter((target) => target !== "" && (path.endsWith(".html") || !isFound(target)));
}

/** Documents named by their path that are not in the package. */
export function deadMentions(text: string, paths: readonly string[]): string[] {
  const named = [...text.matchAll(/\bdocs\/[\w./-]+\.(?:md|png)\b/g)].map(([path]) => path);
  return named.filter((path) => !paths.includes(path));
}

/** Calls of npx for anything but this package: outside its folder npx would fetch that. */
export function foreignCommands(text: string, name: string): string[] {
  const calls = [...text.matchAll(/\b(?:npx +(?<what>[@\w./-]+)|npm exec\b)/g)];
  return calls.filter(({ groups }) => groups?.["what"] !== name).map(([call]) => call);
}

/** Addresses of a repository with the package's name that is not the one in package.json. */
export function foreignAddresses(text: string, name: string, repository = ""): string[] {
  const own = repository.replace(/^git\+|\.git$/g, "");
  const [, bare = name] = name.split("/");
  const addresses = [...text.matchAll(CODE_HOST)].map(([address]) => address);
  const named = addresses.filter((each) => each.split(/[/#?]/).some((part) => part === bare));
  return named.filter((each) => own === "" || !(each === own || each.startsWith(`${own}/`)));
}
