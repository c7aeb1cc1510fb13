import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createCatalog } from "../../../../src/core/catalog.ts";
import { provisionalSystem } from "../../../../src/core/config/bootstrap.ts";
import type { Mount } from "../../../../src/core/mounts/mount.ts";
import { callerOf, makeContext, overStorage, ownRequest, requestOf } from "../../../../src/core/request/context.ts";
import type { Decoded } from "../../../../src/core/request/decoded.ts";
import { createReads } from "../../../../src/core/request/reads.ts";
import { place } from "../../../../src/core/request/route.ts";
import { seconds } from "../../../../src/std/time.ts";
import type { Address } from "../../../../src/storage/store.ts";
import { leasedRow } from "../../../support/leased-backend.ts";
import { anotherEnvironment } from "../../../support/make-server.ts";
import { type Pipeline, pipelineServer } from "./fixtures.ts";

/** What each stage of the pipeline does where requests seldom go. */

let pipeline: Pipeline;
let server: Pipeline["server"];
beforeAll(async () => {
  pipeline = await pipelineServer();
  server = pipeline.server;
});
afterAll(() => server.dynamo.close());

const WRAPPED = { headers: { "X-Vault-Wrap-TTL": "60" } };
const reading = (path: string): string => `path "${path}" { capabilities = ["read"] }`;
const READ_ALL = 'path "*" { capabilities = ["create", "read", "update", "list"] }';
const DECODED: Decoded = {
  requestId: "",
  verb: "read",
  method: "GET",
  path: "",
  token: undefined,
  wrapTtl: undefined,
  wrapFormat: "",
  data: {},
  headers: {},
  sourceAddress: "",
};
const mountAt = async (path: string): Promise<Mount> => {
  const mount = server.core.config.mountFor(await server.core.config.snapshot(), path);
  if (!mount) throw new Error("there is no such mount");
  return mount;
};
const wrapInfo = (body: object): Record<string, unknown> =>
  "wrap_info" in body && typeof body.wrap_info === "object" ? { ...body.wrap_info } : {};

describe("identify", () => {
  it("tells a caller at the wrong address that it may not, and not that its token is invalid", async () => {
    await server.call("POST", "auth/userpass/users/ada", {
      body: { password: "x", token_bound_cidrs: ["10.0.0.0/8"] },
    });
    const login = { token: null, body: { password: "x" }, sourceAddress: "10.1.1.1" };
    const { body } = await server.call("POST", "auth/userpass/login/ada", login);
    const { client_token: token } = body["auth"] as { client_token: string };
    const look = (sourceAddress: string) => server.call("GET", "auth/token/lookup-self", { token, sourceAddress });

    expect((await look("10.1.1.1")).status).toBe(200);
    const refused = await look("192.0.2.1");
    expect([refused.status, refused.body]).toEqual([403, { errors: ["permission denied"] }]);
    expect((await server.call("GET", "s/a", { token: "hvs.nobody" })).text).toContain("invalid token");
  });

  it("ends a token with its last use", async () => {
    const token = await pipeline.tokenWith(READ_ALL, { num_uses: 2 });

    const statuses = [];
    for (let use = 0; use < 3; use += 1) statuses.push((await server.call("GET", "sys/mounts", { token })).status);

    expect(statuses).toEqual([200, 200, 403]);
  });
});

