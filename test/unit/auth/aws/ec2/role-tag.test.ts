import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isWrittenBy, type RoleTag, readTag, TagError, writeTag } from "../../../../../src/auth/aws/ec2/role-tag.ts";
import { createDocumentSigner, type DocumentSigner } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { NOW, wireOf } from "../support.ts";
import { AMI, type Ec2World, ec2World, ID, STARTED, tagged } from "./support.ts";

/** Role tags: what an operator's tag takes away from an instance, and that nobody else can write one. */

let signer: DocumentSigner;
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
});
const KEY = "vault-role";
const world = (role: JsonObject = {}): Promise<Ec2World> =>
  ec2World(signer, { role_tag: KEY, token_policies: "web,db", ...role });
const make = async (w: Ec2World, body: JsonObject = {}, role = "web") => {
  const { data, warnings } = await w.request("update", `role/${role}/tag`, body);
  return { value: String(data.tag_value), key: data.tag_key, warnings };
};
/** A login of the instance with this tag on it. */
const enter = (w: Ec2World, value: string, fields: JsonObject = { nonce: "n" }) => {
  tagged(w, KEY, value);
  return w.enter(fields);
};

describe("a role tag", () => {
  it("is written in Vault's form", async () => {
    const w = await world({ allow_instance_migration: true });
    const HMAC = "[A-Za-z0-9+/]{43}=";
    const NONCE = "[A-Za-z0-9+/]{11}=";
    const plain = await make(w, {}, "WEB");
    expect(plain).toMatchObject({ key: KEY, warnings: [] });
    expect(plain.value).toMatch(new RegExp(`^v1:${NONCE}:r=web:d=false:m=false:${HMAC}$`));
    const full = { policies: "web", instance_id: ID.toUpperCase().replace("I-", "i-"), max_ttl: "10m" };
    expect((await make(w, { ...full, disallow_reauthentication: true })).value).toMatch(
      new RegExp(`^v1:${NONCE}:r=web:d=true:m=false:p=web:i=${ID}:t=600:${HMAC}$`),
    );
    expect((await make(w, { allow_instance_migration: true })).value).toContain(":d=false:m=true:");
    expect((await make(w, { policies: "" })).value).toContain(":p=default:");
    expect((await make(w, { policies: [] })).value).toContain(":p=default:");
  });

  it.each([
    ["other", {}, "entry not found for role other"],
    ["plain", {}, "tag creation is not enabled for this role"],
    [
      "web",
      { disallow_reauthentication: true, allow_instance_migration: true },
      "cannot set both disallow_reauthentication and allow_instance_migration",
    ],
    ["web", { max_ttl: -1 }, "max_ttl cannot be negative"],
    ["web", { instance_id: "../../admin" }, 'invalid instance_id "../../admin"'],
    ["web", { policies: "a:i=x" }, 'policy "a:i=x" cannot be named in a tag'],
    ["web", { policies: "p".repeat(250) }, "role tag 'value' exceeding the limit of 255 characters"],
  ])("for role %s with %j is refused", async (role, body, text) => {
    const w = await world();
    await w.write("role/plain", { auth_type: "ec2", bound_ami_id: AMI });
    expect(await wireOf(w.request("update", `role/${role}/tag`, body))).toBe(text);
  });

  it("warns of what will not work", async () => {
    const w = await world({ token_max_ttl: "1h" });
    const body = { policies: "other", allow_instance_migration: true, max_ttl: 2_764_801 };
    expect((await make(w, body)).warnings).toEqual([
      "Policies on the tag are not a subset of the policies set on the role. Login will not be allowed with this tag unless the role policies are updated.",
      "Role does not allow instance migration. Login will not be allowed with this tag unless the role value is updated.",
      "Given max TTL of 2764801 is greater than the mount maximum of 2764800 seconds, and will be capped at login time.",
      "Given max TTL of 2764801 is greater than the role maximum of 3600 seconds, and will be capped at login time.",
    ]);
  });

  it("is signed with a key that is the role's own, never shown, and another one when the role is made again", async () => {
    const w = await world();
    const { value } = await make(w);
    await enter(w, value);
    const { data } = await w.request("read", "role/web");
    expect(JSON.stringify(data)).not.toMatch(/tag_key|hmac/i);
    await w.request("delete", "role/web");
    await w.write("role/web", { auth_type: "ec2", bound_ami_id: AMI, role_tag: KEY, token_policies: "web,db" });
    expect(await wireOf(enter(w, value))).toBe("role tag signature verification failed");
  });

  it("is made for a role that is older than keys", async () => {
    const w = await world();
    const address = w.view.at("role/web");
    const entry = await w.view.get(address);
    const { tag_key: _, max_document_age: __, ...body } = (entry?.body ?? {}) as JsonObject;
    await w.view.write([{ op: "put", address, body, when: "any" }]);
    const unkeyed = writeTag(readTag((await make(await world())).value), "");
    expect(await wireOf(enter(w, unkeyed))).toBe("role tag signature verification failed");
    const [first, second] = [(await make(w)).value, (await make(w)).value];
    await enter(w, first);
    await enter(w, second);
  });
});

