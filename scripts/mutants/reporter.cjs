const { appendFileSync } = require("node:fs");
const { relative } = require("node:path");

/** Appends a line for each test file to `ZEROTH_RESULTS` as it ends: a run that is cut short has its results too. */
module.exports = class Reporter {
  onTestResult(_test, { testFilePath, numFailingTests, testExecError, perfStats }) {
    const test = relative(process.cwd(), testFilePath);
    const passed = numFailingTests === 0 && !testExecError;
    appendFileSync(process.env.ZEROTH_RESULTS, `${JSON.stringify({ test, passed, ms: perfStats.runtime })}\n`);
  }
};
