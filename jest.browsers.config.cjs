/** The web page in Firefox and WebKit: `npm run test:browsers`. */
const { testPathIgnorePatterns: _, ...shared } = require("./jest.config.cjs");

module.exports = {
  ...shared,
  testMatch: ["<rootDir>/test/browsers/*.test.ts"],
  globalSetup: "<rootDir>/test/browsers/support/announce.ts",
  // A browser starts once a file, and slowly where the machine is busy.
  testTimeout: 120_000,
};
