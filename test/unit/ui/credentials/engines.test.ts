import { describe, expect, it } from "@jest/globals";
import { awsAdapters } from "../../../../src/auth/aws/adapters/index.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { fitsRole, requestOf, waysOf } from "../../../../ui/pages/credentials/engines.ts";
import { takenIn } from "../../../../ui/pages/credentials/taken.ts";

const region = "us-east-1";
const rows = builtInRows({ aws: () => ({ ...awsAdapters({ region, clock: systemClock }), region }) });
const secretRows = rows.filter(({ kind }) => kind === "secret");

const wayOf = (type: string, name: string) => {
  const found = waysOf(type).find((way) => way.name === name);
  if (!found) throw new Error(`${type} has no ${name}`);
  return found;
};

describe("engines that hand out credentials", () => {
  it("are asked at paths that they have", async () => {
    for (const { type, load } of secretRows) {
      const engine = await load({});
      const operations = new Map(engine.paths.map((path) => [path.template.replaceAll(/\{[^}]*\}/g, "*"), path.ops]));
      for (const way of waysOf(type)) {
        expect(operations.get(way.list)).toHaveProperty("list");
        expect(operations.get(`${way.at}/*`)).toHaveProperty(way.method === "GET" ? "read" : "update");
      }
    }
  });

  it("are all that make something for one caller", () => {
    const handing = secretRows.filter(({ type }) => waysOf(type).length > 0).map(({ type }) => type);

    expect(handing.sort()).toEqual(["aws", "database", "pki", "ssh", "totp"]);
    expect(waysOf("constructor").map(({ name }) => name)).toEqual(["creds"]);
  });

  it("get what was filled in, and nothing that was left empty", () => {
    expect(requestOf(wayOf("ssh", "otp"), "ssh/", "web", { ip: " 10.0.0.7 ", username: "" })).toEqual({
      method: "POST",
      path: "ssh/creds/web",
      body: '{"ip":"10.0.0.7"}',
    });
    expect(requestOf(wayOf("aws", "creds"), "aws/", "deploy", { ttl: "1h" })).toEqual({
      method: "GET",
      path: "aws/creds/deploy",
      query: { ttl: "1h" },
    });
    expect(requestOf(wayOf("database", "static"), "db/eu/", "app", {})).toEqual({
      method: "GET",
      path: "db/eu/static-creds/app",
    });
  });

  it("of SSH are for one way by the role's type", () => {
    expect([fitsRole(wayOf("ssh", "otp"), "otp"), fitsRole(wayOf("ssh", "otp"), "ca")]).toEqual([true, false]);
    expect([fitsRole(wayOf("ssh", "sign"), "otp"), fitsRole(wayOf("ssh", "sign"), "ca")]).toEqual([false, true]);
  });
});

describe("credentials as they were answered", () => {
  const now = 1_790_000_000_000;

  it("are secret unless known not to be", () => {
    const { shown } = takenIn(
      { json: {}, data: { username: "u", password: "p", novel: "n", port: 22, none: null } },
      now,
    );

    expect(shown.map(({ name, secret }) => [name, secret])).toEqual([
      ["username", false],
      ["password", true],
      ["novel", true],
      ["port", false],
    ]);
  });

  it("have a lease, or change by themselves, or neither", () => {
    const leased = { lease_id: "database/creds/r/x", lease_duration: 3600, renewable: true };

    expect(takenIn({ json: leased, data: {} }, now).lease).toEqual({
      id: "database/creds/r/x",
      renewable: true,
      of: 3600,
      endsAt: now + 3_600_000,
    });
    const rotated = { last_vault_rotation: "2026-11-30T00:00:00Z", ttl: 50, rotation_period: 600 };
    expect(takenIn({ json: {}, data: rotated }, now).changes).toEqual({ endsAt: now + 50_000, of: 600 });
    const code = { code: "123456", generated: 1_790_000_000, expire_time: 1_790_000_010, period: "30s" };
    expect(takenIn({ json: {}, data: code }, now)).toMatchObject({
      lease: undefined,
      changes: { endsAt: 1_790_000_010_000 },
      shown: [{ name: "code", value: "123456", secret: true }],
    });
    expect(takenIn({ json: {}, data: { signed_key: "ssh-rsa-cert" } }, now)).toMatchObject({
      lease: undefined,
      changes: undefined,
    });
  });
});
