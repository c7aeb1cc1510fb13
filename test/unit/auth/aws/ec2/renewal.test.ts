import { beforeAll, describe, expect, it } from "@jest/globals";
import type { LoginGrant } from "../../../../../src/framework/index.ts";
import { createDocumentSigner, type DocumentSigner } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { failure, NOW, OWN, wireOf } from "../support.ts";
import { AMI, type Ec2World, ec2World, ID, tagged } from "./support.ts";

/** V14: a token given for an identity document is renewed only while all that it was given for still holds. */

let signer: DocumentSigner;
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
});

const entered = async (role: JsonObject = {}): Promise<readonly [Ec2World, LoginGrant]> => {
  const w = await ec2World(signer, role);
  return [w, await w.enter({ nonce: "n" })];
};
const GONE = `failed to verify the access list identity entry for instance ID: "${ID}"`;

describe("a renewal", () => {
  it("follows the role as it is now, and extends the entry", async () => {
    const [w, grant] = await entered();
    await w.write("role/web", { token_ttl: "30m", token_max_ttl: "2h", token_period: "10m" });
    w.clock.advance(60_000);
    const renewed = await w.renew(grant);
    expect(renewed).toMatchObject({ token: { ttl: 1800, maxTtl: 7200, period: 600 }, renewable: true });
    expect(renewed.metadata).toEqual(grant.metadata);
    expect((await w.request("read", `identity-accesslist/${ID}`)).data).toMatchObject({
      expiration_time: "2026-04-05T05:07:07.000000000Z",
      last_updated_time: "2026-03-04T05:07:07.000000000Z",
      creation_time: "2026-03-04T05:06:07.000000000Z",
      client_nonce: "n",
    });
  });

  const spoilt: readonly (readonly [string, (w: Ec2World) => unknown, string])[] = [
    [
      "the instance is stopped",
      (w) => w.change({ state: "stopped" }),
      `failed to verify instance ID "${ID}": instance is not in 'running' state`,
    ],
    [
      "the instance is gone",
      (w) => {
        delete w.accounts[OWN]?.instances[ID];
      },
      `failed to verify instance ID "${ID}": no instance details found in reservations`,
    ],
    ["38 the role is deleted", (w) => w.request("delete", "role/web"), "role entry not found"],
    [
      "the role is made again",
      async (w) => {
        await w.request("delete", "role/web");
        await w.write("role/web", { auth_type: "ec2", bound_ami_id: AMI });
      },
      "role entry not found",
    ],
    ["38 its entry is removed", (w) => w.request("delete", `identity-accesslist/${ID}`), GONE],
    [
      "its entry is removed and another login has made one",
      async (w) => {
        await w.request("delete", `identity-accesslist/${ID}`);
        w.clock.advance(1000);
        await w.enter({ nonce: "other" });
      },
      GONE,
    ],
    [
      "the role is bound to another image",
      (w) => w.write("role/web", { bound_ami_id: "ami-9" }),
      `Error validating instance: AMI ID "${AMI}" does not belong to role "web"`,
    ],
    [
      "the role is bound to another region",
      (w) => w.write("role/web", { bound_region: "eu-west-1" }),
      'Region "us-east-1" does not satisfy the constraint on role "web"',
    ],
    [
      "the instance has moved to another subnet than the role is bound to",
      async (w) => {
        await w.write("role/web", { bound_subnet_id: "subnet-1" });
        w.change({ subnetId: "subnet-2" });
      },
      'Error validating instance: subnet ID "subnet-2" does not satisfy the constraint on role "web"',
    ],
    [
      "the role asks for a role tag by now",
      (w) => w.write("role/web", { role_tag: "k" }),
      'missing tag with key "k" on the instance',
    ],
  ];
  it.each(spoilt)("V14 is refused when %s", async (_, spoil, text) => {
    const [w, grant] = await entered();
    await spoil(w);
    expect(await failure(w.renew(grant))).toEqual({ code: "invalid_request", wire: text });
  });

  it("is refused when the role tag is gone, changed or denied", async () => {
    const w = await ec2World(signer, { role_tag: "k" });
    const make = async (body: JsonObject) => String((await w.request("update", "role/web/tag", body)).data.tag_value);
    const [value, shorter] = [await make({ max_ttl: "40m" }), await make({ max_ttl: "20m" })];
    tagged(w, "k", value);
    const grant = await w.enter({ nonce: "n" });
    expect((await w.renew(grant)).token.maxTtl).toBe(2400);
    tagged(w, "k", shorter);
    expect((await w.renew(grant)).token.maxTtl).toBe(1200);
    w.change({ tags: [] });
    expect(await wireOf(w.renew(grant))).toBe('missing tag with key "k" on the instance');
    tagged(w, "k", value);
    await w.request("update", `roletag-denylist/${value}`);
    expect(await wireOf(w.renew(grant))).toBe("role tag is deny listed");
  });

  it("F22 is refused without a grant when AWS cannot be asked", async () => {
    const [w, grant] = await entered();
    w.broken = "RequestLimitExceeded";
    expect((await failure(w.renew(grant))).code).toBe("upstream_failed");
  });

  it("is refused when what the token keeps is not what a login left", async () => {
    const [w, grant] = await entered();
    const internal = { auth_type: "ec2", role_name: "web" };
    expect(await wireOf(w.renew({ ...grant, internal }))).toBe(
      "unable to fetch instance ID from metadata during renewal",
    );
  });
});
