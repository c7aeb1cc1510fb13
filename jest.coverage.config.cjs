const { readdirSync, readFileSync } = require("node:fs");
const { transformSync } = require("@swc/core");
const base = require("./jest.config.cjs");

/**
 * `npm run coverage`: every branch of what seals, decides and carries a request is taken by a test of its own room, or of
 * what it asks.
 */

const ROOMS = ["src/crypto", "src/policy", "src/core/request"];
const TESTS = [
  "contract/policy-oracle.test.ts",
  "unit/backends/identity/rights.test.ts",
  "unit/core/login/lockout.test.ts",
  "unit/core/quotas/*.test.ts",
  "unit/core/request/**/*.test.ts",
  "unit/core/uninitialized.test.ts",
  "unit/crypto/*.test.ts",
  "unit/http/*.test.ts",
  "unit/policy/*.test.ts",
  "unit/std/*.test.ts",
];

/** Types alone leave nothing to run, and nothing to count. */
const runs = (file) => {
  const { code } = transformSync(readFileSync(file, "utf8"), { jsc: { parser: { syntax: "typescript" } } });
  return code.replace(/\/\*[\s\S]*?\*\//g, "").trim() !== "export { };";
};

const files = ROOMS.flatMap((room) => readdirSync(room, { recursive: true }).map((name) => `${room}/${name}`));

module.exports = {
  ...base,
  // The slow suites of these rooms too.
  testPathIgnorePatterns: ["/node_modules/"],
  testMatch: TESTS.map((tests) => `<rootDir>/test/${tests}`),
  collectCoverage: true,
  coverageProvider: "v8",
  coverageDirectory: "node_modules/.cache/coverage",
  coverageReporters: ["text", "json"],
  collectCoverageFrom: files.filter((file) => file.endsWith(".ts") && runs(file)),
  coverageThreshold: { global: { branches: 100 } },
};
