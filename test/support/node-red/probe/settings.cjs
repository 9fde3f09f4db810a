// Settings of the Node-RED that tests start: nothing leaves the computer, and the log goes to the
// test as messages. The test gives the rest by environment variables.
"use strict";

// Without the test there is nobody who would end us.
process.on("disconnect", () => process.exit(1));

const PERMISSIONS = { reader: "read", builder: "*" };
const user = (username) =>
  Promise.resolve(
    username in PERMISSIONS ? { username, permissions: PERMISSIONS[username] } : null,
  );

/** Two who log in with any password; and anybody whose token is a permission has that. */
const adminAuth = {
  type: "credentials",
  users: user,
  authenticate: user,
  tokens: (permissions) => Promise.resolve({ username: "somebody", permissions }),
};

const stores = process.env.TEST_STORES;

module.exports = {
  ...(process.env.TEST_ADMIN_AUTH === "true" ? { adminAuth } : {}),
  ...(stores === undefined ? {} : { contextStorage: require("./context-stores.cjs")(stores) }),
  uiHost: "127.0.0.1",
  uiPort: 0,
  lang: process.env.TEST_LANGUAGE,
  nodesDir: process.env.TEST_NODES_DIR,
  // Takes seconds to load; only the examples need it.
  nodesExcludes: process.env.TEST_DASHBOARD === "true" ? [] : ["node-red-dashboard"],
  credentialSecret: "test",
  // Five seconds by default.
  mqttReconnectTime: 100,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: {
    autoInstall: false,
    palette: { allowInstall: false },
    modules: { allowInstall: false },
  },
  editorTheme: {
    tours: false,
    projects: { enabled: false },
    // Monaco would be a quarter of what loading the editor takes; no form of ours has code.
    codeEditor: { lib: "ace" },
  },
  logging: {
    console: { level: "off", metrics: false, audit: false },
    test: {
      level: "info",
      handler:
        () =>
        ({ level, type, msg }) =>
          process.send({ kind: "log", level, type, text: String(msg?.message ?? msg) }),
    },
  },
};
