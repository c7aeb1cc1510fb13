/** The web page in a real browser: `npm run test:ui`. */
const { testPathIgnorePatterns: _, ...shared } = require("./jest.config.cjs");

module.exports = {
  ...shared,
  testMatch: ["<rootDir>/test/ui/**/*.test.ts"],
  globalSetup: "<rootDir>/test/ui/support/announce.ts",
  testTimeout: 60_000,
};