describe("an instance of a role with role tags", () => {
  it("is refused without the tag, and with one under another key", async () => {
    const w = await world();
    const missing = `missing tag with key "${KEY}" on the instance`;
    expect(await wireOf(w.enter())).toBe(missing);
    tagged(w, "other", (await make(w)).value);
    expect(await wireOf(w.enter())).toBe(missing);
    expect(await wireOf(enter(w, ""))).toBe(missing);
    expect((await w.request("list", "identity-accesslist")).status).toBe(404);
  });

  it("gets the policies of the tag instead of the role's, or the role's where it names none", async () => {
    const w = await world();
    expect((await enter(w, (await make(w)).value)).token.policies).toEqual(["web", "db"]);
    expect((await enter(w, (await make(w, { policies: "db" })).value)).token.policies).toEqual(["db"]);
    expect((await enter(w, (await make(w, { policies: "" })).value)).token.policies).toEqual(["default"]);
  });

  it("gets the shorter life of the two, and its entry the longer one", async () => {
    const w = await world({ token_max_ttl: "2h" });
    const shorter = await enter(w, (await make(w, { max_ttl: "1h" })).value);
    expect(shorter).toMatchObject({ token: { maxTtl: 3600 }, metadata: { role_tag_max_ttl: "1h0m0s" } });
    const longer = await enter(w, (await make(w, { max_ttl: 2_764_800 + 3600 })).value);
    expect(longer.token.maxTtl).toBe(7200);
    const { data } = await w.request("read", `identity-accesslist/${ID}`);
    expect(data.expiration_time).toBe("2026-04-05T06:06:07.000000000Z");
  });

  it("is let in once where the tag says so, whatever the role says", async () => {
    const w = await world();
    const { value } = await make(w, { disallow_reauthentication: true });
    expect((await enter(w, value, {})).shownOnce).toBeUndefined();
    expect(await wireOf(enter(w, value))).toBe("reauthentication is disabled");
  });

  it("may migrate only where the role allows it, too", async () => {
    const w = await world({ allow_instance_migration: true });
    const { value } = await make(w, { allow_instance_migration: true });
    await enter(w, value);
    await w.enter({ nonce: "new" }, { started: STARTED + 1000 });
    await w.write("role/web", { allow_instance_migration: false });
    expect(await wireOf(enter(w, value))).toBe("role tag allows instance migration, and the role does not");
  });

  it.each([
    ["another instance", { instance_id: "i-0ffffffffffffffff" }, "role tag is being used by an unauthorized instance"],
    [
      "policies the role has not",
      { policies: "web,admin" },
      "policies on the role tag must be subset of policies on the role",
    ],
  ])("is refused with a tag for %s", async (_, body, text) => {
    const w = await world();
    expect(await wireOf(enter(w, (await make(w, body)).value))).toBe(text);
  });

  it("is refused with the tag of another role", async () => {
    const w = await world();
    await w.write("role/api", { auth_type: "ec2", bound_ami_id: AMI, role_tag: KEY, token_policies: "web,db" });
    expect(await wireOf(enter(w, (await make(w, {}, "api")).value))).toBe(
      "role on the tag is not matching the role supplied",
    );
  });

  it.each([
    "../../admin",
    "*",
    "a/b",
    "Role=../../admin",
    "v1:AAAA:r=web",
    "v2:AAAA:r=web:d=false:m=false:AAAA",
    "v1:AAAA:x=web:d=false:m=false:AAAA",
    "v1:AAAA:d=false:m=false:AAAA",
    "v1:AAAA:r=../../admin:d=false:m=false:AAAA",
    "v1:AAAA:r=nobody:d=false:m=false:AAAA",
    "v1:AAAA:r=web:d=false:m=false:AAAA",
    "v1:AAAA:r=web:d=maybe:m=false:AAAA",
    "v1:AAAA:r=web:d=false:m=false:t=-1:AAAA",
    `v1:${"A".repeat(300)}:r=web:d=false:m=false:AAAA`,
    "\u0000:\u0000:\u0000:\u0000",
  ])("V08 is refused with a tag that no role wrote: %j", async (value) => {
    const w = await world();
    expect(await wireOf(enter(w, value))).toBeDefined();
    expect((await w.request("list", "identity-accesslist")).status).toBe(404);
  });

  it("V43 is refused with another spelling of a tag", async () => {
    const w = await world({ allow_instance_migration: true });
    const { value } = await make(w, { policies: "web,db", max_ttl: 600 });
    const spelt = [
      value.replace("d=false", "d=f"),
      value.replace("d=false", "d=False"),
      value.replace("d=false", "d=0"),
      value.replace("t=600", "t=0600"),
      value.replace("t=600", "t=+600"),
      value.replace("p=db,web", "p=web,db"),
      value.replace(":d=false:m=false", ":m=false:d=false"),
      value.replace("r=web", "r=WEB"),
      value.replace("r=web", "r=web:r=web"),
      value.replace(/=$/, ""),
      `${value} `,
      ` ${value}`,
    ];
    for (const one of spelt) {
      expect(one).not.toBe(value);
      expect(await wireOf(enter(w, one))).toBeDefined();
    }
    await enter(w, value);
  });
});

