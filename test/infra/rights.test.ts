import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { permissionsFor } from "../../lib/permissions.ts";
import { HOMES } from "../../src/catalog.ts";
import { FUNCTIONS } from "../../src/contract/functions.ts";
import { deployedFunctions, handsLeasesTo, handsOnTo } from "../../src/contract/homes.ts";
import { familiesIn } from "../../src/storage/domains.ts";
import { newestKeysKey } from "../../src/storage/keys.ts";
import { type Attempt, isAllowed, statementsByFunction } from "./support/policies.ts";
import { makeTemplates } from "./support/stacks.ts";

const committed = new URL("./iam.json", import.meta.url);
const rights = statementsByFunction(makeTemplates().stateless);
const everyStatement = Object.values(rights).flat();
const table = "<Table.Arn>";
const key = "<Key.Arn>";

const may = (name: string, attempt: Attempt): boolean => isAllowed(rights[name] ?? [], attempt);

const read = (...keys: readonly string[]): Attempt => ({
  action: "dynamodb:BatchGetItem",
  resource: table,
  context: { "dynamodb:LeadingKeys": keys },
});
const write = (leading: string): Attempt => ({
  action: "dynamodb:PutItem",
  resource: table,
  context: { "dynamodb:LeadingKeys": [leading] },
});
const unwrap = (domain: string, more: Readonly<Record<string, string>> = {}): Attempt => ({
  action: "kms:Decrypt",
  resource: key,
  context: {
    "kms:EncryptionContext:app": "zeroth",
    "kms:EncryptionContext:table": "zeroth",
    "kms:EncryptionContext:domain": domain,
    ...more,
  },
});

describe("the rights of the functions", () => {
  it("are those of the committed list (UPDATE=1 rewrites it)", () => {
    const text = `${JSON.stringify(rights, undefined, 2)}\n`;
    if (process.env["UPDATE"] === "1") writeFileSync(committed, text);

    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(committed, "utf8")));
  });

  it("are in one role for each function, never shared", () => {
    expect(Object.keys(rights).sort()).toEqual([...deployedFunctions(HOMES)].sort());
  });

  it("name every action in full", () => {
    expect(everyStatement.flatMap(({ actions }) => actions).filter((action) => action.includes("*"))).toEqual([]);
  });

  it("reach all resources only by calls that know none", () => {
    const everywhere = everyStatement
      .filter(({ resources }) => resources.includes("*"))
      .flatMap(({ actions }) => actions);

    expect([...new Set(everywhere)].sort()).toEqual([
      "dynamodb:ListStreams",
      "ec2:DescribeInstances",
      "ssm:DescribeInstanceInformation",
    ]);
  });

  it("touch the table only under a condition on partition keys, the key only under an encryption context", () => {
    const open = everyStatement
      .filter(({ resources }) => resources.includes(table) || resources.includes(key))
      .filter(({ conditions }) => {
        const keys = Object.values(conditions).flatMap((one) => Object.keys(one));
        return !keys.some((one) => one === "dynamodb:LeadingKeys" || one.startsWith("kms:EncryptionContext:"));
      });

    expect(open).toEqual([]);
  });

  it.each(
    readFileSync(new URL("./dangerous-actions.txt", import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  )("never include %s", (action) => {
    expect(everyStatement.filter(({ actions }) => actions.includes(action))).toEqual([]);
  });

  it("scan nothing but the expiry index, which holds keys alone, and in the function that sweeps it", () => {
    const scans = Object.entries(rights).flatMap(([name, statements]) =>
      statements.filter(({ actions }) => actions.includes("dynamodb:Scan")).map(({ resources }) => [name, resources]),
    );

    expect(scans).toEqual([["revoke", [`${table}/index/expiry`]]]);
  });
});