describe("routing", () => {
  it("says for whom it would be, where another function serves the mount", async () => {
    const snapshot = await server.core.config.snapshot();
    const elsewhere = { ...server.core, catalog: createCatalog([leasedRow(pipeline.world)], () => false) };
    const decoded = { ...DECODED, path: "db/creds/app" };

    await expect(place(elsewhere, snapshot, decoded)).rejects.toMatchObject({ name: "Forward", to: "dynamic" });
  });

  it("finds nothing where no function has the mount's type", async () => {
    const snapshot = await server.core.config.snapshot();
    const without = { ...server.core, catalog: createCatalog([]) };

    expect(await place(without, snapshot, { ...DECODED, path: "db/creds/app" })).toBeUndefined();
  });

  it("finds before initialization only what answers even then", async () => {
    const snapshot = { ...(await server.core.config.snapshot()), mounts: new Map() };
    const at = (path: string) => place(server.core, snapshot, { ...DECODED, path });

    expect((await at("sys/health"))?.mount).toBe(provisionalSystem);
    expect([await at("sys/mounts"), await at("s/a")]).toEqual([undefined, undefined]);
  });

  it("takes a mount's path without its slash for the mount, and asks the policy about it as it was sent", async () => {
    const [bare, slashed] = [await pipeline.tokenWith(reading("s")), await pipeline.tokenWith(reading("s/"))];
    const statuses = [bare, slashed].map(async (token) => (await server.call("GET", "s", { token })).status);

    expect(await Promise.all(statuses)).toEqual([404, 403]);
  });

  it("serves a name in any spelling its path folds", async () => {
    await server.call("POST", "auth/userpass/users/fay", { body: { password: "x" } });

    expect((await server.call("GET", "auth/userpass/users/FAY")).status).toBe(200);
  });

  it("leaves a path below an open login open, so that a typo is not a refusal", async () => {
    const below = await server.call("POST", "auth/userpass/login/ada/extra", { token: null, body: {} });
    const at = await server.call("POST", "auth/userpass/login/", { token: null, body: {} });

    expect([below.status, at.status]).toEqual([404, 400]);
  });

  it("refuses a write to a folder", async () => {
    for (const method of ["POST", "PATCH"]) {
      const headers = { "Content-Type": "application/merge-patch+json" };
      const refused = await server.call(method, "s/folder/", { headers, body: { a: 1 } });
      expect([refused.status, refused.body["errors"]]).toEqual([400, ["cannot write to a path ending in '/'"]]);
    }
  });

  it("sees a mount that another environment made", async () => {
    const other = anotherEnvironment(server, [leasedRow(pipeline.world)]);
    await server.call("GET", "s/warm");
    const made = await other.handle({
      method: "POST",
      path: "/v1/sys/mounts/late",
      query: "",
      headers: { "x-vault-token": [server.root] },
      body: Buffer.from('{"type":"leased"}'),
      sourceAddress: "127.0.0.1",
    });

    expect(made.status).toBe(204);
    expect((await server.call("GET", "late/creds/app")).status).toBe(200);
  });

  it("prefetches for a create where the path has no update", async () => {
    await server.call("POST", "odd/made/a");
    const before = server.table.calls.length;

    expect((await server.call("POST", "odd/made/a")).data).toEqual({ had: false });
    expect(server.table.calls.length - before).toBe(1);
  });

  it("takes HEAD for a read where no token is needed, and for nothing a policy can grant elsewhere", async () => {
    const token = await pipeline.tokenWith(READ_ALL);

    expect((await server.call("HEAD", "sys/health", { token: null })).status).toBe(200);
    expect((await server.call("HEAD", "s/a", { token })).status).toBe(403);
  });
});

describe("a path in the spelling that counts", () => {
  it("is the path itself where nothing is mounted", async () => {
    const token = await pipeline.tokenWith('path "nowhere/Here" { capabilities = ["read"] }');
    const { data } = await server.call("POST", "sys/capabilities", { body: { token, path: "nowhere/Here" } });

    expect(data["capabilities"]).toEqual(["read"]);
  });

  it("is that of a rule too, where it is shown", async () => {
    const token = await pipeline.tokenWith(
      `path "auth/userpass/users/Ada" { capabilities = ["read"] }
       path "auth/userpass/users/Eve*" { capabilities = ["read"] }
       path "s/Ada" { capabilities = ["read"] }`,
    );
    const { data } = await server.call("GET", "sys/internal/ui/resultant-acl", { token });

    expect(Object.keys(Object(data["exact_paths"]))).toEqual(
      expect.arrayContaining(["auth/userpass/users/ada", "s/Ada"]),
    );
    expect(Object.keys(Object(data["glob_paths"]))).toContain("auth/userpass/users/eve");
  });
});