describe("the deny list", () => {
  it.each(["roletag-denylist", "roletag-blacklist"])(
    "refuses a tag from then on, as %s, raw or in base64",
    async (path) => {
      const w = await world();
      const { value } = await make(w);
      await enter(w, value);
      expect((await w.request("read", `${path}/${value}`)).status).toBe(404);
      expect((await w.request("list", path)).status).toBe(404);
      expect(await w.request("update", `${path}/${value}`)).toMatchObject({ status: 204 });
      expect(await wireOf(enter(w, value))).toBe("role tag is deny listed");
      const base64 = Buffer.from(value).toString("base64");
      for (const given of [value, base64])
        expect((await w.request("read", `${path}/${given}`)).data).toEqual({
          creation_time: "2026-03-04T05:06:07.000000000Z",
          expiration_time: "2026-04-05T05:06:07.000000000Z",
        });
      expect((await w.request("list", path)).data).toEqual({ keys: [value] });
      w.clock.advance(1000);
      await w.request("update", `${path}/${base64}`);
      expect((await w.request("read", `${path}/${value}`)).data).toEqual({
        creation_time: "2026-03-04T05:06:07.000000000Z",
        expiration_time: "2026-04-05T05:06:08.000000000Z",
      });
      await w.request("delete", `${path}/${base64}`);
      await enter(w, value);
    },
  );

  it("takes tags of the mount's roles alone", async () => {
    const w = await world();
    const { value } = await make(w);
    const deny = (tag: string) => wireOf(w.request("update", `roletag-denylist/${tag}`));
    expect(await deny("AAAA")).toBe("invalid tag");
    expect(await deny(value.replace("v1:", "v2:"))).toBe("invalid role tag version");
    expect(await deny(value.replace("r=web", "r=nobody"))).toBe('entry not found for "nobody"');
    expect(await deny(value.replace("d=false", "d=true"))).toBe("role tag signature verification failed");
  });

  it("goes on refusing for the safety buffer, as it is configured", async () => {
    const w = await world();
    const { value } = await make(w);
    await w.request("update", `roletag-denylist/${value}`);
    w.clock.advance((2_764_800 + 15_552_000) * 1000);
    expect(await wireOf(enter(w, value))).toBe("role tag is deny listed");
    await w.write("config/tidy/roletag-denylist", { safety_buffer: 0 });
    await enter(w, value);
  });
});

describe("writing and reading tags", () => {
  const names = fc.stringMatching(/^[a-z0-9]{1,20}$/);
  const tags: fc.Arbitrary<RoleTag> = fc.record({
    nonce: names,
    role: names,
    disallowReauthentication: fc.boolean(),
    allowInstanceMigration: fc.boolean(),
    policies: fc.array(names, { maxLength: 3 }),
    instanceId: fc.constantFrom("", ID),
    maxTtl: fc.nat(),
  });

  it("are inverse, and no changed text is the role's", () => {
    fc.assert(
      fc.property(tags, names, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (tag, key, where, text) => {
        const value = writeTag(tag, key);
        expect(readTag(value)).toEqual(tag);
        expect(isWrittenBy(value, tag, key)).toBe(true);
        expect(isWrittenBy(value, tag, `${key}x`)).toBe(false);
        const at = where % value.length;
        const changed = value.slice(0, at) + text + value.slice(at + text.length);
        if (changed === value) return;
        let said: RoleTag | undefined;
        try {
          said = readTag(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(TagError);
        }
        if (said) expect(isWrittenBy(changed, said, key)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses any other text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(() => readTag(text)).toThrow(TagError);
      }),
    );
  });
});
