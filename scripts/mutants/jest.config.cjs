const base = require("../../jest.config.cjs");

/** Jest as the suite runs it, but with replaced texts of sources, and in the order that was asked for. */

const [[pattern, [, swcOptions]]] = Object.entries(base.transform);

module.exports = {
  ...base,
  rootDir: "../..",
  testPathIgnorePatterns: ["/node_modules/"],
  transform: { [pattern]: ["<rootDir>/scripts/mutants/transform.cjs", swcOptions] },
  reporters: ["<rootDir>/scripts/mutants/reporter.cjs"],
  testSequencer: "<rootDir>/scripts/mutants/sequencer.cjs",
  setupFilesAfterEnv: ["<rootDir>/scripts/mutants/reached.cjs"],
};
