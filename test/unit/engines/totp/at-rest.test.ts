import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { BYTES, codeOf, KEY, mountTotp, stepNow } from "./support.ts";

/** What keys and codes leave behind: in the table, in the audit log, in the operator's log. */

let server: TestServer;
/** What nobody may find, and where it came from. */
const secrets: Record<string, string> = {};

beforeAll(async () => {
  server = await makeServer();
  const totp = await mountTotp(server);
  Object.assign(secrets, {
    key: KEY,
    "key, lower case": KEY.toLowerCase(),
    bytes: BYTES.toString("latin1"),
    hex: BYTES.toString("hex"),
    base64: BYTES.toString("base64").replaceAll("=", ""),
    account: "somebody-unique",
  });
  await totp.post("totp/keys/given", { key: KEY, issuer: "i", account_name: "somebody-unique" });
  await totp.post("totp/keys/url", { url: `otpauth://totp/a:b?secret=${KEY}&period=x` });
  await totp.post("totp/keys/url", { url: `otpauth://totp/a:b?secret=${KEY}!` });
  await totp.post("totp/keys/wrong", { key: `${KEY}!` });
  await totp.post("totp/keys/url", { url: `otpauth://totp/a:b?secret=${KEY}` });
  const { data } = await totp.post("totp/keys/made", { generate: true, issuer: "i", account_name: "a" });
  const url = String(data["url"]);
  Object.assign(secrets, { "made here": url.slice(-32), barcode: String(data["barcode"]) });
  for (const offset of [-1, 0, 1, 5]) {
    const code = codeOf(stepNow(server) + offset);
    secrets[`code ${offset}`] = code;
    await totp.check("given", code);
    await totp.check("given", code);
  }
  const told = await totp.get("totp/code/made");
  secrets["code told"] = String(told.data["code"]);
  // A number, as a careless client sends it.
  await totp.check("made", 918_273);
  secrets["code as a number"] = "918273";
});
afterAll(() => server.dynamo.close());

const found = (text: string): readonly string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));

it("no key and no code is in an audit line or a log line", () => {
  expect(found(Object.values(secrets).join(" "))).toEqual(Object.keys(secrets));
  const names = (lines: readonly string[]) => found(lines.join("\n").replaceAll(/"time":"[^"]*"/g, ""));
  expect(names(server.auditLines)).toEqual([]);
  expect(names(server.logLines)).toEqual([]);
  expect(server.auditLines.length).toBeGreaterThan(20);
});

it("and the table holds none of them", async () => {
  const { Items = [] } = await server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
  const texts = Items.flatMap((item) =>
    Object.entries(item).flatMap(([name, { S, N, B }]) =>
      // Write numbers, ends and sizes are numbers that a code of six digits may be in by chance.
      N === undefined ? [S ?? "", ...(B ? [Buffer.from(B).toString("latin1")] : [])] : [`${name}`],
    ),
  );
  expect(found(texts.join("\n"))).toEqual([]);
});

it("no path answers a key that was stored", async () => {
  for (const [method, path] of [
    ["GET", "totp/keys/given"],
    ["LIST", "totp/keys"],
    ["GET", "totp/code/given"],
    ["GET", "totp/keys/given?help=1"],
  ] as const) {
    const { status, text } = await server.call(method, path);
    expect(status).toBe(200);
    expect(text).not.toContain(KEY);
  }
});