describe("conclude", () => {
  it("wraps a list that holds something, and nothing of an empty one", async () => {
    const wrapped = async (kind: string) =>
      "token" in wrapInfo((await server.call("LIST", `odd/lists/${kind}`, WRAPPED)).body);

    expect([await wrapped("full"), await wrapped("empty"), await wrapped("null")]).toEqual([true, false, false]);
  });

  it("names in front of a wrapped login the accessor inside", async () => {
    const wrapped = await server.call("POST", "auth/token/create", { ...WRAPPED, body: {} });
    const info = wrapInfo(wrapped.body);
    const { body } = await server.call("POST", "sys/wrapping/unwrap", { token: String(info["token"]) });

    expect(info["wrapped_accessor"]).toBe((body["auth"] as { accessor: string }).accessor);
  });

  it("wraps again for as long and under the path it had", async () => {
    const first = wrapInfo((await server.call("POST", "sys/wrapping/wrap", { ...WRAPPED, body: { a: 1 } })).body);
    const again = await server.call("POST", "sys/wrapping/rewrap", { body: { token: first["token"] } });

    expect(wrapInfo(again.body)).toMatchObject({ ttl: 60, creation_path: "sys/wrapping/wrap" });
  });

  it("hands out a lease, and the lease again after its renewal", async () => {
    const issued = await server.call("GET", "db/creds/app");
    const id = issued.body["lease_id"];
    const renewed = await server.call("POST", "sys/leases/renew", { body: { lease_id: id } });

    expect(id).toMatch(/^db\/creds\/app\//);
    expect([renewed.body["lease_id"], renewed.body["renewable"]]).toEqual([id, true]);
  });

  it("gives no leased secret to the last use of a token, and takes back what was made", async () => {
    const token = await pipeline.tokenWith(READ_ALL, { num_uses: 1 });
    const alive = pipeline.world.alive.size;
    const refused = await server.call("GET", "db/creds/app", { token });

    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("token had one use left")]);
    expect(pipeline.world.alive.size).toBe(alive);
  });
});

describe("handle", () => {
  it("revokes the lease of a refusal at once, and leaves that of a fault to the sweeper", async () => {
    const revokedBy = async (step: () => Promise<unknown>): Promise<number> => {
      const before = pipeline.revoked();
      await step();
      return pipeline.revoked() - before;
    };
    const sweep = () => {
      server.clock.advance(121_000);
      return server.core.leases.sweep(server.clock.now() + 60_000);
    };

    expect(await revokedBy(() => server.call("GET", "odd/fails/refused"))).toBe(1);
    expect(await revokedBy(sweep)).toBe(0);
    expect(await revokedBy(() => server.call("GET", "odd/fails/broken"))).toBe(0);
    expect(await revokedBy(sweep)).toBe(1);
  });
});

describe("what only a mistake in core could ask for is a fault", () => {
  it("a request of a context that core did not make", async () => {
    const mount = await mountAt("s/");
    const cx = await makeContext(server.core, mount, { generatePassword: async () => undefined });

    expect(requestOf(cx)).toEqual({ mount });
    expect(requestOf(overStorage(cx, cx.storage))).toEqual({ mount });
    expect(() => requestOf({ ...cx })).toThrow("was not made by core");
    expect(() => ownRequest(cx)).toThrow("does not answer a request");
    expect(() => callerOf(cx)).toThrow("without a token");
    await expect(
      cx.pend({ type: "credential", ttl: seconds(1), maxTtl: seconds(1), renewable: false, internal: {} }),
    ).rejects.toThrow("only a request with a token");
  });
});

