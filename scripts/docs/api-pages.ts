import { awsAdapters } from "../../src/auth/aws/adapters/index.ts";
import { DynamoDb } from "../../src/aws-clients/dynamodb.ts";
import { Kms } from "../../src/aws-clients/kms.ts";
import { builtInRows } from "../../src/catalog.ts";
import type { Backend } from "../../src/framework/index.ts";
import { type ReferencePage, referencePages } from "../../src/framework/reference.ts";
import { buildServer } from "../../src/server.ts";
import { systemRandom } from "../../src/std/random.ts";
import { systemClock } from "../../src/std/time.ts";

/** The API reference out of the path tables themselves. Nothing is called: the clients lead nowhere. */

const HEAD = "# API reference\n\n<!-- generated from the path tables: do not edit -->\n\n";

/** One backend under the name its page has: `kv` has a page for each of its versions. */
interface Named {
  readonly name: string;
  readonly backend: Backend;
}

const nowhere = {
  region: "us-east-1",
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
  endpoint: () => Promise.reject(new Error("nobody is asked")),
};

const backends = async (): Promise<readonly Named[]> => {
  const parts = () => ({ ...awsAdapters({ region: nowhere.region, clock: systemClock }), region: nowhere.region });
  const { core } = buildServer({
    dynamodb: new DynamoDb(nowhere),
    kms: new Kms(nowhere),
    tableName: "zeroth",
    keyId: "alias/zeroth",
    clock: systemClock,
    random: systemRandom,
    rows: builtInRows({ aws: parts }),
    auditSink: { write: async () => undefined },
    log: () => undefined,
  });
  const named: Named[] = [];
  for (const { kind, type, aliases } of core.catalog.types) {
    // A name that implies options means a different path table.
    const versions = Object.entries(aliases).filter(([, options]) => Object.keys(options).length > 0);
    for (const [name, options] of versions.length > 0 ? versions : [[type, {}] as const]) {
      const backend = await core.catalog.find(kind, type, options);
      if (!backend) throw new Error(`no code for ${type}`);
      named.push({ name, backend });
    }
  }
  return named;
};

/** Backends every server has at one path, which no operator chooses. */
const FIXED: Readonly<Record<string, string>> = {
  "secret system": "/v1/sys",
  "secret cubbyhole": "/v1/cubbyhole",
  "secret identity": "/v1/identity",
  "auth token": "/v1/auth/token",
};

const pageOf = ({ name, backend }: Named): ReferencePage => {
  const found = referencePages([backend]).find(({ file }) => file !== "README.md");
  if (!found) throw new Error(`no page for ${name}`);
  const text = found.text.replace(/^# .*/, `# ${name}`);
  const fixed = FIXED[`${backend.kind} ${name}`];
  const mounted = backend.kind === "auth" ? "/v1/auth/:mount" : "/v1/:mount";
  return { file: `${backend.kind}-${name}.md`, text: fixed === undefined ? text : text.replaceAll(mounted, fixed) };
};

/** Every page of `docs/api/`, its index first; sorted, so that the order of the catalog does not show. */
export const apiPages = async (): Promise<readonly ReferencePage[]> => {
  const key = ({ name, backend }: Named) => `${backend.kind} ${name}`;
  const named = [...(await backends())].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const links = named.map(({ name, backend }) => {
    const first = backend.help.trim().split("\n", 1)[0] ?? "";
    return `- [${name}](${backend.kind}-${name}.md) (${backend.kind}): ${first}\n`;
  });
  return [{ file: "README.md", text: HEAD + links.join("") }, ...named.map(pageOf)];
};