describe("the function that strangers make dial", () => {
  it("may open and write challenges, and nothing else of the table", () => {
    expect(may("challenges", read("challenge#open#0", "challenge#x", "key#challenge"))).toBe(true);
    expect(may("challenges", write("challenge#x"))).toBe(true);
    expect(may("challenges", unwrap("challenge"))).toBe(true);
    const others = [
      "config",
      "policy",
      "epoch#1",
      "token#x",
      "lease#x",
      "entity#x",
      "data#pki:1",
      "rec#pki:1#a",
      "key#pki:1",
    ];
    for (const pk of [...others, "list#pki:1"]) {
      expect(may("challenges", read(pk))).toBe(false);
      expect(may("challenges", write(pk))).toBe(false);
    }
    for (const domain of ["config", "token", "lease", "policy", "identity", "audit", "pki:1", "kv:1"])
      expect(may("challenges", unwrap(domain))).toBe(false);
  });
  it("has its verdicts read by the function of the engines that ask, and by no other", () => {
    const readers = FUNCTIONS.filter((name) => may(name, read("challenge#x")) || may(name, unwrap("challenge")));
    expect(readers).toEqual(["keys", "challenges"]);
  });
});

describe("the engine aws", () => {
  const BOUNDARY = "arn:aws:iam::123456789012:policy/applications";
  const DEPLOY = "arn:aws:iam::123456789012:role/deploy";
  const chosen = statementsByFunction(
    makeTemplates({ issuableRoles: DEPLOY, issuedUsersPath: "/zeroth/", issuedUsersBoundary: BOUNDARY }).stateless,
  );
  const user = (name: string): string => `arn:<AWS::Partition>:iam::<AWS::AccountId>:user${name}`;
  const whoMay = (attempt: Attempt): readonly string[] =>
    Object.keys(chosen).filter((name) => isAllowed(chosen[name] ?? [], attempt));
  const bounded = { context: { "iam:PermissionsBoundary": BOUNDARY } };

  it("may make no user and assume no role unless the operator chose some", () => {
    const acts = everyStatement.flatMap(({ actions }) => actions).filter((action) => /^(?:iam|sts):/.test(action));

    expect(acts.sort()).toEqual(["iam:GetInstanceProfile", "iam:GetRole", "iam:GetUser"]);
  });

  it("may then make users below the path, with the boundary and not without", () => {
    for (const action of ["iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy"]) {
      expect(whoMay({ action, resource: user("/zeroth/app"), ...bounded })).toEqual(["dynamic"]);
      expect(whoMay({ action, resource: user("/zeroth/app"), context: {} })).toEqual([]);
      expect(whoMay({ action, resource: user("/administrator"), ...bounded })).toEqual([]);
    }
  });

  it("gives the function that ends leases nothing but the means to remove them", () => {
    expect(whoMay({ action: "iam:DeleteUser", resource: user("/zeroth/app") })).toEqual(["dynamic", "revoke"]);
    expect(whoMay({ action: "iam:CreateAccessKey", resource: user("/zeroth/app") })).toEqual(["dynamic"]);
    expect(whoMay({ action: "iam:DeleteUser", resource: user("/administrator") })).toEqual([]);
  });

  it("assumes the roles that were named, and no other", () => {
    expect(whoMay({ action: "sts:AssumeRole", resource: DEPLOY })).toEqual(["dynamic"]);
    expect(whoMay({ action: "sts:AssumeRole", resource: `${DEPLOY}2` })).toEqual([]);
  });

  it("may make every call that it makes, and no other", () => {
    const text = ["iam", "leftovers", "sts"]
      .map((name) => readFileSync(new URL(`../../src/engines/aws/adapters/${name}.ts`, import.meta.url), "utf8"))
      .join("\n");
    const calls = [...new Set([...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, name = ""]) => name))];
    const granted = (chosen["dynamic"] ?? [])
      .flatMap(({ actions }) => actions)
      .filter((action) => /^(?:iam|sts):/.test(action))
      .map((action) => action.slice(4));
    // GetCallerIdentity needs no right; the tokens are for users, not roles; MFA devices are left to the mount's own keys.
    const without = ["DeactivateMFADevice", "GetCallerIdentity", "GetFederationToken", "GetSessionToken"];

    expect(calls.filter((call) => !granted.includes(call)).sort()).toEqual(without);
    // Tags are part of the calls that make users and sessions.
    expect(granted.filter((action) => !calls.includes(action)).sort()).toEqual(["TagSession", "TagUser"]);
  });
});