describe("reads", () => {
  const address: Address = { pk: "p", sk: "s", domain: "token" };

  it("asks the table nothing where nothing is wanted, and once for what is wanted twice", async () => {
    const asked: number[] = [];
    const reads = createReads({
      ...server.core.store,
      get: async (addresses) => {
        asked.push(addresses.length);
        return addresses.map(() => undefined);
      },
    });

    await reads.prefetch([]);
    expect(asked).toEqual([]);
    await reads.prefetch([address, { ...address }]);
    expect(asked).toEqual([1]);
    await reads.get([address]);
    expect(asked).toEqual([1]);
    await reads.get([address]);
    expect(asked).toEqual([1, 1]);
  });
});

describe("a backend's reads", () => {
  it.each(["over", "looking"] as const)("are of its own mount alone, whatever was prefetched (%s)", async (how) => {
    const { store } = server.core;
    const [view, others] = await Promise.all([
      store.view((await mountAt("s/")).info.id),
      store.view((await mountAt("auth/token/")).info.id),
    ]);
    const address = others.at("a");
    const reads = createReads(store);
    await reads.prefetch([address, view.at("a")]);
    const seen = reads[how](view);

    await expect(seen.get(address)).rejects.toThrow("outside its view");
    await expect(seen.getMany([view.at("a"), address])).rejects.toThrow("outside its view");
    await expect(seen.get({ ...address, domain: view.mount })).rejects.toThrow("outside its view");
    expect(await seen.get(view.at("a"))).toBeUndefined();
  });
});

describe("what a read takes along", () => {
  const [asked, along, other] = ["a", "b", "c"].map((sk): Address => ({ pk: "p", sk, domain: "token" }));
  if (!asked || !along || !other) throw new Error("three addresses were named");
  const counting = () => {
    const calls: (readonly Address[])[] = [];
    const reads = createReads({
      ...server.core.store,
      get: async (addresses) => {
        calls.push(addresses);
        return addresses.map(() => undefined);
      },
    });
    return { calls, reads };
  };

  it("comes with the next read of the table, and is served once", async () => {
    const { calls, reads } = counting();
    await reads.prefetch([other]);
    reads.along([along]);
    await reads.get([other]);
    expect(calls).toEqual([[other]]);
    expect(await reads.get([asked])).toEqual([undefined]);
    await reads.get([along]);
    expect(calls).toEqual([[other], [asked, along]]);
    await reads.get([along]);
    expect(calls).toHaveLength(3);
  });

  it("is asked for once where it is what is read, and not at all where nothing is", async () => {
    const { calls, reads } = counting();
    reads.along([along]);
    expect(calls).toEqual([]);
    await reads.get([along]);
    expect(calls).toEqual([[along]]);
  });
});

describe("a mount that is being removed", () => {
  it("answers that it is, until the last of its leases is gone", async () => {
    await server.call("POST", "sys/mounts/going", { body: { type: "leased" } });
    await server.call("GET", "going/creds/app");
    pipeline.world.refuses = "later";
    await server.call("DELETE", "sys/mounts/going");
    const refused = await server.call("GET", "going/creds/app");
    pipeline.world.refuses = "no";

    expect([refused.status, refused.text]).toEqual([404, expect.stringContaining("tainted")]);
  });
});

describe("an audit log that takes no line", () => {
  it("stops the request, and writes no second line", async () => {
    const lines: string[] = [];
    let fails = false;
    const other = await pipelineServer({
      audit: {
        auditSink: {
          write: async (line) => {
            lines.push(line);
            if (fails) throw new Error("the disk is full");
          },
        },
      },
    });
    lines.length = 0;
    fails = true;
    const refused = await other.server.call("GET", "s/a");
    await other.server.dynamo.close();

    expect(refused.status).toBe(500);
    expect(lines).toHaveLength(1);
  });
});

describe("a sealed server", () => {
  it("answers only what answers always", async () => {
    await server.call("POST", "sys/seal");

    expect((await server.call("GET", "s/a")).status).toBe(503);
    expect((await server.call("GET", "nowhere/at/all")).status).toBe(503);
    expect((await server.call("GET", "sys/seal-status", { token: null })).body["sealed"]).toBe(true);
  });
});
