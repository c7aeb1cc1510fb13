/** Native ESM, because middy 6 and jose 6 ship no CommonJS; swc only strips types, tsc judges them. */
module.exports = {
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json"],
  maxWorkers: 2,
  // Much longer than any test takes, so that a busy machine fails none.
  testTimeout: 90_000,
};