describe("logging in to databases with IAM", () => {
  const user = "arn:aws:rds-db:eu-central-1:123456789012:dbuser:cluster-ABC/zeroth";

  it("is for the functions that talk to databases, as the users the operator names, and for nobody else", () => {
    const named = statementsByFunction(makeTemplates({ databaseUsers: user }).stateless);
    const allowed = Object.entries(named).flatMap(([name, statements]) =>
      statements
        .filter(({ actions }) => actions.includes("rds-db:connect"))
        .map(({ actions, resources }) => [name, actions, resources]),
    );

    expect(allowed.sort()).toEqual(["dynamic", "revoke"].map((name) => [name, ["rds-db:connect"], [user]]));
  });
});

describe("the calls the program makes", () => {
  const commandsOf = (file: string): readonly string[] => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    return [...new Set([...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, name = ""]) => name))].sort();
  };
  const granted = (sid: string, name = "kv"): readonly string[] =>
    (rights[name] ?? []).filter((it) => it.sid === sid).flatMap(({ actions }) => actions);

  it("to the table are the ones granted", () => {
    // A transaction is authorised member by member.
    const members = ["ConditionCheckItem", "DeleteItem", "PutItem"];
    const calls = commandsOf("src/storage/table.ts").flatMap((it) => (it === "TransactWriteItems" ? members : [it]));

    const all = [
      ...granted("Read"),
      ...granted("Write"),
      ...granted("Claim", "login"),
      ...granted("Discard", "revoke"),
      ...granted("ReadExpiryIndex", "revoke").filter((action) => action !== "dynamodb:Query"),
    ];
    expect(all.sort()).toEqual([...new Set(calls)].sort().map((it) => `dynamodb:${it}`));
  });

  it("delete many at once in the function that revokes, and nothing but leases, their rows and tokens", () => {
    const discard = (name: string, leading: string) =>
      may(name, {
        action: "dynamodb:BatchWriteItem",
        resource: table,
        context: { "dynamodb:LeadingKeys": ["lease#a", leading] },
      });

    for (const key of ["lease#a", "leases#b#1", "token#c"]) expect(discard("revoke", key)).toBe(true);
    for (const key of ["config", "policy", "data#database:a", "key#lease", "entity#a"])
      expect(discard("revoke", key)).toBe(false);
    expect(Object.keys(rights).filter((name) => discard(name, "lease#a"))).toEqual(["revoke"]);
  });

  it("keep a claim to spent signatures, and to the function that logs callers in", () => {
    const claim = (name: string, leading: string) =>
      may(name, {
        action: "dynamodb:UpdateItem",
        resource: table,
        context: { "dynamodb:LeadingKeys": [leading] },
      });

    expect(FUNCTIONS.filter((name) => claim(name, "spent#t"))).toEqual(["login"]);
    for (const leading of ["token#t", "entity#e", "data#auth-aws:1", "key#token"]) {
      expect(FUNCTIONS.filter((name) => claim(name, leading))).toEqual([]);
    }
  });

  it("to the key are the ones granted", () => {
    const making = (rights["system"] ?? [])
      .filter(({ sid }) => sid === "AddDataKeys")
      .flatMap(({ actions }) => actions);
    expect([...granted("UseDataKeys"), ...making].sort()).toEqual(
      commandsOf("src/crypto/kms.ts").map((it) => `kms:${it}`),
    );
  });
});

