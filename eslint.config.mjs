import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * Which folders each folder of src may import: those below it, never one above. Files beside them
 * (clock, version) stand for themselves. docs/architecture.md draws the same, and a test holds it.
 */
const MAY_IMPORT = {
  errors: [],
  protocol: ["errors"],
  settings: ["errors", "protocol"],
  network: ["clock"],
  amqp: ["errors", "protocol", "settings", "clock", "version", "network"],
  "property-output": ["errors", "protocol", "settings"],
  "device-state": ["errors", "protocol", "settings"],
  subscription: ["errors", "protocol", "settings", "clock", "amqp"],
  doctor: [
    ...["errors", "protocol", "settings", "clock", "version", "network"],
    ...["amqp", "subscription", "openapi"],
  ],
  openapi: ["errors", "protocol", "settings", "clock", "version", "network"],
  emulator: ["errors", "protocol", "settings", "clock"],
  cli: [
    ...["errors", "protocol", "settings", "clock", "version"],
    ...["doctor", "subscription", "openapi", "emulator"],
  ],
};
/** The same for the folders of src/emulator. All of them may import the files beside them. */
const EMULATOR_MAY_IMPORT = {
  groups: [],
  amqp: ["groups"],
  devices: ["groups"],
  api: ["groups", "devices"],
  faults: ["groups", "amqp", "api"],
  http: ["groups", "faults", "api"],
};
const KNOW_RHEA = ["amqp", "emulator"];
/** No socket, no timer, no file: time and chance are arguments. */
const PURE = ["errors", "protocol", "settings", "property-output"];

const noneBut = (names) => `(?!(?:${names.join("|")})(?:/|$))`;
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const noRhea = {
  group: ["rhea", "rhea/*"],
  message: "Only src/amqp and src/emulator speak to rhea (docs/architecture.md).",
};
const noNode = { group: ["node:*"], message: "Pure: time, chance and files are arguments." };

/** What the files of a folder of src may import; `up` leads from them to src. */
function layer(folder, { files = "*", up = "../", pure } = {}) {
  const [top] = folder.split("/");
  return {
    files: [`src/${folder}/${files}.ts`],
    rules: restrict(
      {
        regex: `^${up}${noneBut(MAY_IMPORT[top])}`,
        message: `src/${top} imports only the folders below it (docs/architecture.md).`,
      },
      ...(KNOW_RHEA.includes(top) ? [] : [noRhea]),
      ...((pure ?? PURE.includes(top)) ? [noNode] : []),
    ),
  };
}

/** What the files of a folder of src/emulator may import. */
function emulatorLayer([folder, below]) {
  return {
    files: [`src/emulator/${folder}/*.ts`],
    rules: restrict(
      {
        regex: `^\\.\\./(?:\\.\\./${noneBut(MAY_IMPORT.emulator)}|(?!\\.)${noneBut([...below, "options", "random", "secret"])})`,
        message: `src/emulator/${folder} imports only the folders below it (EMULATOR_MAY_IMPORT).`,
      },
      ...(folder === "amqp" ? [] : [noRhea]),
    ),
  };
}

const browserSafe = {
  regex: `^(node:|rhea|lru-cache)|/src/${noneBut(["errors", "settings", "protocol"])}`,
  message: "Editor scripts run in the browser: pure modules only.",
};
const NOT_FOR_NODES = ["amqp", "cli", "emulator"];
const forNodes = Object.keys(MAY_IMPORT).filter((folder) => !NOT_FOR_NODES.includes(folder));
const belowNodes = {
  regex: `/src/${noneBut([...forNodes, "clock"])}`,
  message: "Nodes import the layers below src/index, never its extras, src/amqp or the emulator.",
};
const ownFolder = {
  regex: "^\\.\\./(?!shared/|\\.\\./)",
  message: "A node imports no other node: what two of them need is in nodes/shared.",
};

export default defineConfig(
  { ignores: ["dist/**", "dist.tmp-*/**", ".node-red/**", "coverage/**", "node_modules/**"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./nodes/tsconfig.editor.json"] },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-params": ["error", 3],
      "max-lines": ["error", { max: 250 }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "error",
    },
  },
  ...Object.keys(MAY_IMPORT).map((folder) => layer(folder)),
  layer("errors/table", { up: "../../" }),
  layer("cli/help", { up: "../../" }),
  ...Object.entries(EMULATOR_MAY_IMPORT).map(emulatorLayer),
  // The signatures need HMAC; it is the one Node API that the pure rules use.
  layer("protocol", { files: "{sign-in,api-signature}", pure: false }),
  // X.509 likewise.
  layer("settings", { files: "ca-certificates", pure: false }),
  layer("subscription", { files: "{machine,credit}", pure: true }),
  { files: ["nodes/**/*.ts"], rules: restrict(noRhea, belowNodes, ownFolder) },
  { files: ["nodes/**/*.editor.ts"], rules: restrict(browserSafe, ownFolder) },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'][arguments.0.name='resolve']",
          message: "Wait for an event or a state, not for a time (CONTRIBUTING.md).",
        },
      ],
      // node:test returns a promise that its own runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] },
          ],
        },
      ],
    },
  },
);
