import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ATTRIBUTES, ENCRYPTION_CONTEXT, EXPIRY_INDEX } from "../../src/contract/table.ts";
import { as, type MountId } from "../../src/std/brand.ts";
import { Sensitive } from "../../src/std/sensitive.ts";
import * as keys from "../../src/storage/keys.ts";

const page = readFileSync(new URL("../../docs/storage-schema.md", import.meta.url), "utf8");
const cells = (row: string): readonly string[] =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const code = (cell: string | undefined): string => /^`([^`]+)`/.exec(cell ?? "")?.[1] ?? "";

const section = (title: string): readonly (readonly string[])[] => {
  const text = page.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map(cells);
};

const documented = new Map(
  section("Items").map((row) => [code(row[4]), { pk: code(row[1]), sk: code(row[2]), domain: row[3] }]),
);

const names = { tag: () => "<tag>", path: () => "<opaque path>" };
const mount = as<MountId>("<mount>");

/** Every builder, called with what the page writes for its arguments. */
const built: Readonly<Record<string, { readonly pk: string; readonly sk: string; readonly domain?: string }>> = {
  keyVersionKey: { ...keys.keyVersionKey("<domain>", 1), sk: "<version>" },
  indexKey: keys.indexKey("<domain>"),
  newestKeysKey: keys.newestKeysKey("<domain>"),
  epochAddress: { ...keys.epochAddress(7), pk: keys.epochAddress(7).pk.replace("7", "<copy>") },
  recentChangesAddress: keys.recentChangesAddress,
  configAddress: {
    ...keys.configAddress(names, "quota", ""),
    sk: keys.configAddress(names, "quota", "").sk.replace("quota", "<kind>"),
  },
  policyAddress: keys.policyAddress(names, ""),
  passwordPolicyAddress: keys.passwordPolicyAddress(names, ""),
  tokenAddress: keys.tokenAddress("<tag>"),
  childAddress: keys.childAddress("<tag>", "<child tag>"),
  heldLeaseAddress: keys.heldLeaseAddress("<tag>", "<lease tag>"),
  accessorAddress: keys.accessorAddress("<tag>"),
  spentAddress: keys.spentAddress("<tag>"),
  cubbyholeAddress: keys.cubbyholeAddress(names, new Sensitive(""), ""),
  leaseAddress: keys.leaseAddress("<tag>"),
  leaseListingAddress: {
    ...keys.leaseListingAddress("<mount>", "<opaque id>"),
    pk: keys.leaseListingAddress("<mount>", "<opaque id>").pk.replace(/\d+$/, "<shard>"),
  },
  openChallengeAddress: {
    ...keys.openChallengeAddress("<tag>"),
    pk: keys.openChallengeAddress("<tag>").pk.replace(/\d+$/, "<shard>"),
  },
  verdictAddress: keys.verdictAddress("<tag>"),
  irrevocableAddress: keys.irrevocableAddress("<tag>"),
  leaseCountAddress: {
    ...keys.leaseCountAddress("<rule>", 7),
    pk: keys.leaseCountAddress("<rule>", 7).pk.replace("7", "<shard>"),
  },
  retryingAddress: keys.retryingAddress("<tag>"),
  sweeperMarkAddress: keys.sweeperMarkAddress,
  jobAddress: keys.jobAddress("<id>"),
  scheduleAddress: keys.scheduleAddress("<id>"),
  entityAddress: keys.entityAddress("<id>"),
  entityNameAddress: keys.entityNameAddress("<tag>"),
  entityListAddress: keys.entityListAddress("<id>"),
  aliasAddress: keys.aliasAddress("<tag>"),
  aliasIdAddress: keys.aliasIdAddress("<id>"),
  groupMemberAddress: keys.groupMemberAddress("<id>", "<generation>", "<entity id>"),
  lockoutAddress: keys.lockoutAddress("<tag>"),
  lockedNameAddress: keys.lockedNameAddress("<accessor>", "<tag>"),
  mfaSecretAddress: keys.mfaSecretAddress("<id>"),
  mfaAttemptsAddress: keys.mfaAttemptsAddress("<id>"),
  waitingLoginAddress: keys.waitingLoginAddress("<tag>"),
  groupsTurnAddress: keys.groupsTurnAddress,
  dataAddress: keys.dataAddress(mount, names, ""),
  recordAddress: keys.recordAddress(mount, names, "", "<item>"),
  listingAddress: keys.listingAddress(mount, names, ""),
};

describe("docs/storage-schema.md", () => {
  it("lists every key builder of the code, and the code has every one it lists", () => {
    const builders = Object.keys(keys).filter((name) => /(Address|Key)$/.test(name));
    expect(builders.length).toBeGreaterThan(15);
    expect([...documented.keys()].sort()).toEqual(builders.sort());
    expect(Object.keys(built).sort()).toEqual(builders);
  });

  it.each(Object.entries(built))("gives the keys that %s builds", (name, { pk, sk }) => {
    expect(documented.get(name)).toMatchObject({ pk, sk });
  });

  it.each(Object.entries(built))("says what seals the items of %s", (name, { domain }) => {
    const cell = documented.get(name)?.domain ?? "";
    expect(domain === undefined ? "KMS" : domain === mount ? "the mount" : domain).toBe(code(cell) || cell);
  });

  it("lists every attribute of the contract and no other", () => {
    expect(section("Attributes").map((row) => code(row[0]))).toEqual(Object.values(ATTRIBUTES));
  });

  it("names the index and its keys", () => {
    expect(page).toContain(
      `\`${EXPIRY_INDEX}\`: partition key \`${ATTRIBUTES.bucket}\`, sort key \`${ATTRIBUTES.end}\``,
    );
  });

  it("belongs to a README that names every pair of the encryption context", () => {
    const readme = readFileSync(new URL("../../src/crypto/README.md", import.meta.url), "utf8");
    for (const pair of Object.values(ENCRYPTION_CONTEXT)) expect(readme).toContain(`\`${pair}\``);
  });
});
