/** The suites that `npm test` leaves out. */
const base = require("./jest.config.cjs");

const [modules, ...slow] = base.testPathIgnorePatterns;

module.exports = { ...base, testMatch: slow, testPathIgnorePatterns: [modules] };
