import { pathToFileURL } from "node:url";
import type { HttpRequest } from "../../src/http/index.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../src/std/json.ts";
import { freezeTable, type Recording } from "./frozen-table.ts";
import type { OwnTime, Parts } from "./own-time.ts";
import { median } from "./samples.ts";

/** The process that `own-time.ts` starts: `<blocks> <bundle> [<bundle of another version>]`. Prints an `OwnTime[]`. */

const TABLE = "zeroth-own-time";
const POLICY = `
path "secret/*" { capabilities = ["create", "read", "update", "list"] }
path "auth/token/create" { capabilities = ["create", "update"] }`;
/** A secret of about one kilobyte. */
const SECRET = { data: { password: "p".repeat(950) } };
/** Secrets in the folder that is listed. */
const NAMES = 20;

/** A request as clients send it. */
const requestOf = (method: string, path: string, token: string, body?: object, query = ""): HttpRequest => ({
  method,
  path: `/v1/${path}`,
  query,
  headers: {
    accept: ["application/json"],
    "accept-encoding": ["gzip"],
    "content-type": ["application/json"],
    host: ["vault.example.com"],
    "user-agent": ["Go-http-client/1.1"],
    "x-forwarded-for": ["192.0.2.7"],
    "x-vault-request": ["true"],
    ...(token === "" ? {} : { "x-vault-token": [token] }),
  },
  body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
  sourceAddress: "192.0.2.7",
});

/** A text in one of the blocks of an answer. */
const memberOf = (answer: JsonObject, block: "auth" | "data", name: string): string => {
  const members = answer[block];
  const text = isJsonObject(members) ? members[name] : undefined;
  if (typeof text !== "string") throw new Error(`no ${block}.${name} in the answer`);
  return text;
};

interface Subject {
  readonly name: string;
  readonly calls: readonly string[];
  readonly whole: () => Promise<unknown>;
  readonly bare: Recording["bare"];
}

/** Requests before the one that is recorded: by then everything that stays in memory is there. */
const WARM_UP = 3;

const subjectsOf = async (bundle: string): Promise<readonly Subject[]> => {
  const parts: Parts = await import(pathToFileURL(bundle).href);
  const { buildServer, builtInRows, initialize, makeMount, embeddedCloud, random, clock, commands } = parts;
  const cloud = await embeddedCloud({ clock, tableClock: clock, random, tableName: TABLE });
  const table = freezeTable(cloud.dynamodb, commands);
  const { core, handle } = buildServer({
    dynamodb: cloud.dynamodb,
    kms: cloud.kms,
    tableName: TABLE,
    keyId: cloud.keyId,
    clock,
    random,
    rows: builtInRows({ aws: () => cloud.aws }),
    auditSink: { write: async () => undefined },
    log: () => undefined,
  });
  const root = (await initialize(core)).reveal();

  const answer = async (request: HttpRequest): Promise<JsonObject> => {
    const { status, body } = await handle(request);
    const text = Buffer.from(body).toString();
    if (status > 299) throw new Error(`${request.method} ${request.path} answered ${status}: ${text}`);
    const read = text === "" ? {} : parseJson(text);
    return isJsonObject(read) ? read : {};
  };
  const asRoot = (method: string, path: string, body?: object) => answer(requestOf(method, path, root, body));
  const mount = async (kind: "secret" | "auth", type: string, path: string, options = {}): Promise<void> => {
    await core.config.putMount(makeMount(random, { kind, type, path, options }), "absent");
  };

  await mount("secret", "kv", "secret/", { version: "2" });
  await mount("auth", "approle", "auth/approle/");
  await asRoot("POST", "sys/policies/acl/app", { policy: POLICY });
  await asRoot("POST", "auth/approle/role/app", { token_policies: ["app"], secret_id_num_uses: 1 });
  const made = await asRoot("POST", "auth/token/create-orphan", { policies: ["app"], ttl: "1h" });
  const token = memberOf(made, "auth", "client_token");
  for (let at = 0; at < NAMES; at++) await asRoot("POST", `secret/data/listed/${at}`, SECRET);
  const roleId = memberOf(await asRoot("GET", "auth/approle/role/app/role-id"), "data", "role_id");

  const subject = async (name: string, next: () => HttpRequest | Promise<HttpRequest>): Promise<Subject> => {
    for (let round = 0; round < WARM_UP; round++) await answer(await next());
    const request = await next();
    const { play, bare, operations } = await table.record(() => answer(request));
    await play(() => answer(request));
    return { name, calls: operations, whole: () => play(() => handle(request)), bare };
  };
  const login = async () => {
    const secretId = memberOf(await asRoot("POST", "auth/approle/role/app/secret-id"), "data", "secret_id");
    return requestOf("POST", "auth/approle/login", "", { role_id: roleId, secret_id: secretId });
  };
  return [
    await subject("KV write, 1 KB", () => requestOf("POST", "secret/data/app", token, SECRET)),
    await subject("KV read, 1 KB", () => requestOf("GET", "secret/data/app", token)),
    await subject(`KV list of ${NAMES}`, () =>
      requestOf("GET", "secret/metadata/listed", token, undefined, "list=true"),
    ),
    await subject("token look-up", () => requestOf("GET", "auth/token/lookup-self", token)),
    await subject("token create", () => requestOf("POST", "auth/token/create", token, { ttl: "10m" })),
    await subject("AppRole login", login),
  ];
};

/** Requests in one sample. */
const BLOCK = 20;

interface Spent {
  readonly processor: number;
  readonly wall: number;
}

/** Microseconds that one `work` takes, all threads: the mean of a block. */
const spentBy = async (work: () => Promise<unknown>): Promise<Spent> => {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let left = BLOCK; left > 0; left--) await work();
  const wall = ((performance.now() - start) * 1000) / BLOCK;
  const { user, system } = process.cpuUsage(before);
  return { processor: (user + system) / BLOCK, wall };
};

const measure = async (subjects: readonly Subject[], blocks: number): Promise<readonly OwnTime[]> => {
  const works = subjects.flatMap(({ whole, bare }) => [whole, bare]);
  const samples: Spent[][] = works.map(() => []);
  const warmUp = Math.ceil(blocks / 3);
  for (let block = -warmUp; block < blocks; block++) {
    for (const [index, work] of works.entries()) {
      const spent = await spentBy(work);
      if (block >= 0) samples[index]?.push(spent);
    }
  }
  const at = (index: number): Spent => {
    const taken = samples[index] ?? [];
    return { processor: median(taken.map((one) => one.processor)), wall: median(taken.map((one) => one.wall)) };
  };
  return subjects.map(({ name, calls }, index) => {
    const [whole, bare] = [at(2 * index), at(2 * index + 1)];
    return {
      name,
      calls,
      whole: whole.processor,
      bare: bare.processor,
      wholeWall: whole.wall,
      bareWall: bare.wall,
    };
  });
};

const [blocks = "1", ...bundles] = process.argv.slice(2);
const programs: (readonly Subject[])[] = [];
for (const bundle of bundles) programs.push(await subjectsOf(bundle));
const taken: OwnTime[][] = bundles.map(() => []);
for (const index of (programs[0] ?? []).keys()) {
  const one = await measure(
    programs.flatMap((subjects) => subjects[index] ?? []),
    Number(blocks),
  );
  for (const [program, time] of one.entries()) taken[program]?.push(time);
}
process.stdout.write(JSON.stringify(taken));
process.exit(0);