describe("the walls between the functions", () => {
  it("let kv read a secret, the token that asks and the configuration in one batch", () => {
    expect(may("kv", read("epoch#3", "config", "token#t", "entity#e", "rec#kv:1#p"))).toBe(true);
  });

  it("refuse a whole batch if one key is out of bounds", () => {
    expect(may("kv", read("token#t", "rec#kv:1#p", "data#database:1"))).toBe(false);
  });

  it.each([
    ["kv", "data#database:1"],
    ["kv", "data#auth-aws:1"],
    ["kv", "cubby#t"],
    ["login", "cubby#t"],
    ["login", "rec#kv:1#p"],
    ["login", "data#aws:1"],
    ["dynamic", "rec#kv:1#p"],
    ["dynamic", "data#auth-aws:1"],
    ["policy", "rec#kv:1#p"],
    ["policy", "data#database:1"],
    ["wrapping", "rec#kv:1#p"],
    ["wrapping", "data#transit:1"],
    ["revoke", "rec#kv:1#p"],
    ["revoke", "entity#e"],
    ["system", "rec#kv:1#p"],
    ["system", "data#database:1"],
  ])("keep %s from reading %s", (name, leading) => {
    expect(may(name, read(leading))).toBe(false);
  });

  it.each([
    ["kv", "config"],
    ["kv", "policy"],
    ["kv", "entity#e"],
    ["kv", "key#database:1"],
    ["dynamic", "policy"],
    ["login", "policy"],
    ["login", "config"],
    ["policy", "config"],
    ["wrapping", "policy"],
    ["revoke", "policy"],
    ["revoke", "data#database:1"],
  ])("keep %s from writing %s", (name, leading) => {
    expect(may(name, write(leading))).toBe(false);
  });

  it.each([
    ["kv", "kv:1", true],
    ["kv", "database:1", false],
    ["kv", "auth-kv:1", false],
    ["dynamic", "database:1", true],
    ["dynamic", "kv:1", false],
    ["dynamic", "auth-aws:1", false],
    ["login", "auth-aws:1", true],
    ["login", "aws:1", false],
    ["revoke", "database:1", true],
    ["revoke", "kv:1", false],
    ["revoke", "identity", false],
    ["revoke", "policy", false],
    ["system", "kv:1", false],
    ["system", "database:1", false],
  ])("let %s unwrap data keys of %s: %s", (name, domain, allowed) => {
    expect(may(name, unwrap(domain))).toBe(allowed);
  });

  it("hold for another deployment's data keys", () => {
    expect(may("kv", unwrap("kv:1", { "kms:EncryptionContext:table": "other" }))).toBe(false);
  });

  it("let system make data keys for any mount without seeing them", () => {
    const make = { ...unwrap("kv:1"), action: "kms:GenerateDataKeyWithoutPlaintext" };

    expect(may("system", make)).toBe(true);
  });

  it("let nobody delete a wrapped key, and system alone put one (R1)", () => {
    const onKey = (action: string, domain: string): Attempt => ({
      action: `dynamodb:${action}`,
      resource: table,
      context: { "dynamodb:LeadingKeys": [`key#${domain}`] },
    });
    const domains = ["config", "token", "policy", "lease", "identity", "audit", "kv:1", "database:1", "auth-aws:1"];
    const those = (action: string) =>
      Object.keys(rights).filter((name) => domains.some((domain) => may(name, onKey(action, domain))));

    expect(those("DeleteItem")).toEqual([]);
    expect(those("PutItem")).toEqual(["system"]);
    expect(may("kv", read("key#kv:1", "key#config"))).toBe(true);
    expect(may("kv", read("key#database:1"))).toBe(false);
  });

  it("let a function read the newest keys of its own domains together, and of no others", () => {
    const together = Object.entries(permissionsFor(HOMES)).map(
      ([name, { domains }]) => [name, familiesIn(domains).map((family) => newestKeysKey(family).pk)] as const,
    );

    for (const [name, keys] of together)
      if (keys.length > 0) expect([name, may(name, read(...keys))]).toEqual([name, true]);
    expect(may("kv", read("key#kv:", "key#config"))).toBe(true);
    for (const type of ["database:", "auth-approle:", "transit:", "kv2:"])
      expect([type, may("kv", read(`key#${type}`))]).toEqual([type, false]);
  });

  it("let system alone make data keys", () => {
    const making = Object.entries(rights).filter(([, list]) =>
      list.some(({ actions }) => actions.includes("kms:GenerateDataKeyWithoutPlaintext")),
    );
    expect(making.map(([name]) => name)).toEqual(["system"]);
  });

  it("let kv and system alone hand requests on, never to revoke and never in a circle", () => {
    const forwarders = Object.entries(rights).filter(([, list]) => list.some(({ sid }) => sid === "Forward"));
    const invoking = Object.values(rights).flatMap((list) =>
      list.filter(({ actions }) => actions.includes("lambda:InvokeFunction")),
    );
    const targets = forwarders.flatMap(([name, list]) =>
      list.filter(({ sid }) => sid === "Forward").map(({ resources }) => [name, resources]),
    );

    expect(targets).toEqual([
      ["system", ["login", "dynamic", "keys", "policy", "wrapping"].map((name) => `<${name}Function.Arn>`)],
      ["kv", ["login", "dynamic", "keys", "policy", "wrapping", "system"].map((name) => `<${name}Function.Arn>`)],
    ]);
    expect(invoking.filter(({ sid }) => sid !== "Forward" && sid !== "HandLeases")).toEqual([]);
  });

  it("name whom a request is handed to by the one table", () => {
    for (const name of FUNCTIONS) {
      const targets = (rights[name] ?? []).filter(({ sid }) => sid === "Forward").flatMap(({ resources }) => resources);
      expect(targets).toEqual(handsOnTo(name, HOMES).map((to) => `<${to}Function.Arn>`));
    }
  });

  it("let dynamic and revoke alone hand leases on, to functions that grant some and hand none on themselves", () => {
    const homes = [...HOMES, { kind: "secret", type: "ticket", home: "keys", leases: true } as const];
    const handed = FUNCTIONS.map((name) => [name, handsLeasesTo(name, homes)] as const).filter(
      ([, to]) => to.length > 0,
    );

    expect(handed).toEqual([
      ["dynamic", ["keys"]],
      ["revoke", ["keys"]],
    ]);
    for (const name of FUNCTIONS) {
      const sid = "HandLeases";
      const targets = (rights[name] ?? []).filter((one) => one.sid === sid).flatMap(({ resources }) => resources);
      expect(targets).toEqual(handsLeasesTo(name, HOMES).map((to) => `<${to}Function.Arn>`));
    }
  });

  it("give no function a right to what a backend that does not exist would store", () => {
    const types = HOMES.map(({ kind, type }) => `${kind === "auth" ? "auth-" : ""}${type}`);
    const named = everyStatement
      .flatMap(({ conditions }) => Object.values(conditions).flatMap((keys) => Object.values(keys).flat()))
      .flatMap((pattern) => /(?:^|#)([a-z-]+):\*$/.exec(pattern)?.[1] ?? []);

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((type) => !types.includes(type))).toEqual([]);
  });

  it("let revoke alone see the expiry index, and besides it whom new challenges wake the stream", () => {
    const readers = (of: RegExp) =>
      Object.entries(rights)
        .filter(([, list]) => list.some(({ resources }) => resources.some((one) => of.test(one))))
        .map(([name]) => name);

    expect(readers(/index\/expiry/)).toEqual(["revoke"]);
    expect(readers(/StreamArn/).sort()).toEqual(["challenges", "revoke"]);
  });
});
