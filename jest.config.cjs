/**
 * Suites that take long: they play the built functions, start real servers, race, or enumerate crashes, outages, paths
 * and hostile requests. `npm run test:slow` and CI run them.
 */
const SLOW = [
  "test/architecture/new-engine.test.ts",
  "test/bad-inputs/bad-inputs.test.ts",
  "test/concurrency/ends.test.ts",
  "test/contract/captures.test.ts",
  "test/contract/whole-backend.test.ts",
  "test/golden/database-mysql.test.ts",
  "test/golden/database.test.ts",
  "test/golden/oidc-identity.test.ts",
  "test/infra/agent-executable.test.ts",
  "test/infra/agent-extension.test.ts",
  "test/infra/lambdas.test.ts",
  "test/infra/mutations.test.ts",
  "test/infra/operations.test.ts",
  "test/unit/auth/ldap/faults.test.ts",
  "test/unit/auth/ldap/slapd-names.test.ts",
  "test/unit/auth/ldap/slapd-renewal.test.ts",
  "test/unit/auth/ldap/slapd.test.ts",
  "test/unit/auth/ldap/tls.test.ts",
  "test/unit/core/leases/crash-points.test.ts",
  "test/unit/core/leases/faults.test.ts",
  "test/unit/core/leases/many.test.ts",
  "test/unit/core/leases/prefix.test.ts",
  "test/unit/core/leases/revocation.test.ts",
  "test/unit/core/leases/scale.test.ts",
  "test/unit/core/leases/streams.test.ts",
  "test/unit/core/leases/sweeper.test.ts",
  "test/unit/core/mfa/codes.test.ts",
  "test/unit/core/mfa/finish.test.ts",
  "test/unit/core/mounts/unmount.test.ts",
  "test/unit/core/quotas/lease-count.test.ts",
  "test/unit/core/request/echo.test.ts",
  "test/unit/core/request/open-paths.test.ts",
  "test/unit/core/request/pairs.test.ts",
  "test/unit/core/schedule/schedule.test.ts",
  "test/unit/engines/aws/crashes.test.ts",
  "test/unit/engines/aws/faults.test.ts",
  "test/unit/engines/aws/hostile-fields.test.ts",
  "test/unit/engines/database/crashes.test.ts",
  "test/unit/engines/database/credentials.test.ts",
  "test/unit/engines/database/cut-off.test.ts",
  "test/unit/engines/database/hostile-fields.test.ts",
  "test/unit/engines/database/mysql/outgoing.test.ts",
  "test/unit/engines/database/outgoing.test.ts",
  "test/unit/engines/database/redis/connection.test.ts",
  "test/unit/engines/database/static-rotation.test.ts",
  "test/unit/engines/ssh/crashes.test.ts",
  "test/unit/engines/ssh/sshd.test.ts",
];

/** Native ESM, because middy 6 and jose 6 ship no CommonJS; swc only strips types, tsc judges them. */
module.exports = {
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", ...SLOW.map((path) => `<rootDir>/${path}`)],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  testEnvironment: "<rootDir>/test/support/environment.cjs",
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json"],
  maxWorkers: 2,
  // Modules of a suite are never let go of entirely; a worker that grew is replaced by a new one.
  workerIdleMemoryLimit: "1GB",
  // Much longer than any test takes, so that a busy machine fails none.
  testTimeout: 90_000,
};
