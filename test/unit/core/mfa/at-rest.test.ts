import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { inVaultsFormat } from "../../../support/audit-log.ts";
import { authOf, enrolled, makeWorld, type World } from "./support.ts";

/** What a second factor leaves behind: in the table, in the audit log, in the operator's log. */

let world: World;
/** What nobody may find, and where it came from. */
const secrets: Record<string, string> = {};

beforeAll(async () => {
  world = await makeWorld();
  await world.server.call("POST", "sys/config/auditing/request-headers/X-Vault-MFA", { body: { hmac: false } });
  const ann = await enrolled(world, "ann", { qr_size: 100 });
  const note = (name: string, value: string) => {
    secrets[name] = value;
  };
  const key = new URL(ann.url).searchParams.get("secret") ?? "";
  note("key", key);
  for (const steps of [-1, 0, 1]) note(`code ${steps}`, world.code(ann.url, steps));
  const id = await world.waiting(ann.path, "ann");
  note("request id", id);
  await world.validate(id, { [ann.method]: [world.code(ann.url, -1)] });
  await world.validate(id, { [ann.method]: [` ${world.code(ann.url, 0)}`] });
  const shown = { headers: { "X-Vault-MFA": `${ann.method}:${world.code(ann.url, 0)}` } };
  note("token", authOf(await world.login(ann.path, "ann", {}, shown)).client_token);
  await world.login(ann.path, "ann", {}, shown);
  const left = await world.waiting(ann.path, "ann");
  note("waiting", left);
  await world.validate(left, { [ann.method]: [`passcode=${world.code(ann.url, 1)}`, world.code(ann.url, 1)] });
});
afterAll(() => world.server.dynamo.close());

const found = (text: string): readonly string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

it("no code, key or request id is in an audit line, whatever headers are shown there", () => {
  expect(found(world.server.auditLines.join("\n"))).toEqual([]);
  expect(found(Object.values(secrets).join(" "))).toEqual(Object.keys(secrets));
});

it("a login that waits and the request that finishes it are joined in the audit log by the hash of their id", () => {
  const text = inVaultsFormat(world.server.auditLines);
  const waits = text.find((line) => line.includes('"mfa_request_id"') && line.includes('"response"'));
  const hash = /"mfa_request_id":"(hmac-sha256:[0-9a-f]{64})"/.exec(waits ?? "")?.[1] ?? "none";
  expect(text.filter((line) => line.includes(hash) && line.includes("sys/mfa/validate")).length).toBeGreaterThan(0);
});

it("nor in the operator's log", () => {
  expect(found(world.server.logLines.join("\n"))).toEqual([]);
});

it("and the table holds none of them, nor who it is that waits", async () => {
  const { Items = [] } = await world.server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
  const texts = Items.flatMap((item) =>
    Object.values(item).flatMap(({ S, N, B }) => [S ?? N ?? "", ...(B ? [Buffer.from(B).toString("latin1")] : [])]),
  );
  expect(found(texts.join("\n"))).toEqual([]);
  const waiting = Items.filter(({ pk }) => pk?.S?.startsWith("entity#mfa-login#"));
  expect(waiting).toHaveLength(1);
  expect(Object.keys(waiting[0] ?? {}).sort()).toEqual(["exp", "n", "pk", "sk", "ttl", "v"]);
});
