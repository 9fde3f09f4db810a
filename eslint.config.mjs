import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const noRhea = {
  group: ["rhea", "rhea/*"],
  message: "Only src/amqp and src/emulator speak to rhea (docs/architecture.md).",
};
const noEmulator = {
  group: ["**/emulator", "**/emulator/*"],
  message: "The emulator is for tests and the command line, never for production code.",
};
/** Folders that a pure module must not reach: it imports nothing above it. */
const nothingAbove = {
  group: ["**/amqp/*", "**/subscription/*", "**/emulator/*", "**/doctor/*", "**/cli/*", "node:*"],
  message: "Pure modules import nothing above them, and no socket or timer.",
};
const throughIndex = {
  regex: "(^|/)src/(?!index$)",
  message: "Nodes import src/index only.",
};
const browserSafe = {
  regex:
    "^(node:|rhea|lru-cache)|/src/(?!errors$|options$|flow-options$|protocol/endpoint$|protocol/topic$|texts/tell$)",
  message: "Editor scripts run in the browser: pure modules only.",
};
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

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
  { files: ["src/**/*.ts"], rules: restrict(noRhea, noEmulator) },
  { files: ["src/amqp/**/*.ts"], rules: restrict(noEmulator) },
  { files: ["src/emulator/**/*.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["src/cli/**/*.ts"], rules: restrict(noRhea) },
  {
    files: [
      "src/protocol/**/*.ts",
      "src/property-output/**/*.ts",
      "src/options.ts",
      "src/flow-options.ts",
      "src/request.ts",
      "src/errors.ts",
    ],
    rules: restrict(noRhea, nothingAbove),
  },
  {
    // The signature needs HMAC; it is the one Node API that the pure rules use.
    files: ["src/protocol/sign-in.ts"],
    rules: restrict(noRhea, { ...nothingAbove, group: nothingAbove.group.slice(0, -1) }),
  },
  {
    files: ["src/subscription/{machine,backoff,credit}.ts"],
    rules: restrict(noRhea, { group: ["node:*"], message: "Pure: time and chance are arguments." }),
  },
  { files: ["nodes/**/*.ts"], rules: restrict(noRhea, noEmulator, throughIndex) },
  { files: ["nodes/**/*.editor.ts"], rules: restrict(browserSafe) },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines": "off",
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
