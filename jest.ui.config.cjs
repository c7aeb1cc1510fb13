/** The web page in a real browser: `npm run test:ui`. */
const { testPathIgnorePatterns: _, ...shared } = require("./jest.config.cjs");

module.exports = {
  ...shared,
  testMatch: ["<rootDir>/test/ui/**/*.test.ts"],
  // A browser waits as often as it works, so that two of them do not fill two cores.
  maxWorkers: 3,
  globalSetup: "<rootDir>/test/ui/support/announce.ts",
  // Longer than what a step of a test may take (`support/page.ts`), so that a failure names the step.
  testTimeout: 180_000,
};
