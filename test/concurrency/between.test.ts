import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AwsAuthParts } from "../../src/auth/aws/backend.ts";
import { userpassAuth } from "../../src/auth/userpass/backend.ts";
import { createPasswords } from "../../src/auth/userpass/passwords.ts";
import { builtInRows } from "../../src/catalog.ts";
import type { CatalogRow } from "../../src/core/catalog.ts";
import { createOutsideWorld, leasedRow, type OutsideWorld } from "../support/leased-backend.ts";
import {
  type Answered,
  anotherEnvironment,
  type CallOptions,
  makeServer,
  type TestServer,
} from "../support/make-server.ts";
import { everySchedule, held, type Schedule } from "./schedules.ts";

/**
 * Two requests, one of them whole between two calls of the other: before the first call that the other makes to the
 * table, before its second, and so on to the last. So whatever a request has read ahead is older than what decides.
 */

const noAws = (): AwsAuthParts => {
  throw new Error("these tests know no AWS");
};
/** The hash costs nothing here. */
const people = () => userpassAuth(createPasswords({ derive: async (password) => Buffer.alloc(32, password) }));

type Order = readonly [method: string, path: string, options: CallOptions];

let world: OutsideWorld;
let server: TestServer;
/** A request to another process on the same table. */
let elsewhere: (
  method: string,
  path: string,
  options?: CallOptions,
) => Promise<{ readonly status: number; readonly text: string }>;
let count = 0;

const rowsOf = (): readonly CatalogRow[] => [
  ...builtInRows({ aws: noAws }).map((row) => (row.type === "userpass" ? { ...row, load: async () => people() } : row)),
  leasedRow(world),
];

beforeAll(async () => {
  world = createOutsideWorld();
  server = await makeServer({ rows: rowsOf() });
  const other = anotherEnvironment(server, rowsOf());
  elsewhere = async (method, path, { token = server.root, body, headers = {} } = {}) => {
    const lists = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
    const answer = await other.handle({
      method,
      path: `/v1/${path}`,
      query: "",
      headers: { ...Object.fromEntries(lists), ...(token === null ? {} : { "x-vault-token": [token] }) },
      body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
      sourceAddress: "127.0.0.1",
    });
    return { status: answer.status, text: Buffer.from(answer.body).toString() };
  };
  for (const [path, body] of [
    ["sys/mounts/db", { type: "leased" }],
    ["sys/mounts/kv", { type: "kv", options: { version: "2" } }],
    ["sys/mounts/totp", { type: "totp" }],
    ["sys/mounts/ssh", { type: "ssh" }],
    ["sys/auth/approle", { type: "approle" }],
    ["sys/auth/userpass", { type: "userpass" }],
    [
      "sys/policies/acl/app",
      {
        policy: `path "db/*" { capabilities = ["read"] } path "sys/leases/*" { capabilities = ["update"] }
          path "auth/token/create" { capabilities = ["update"] } path "kv/*" { capabilities = ["create", "read", "update", "patch", "delete"] }`,
      },
    ],
  ] as const) {
    const made = await server.call("POST", path, { body });
    if (made.status > 299) throw new Error(made.text);
  }
  // Warm.
  await elsewhere("GET", "auth/token/lookup-self");
});
afterAll(() => server.dynamo.close());

const everyWay = (set: () => Promise<Schedule>): Promise<void> => everySchedule(server.table, set);

const next = (): string => `n${++count}`;
const tokenIn = ({ body }: Answered): string => (body["auth"] as { client_token: string }).client_token;
const made = async (body: object = {}): Promise<string> =>
  tokenIn(
    await server.call("POST", "auth/token/create", { body: { policies: ["app", "default"], ttl: "1h", ...body } }),
  );
const lives = async (token: string): Promise<boolean> =>
  (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;
const lease = async (token = server.root): Promise<{ readonly id: string; readonly name: string }> => {
  const { body, data } = await server.call("GET", "db/creds/app", { token });
  return { id: String(body["lease_id"]), name: String(data["name"]) };
};
const isLeased = async (lease_id: string): Promise<boolean> =>
  (await server.call("POST", "sys/leases/lookup", { body: { lease_id } })).status === 200;
const swept = async (): Promise<void> => {
  server.clock.advance(91_000);
  await server.core.leases.sweep(server.clock.now() + 60_000);
};

describe("a lease", () => {
  const order = (verb: string, lease_id: string, more: object = {}) =>
    ["POST", `sys/leases/${verb}`, { body: { lease_id, ...more } }] as const;

  it.each([
    ["revoke", {}, "renew", { increment: 7200 }],
    ["revoke", { sync: false }, "renew", { increment: 7200 }],
    ["renew", { increment: 7200 }, "revoke", {}],
    ["renew", { increment: 7200 }, "revoke", { sync: false }],
    ["revoke", {}, "revoke", {}],
  ])("%s %j, with %s %j in between: is gone", (first, firstBody, second, secondBody) =>
    everyWay(async () => {
      const { id, name } = await lease();
      return {
        request: () => server.call(...order(first, id, firstBody)),
        between: () => elsewhere(...order(second, id, secondBody)),
        holds: async (answer, between) => {
          const revoked = first === "revoke" ? answer.status : between?.status;
          expect([200, 202, 204]).toContain(revoked);
          expect(await isLeased(id)).toBe(false);
          await swept();
          expect(world.alive.has(name)).toBe(false);
        },
      };
    }),
  );

  it("that is renewed, while the token ends that holds it: is gone", () =>
    everyWay(async () => {
      const token = await made();
      const { id, name } = await lease(token);
      return {
        request: () => server.call(...order("renew", id)),
        between: () => elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async () => {
          await swept();
          expect([await isLeased(id), world.alive.has(name)]).toEqual([false, false]);
        },
      };
    }));

  it("that begins, while the token ends that asks for it: is gone", () =>
    everyWay(async () => {
      const token = await made();
      world.alive.clear();
      return {
        request: () => server.call("GET", "db/creds/app", { token }),
        between: () => elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async () => {
          server.clock.advance(121_000);
          await swept();
          expect([...world.alive]).toEqual([]);
        },
      };
    }));

  it("that is made while all below its prefix are revoked: is gone, or was never handed out", () =>
    everyWay(async () => {
      world.alive.clear();
      let finish = (): void => undefined;
      const reached = new Promise<void>((pending) => {
        world.meanwhile = () =>
          new Promise((go) => {
            finish = go;
            pending();
          });
      });
      const making = elsewhere("GET", "db/creds/app");
      await reached;
      world.meanwhile = async () => undefined;
      return {
        request: () => server.call("POST", "sys/leases/revoke-prefix/db"),
        between: () => {
          finish();
          return making;
        },
        holds: async (answer) => {
          expect(answer.status).toBe(204);
          server.clock.advance(121_000);
          await swept();
          expect([...world.alive]).toEqual([]);
        },
      };
    }));
});

describe("a token", () => {
  const ends = {
    "is revoked": (token: string) => elsewhere("POST", "auth/token/revoke", { body: { token } }),
    "revokes itself": (token: string) => elsewhere("POST", "auth/token/revoke-self", { token }),
    "is revoked without its children": (token: string) =>
      elsewhere("POST", "auth/token/revoke-orphan", { body: { token } }),
  } as const;
  const does = {
    "renews itself": (token: string) =>
      server.call("POST", "auth/token/renew-self", { token, body: { increment: 7200 } }),
    "is renewed": (token: string) => server.call("POST", "auth/token/renew", { body: { token, increment: 7200 } }),
    "spends a use": (token: string) => server.call("GET", "auth/token/lookup-self", { token }),
    "revokes itself": (token: string) => server.call("POST", "auth/token/revoke-self", { token }),
    "writes to its cubbyhole": (token: string) => server.call("POST", "cubbyhole/a", { token, body: { a: 1 } }),
  } as const;
  const pairs = Object.entries(does).flatMap(([doing, first]) =>
    Object.entries(ends).map(([ending, second]) => ({ doing, ending, first, second })),
  );

  it.each(pairs)("$doing, while it $ending: has ended", ({ doing, first, second }) =>
    everyWay(async () => {
      const token = await made({ num_uses: doing === "spends a use" ? 9 : 0 });
      return {
        request: () => first(token),
        between: () => second(token),
        holds: async (_answer, between) => {
          // One that is gone already is not found.
          expect([204, 403, 400]).toContain(between?.status);
          expect(await lives(token)).toBe(false);
          await server.core.leases.sweep(server.clock.now() + 60_000);
          expect((await server.call("POST", "auth/token/lookup", { body: { token } })).status).toBe(403);
        },
      };
    }),
  );

  it("makes a child while it is revoked: the child has ended with it", () =>
    everyWay(async () => {
      const token = await made({ policies: ["root"] });
      return {
        request: () => server.call("POST", "auth/token/create", { token, body: { policies: ["default"] } }),
        between: () => elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async (answer) => {
          if (answer.status === 200) expect(await lives(tokenIn(answer))).toBe(false);
          else expect(answer.status).toBe(403);
        },
      };
    }));

  it("makes another for an alias that nobody had, and for the same in between: both are one entity", () =>
    everyWay(async () => {
      const name = next();
      await server.call("POST", `auth/token/roles/${name}`, { body: { allowed_entity_aliases: name } });
      const path = `auth/token/create/${name}`;
      const body = { entity_alias: name, policies: ["default"] };
      let second = "";
      return {
        request: () => server.call("POST", path, { body }),
        between: async () => {
          const answer = await elsewhere("POST", path, { body });
          second = (JSON.parse(answer.text) as { auth: { entity_id: string } }).auth.entity_id;
          return answer;
        },
        holds: async (answer) => {
          expect(answer.status).toBe(200);
          expect((answer.body["auth"] as { entity_id: string }).entity_id).toBe(second);
        },
      };
    }));

  it("makes another for an alias whose entity changes in between: has it as it is then", () =>
    everyWay(async () => {
      const name = next();
      await server.call("POST", `auth/token/roles/${name}`, { body: { allowed_entity_aliases: name } });
      const path = `auth/token/create/${name}`;
      const body = { entity_alias: name, policies: ["default"] };
      const { entity_id } = (await server.call("POST", path, { body })).body["auth"] as { entity_id: string };
      return {
        request: () => server.call("POST", path, { body }),
        between: () => elsewhere("POST", `identity/entity/id/${entity_id}`, { body: { policies: ["app"] } }),
        holds: async (answer) => {
          expect([answer.status, await lives(tokenIn(answer))]).toEqual([200, true]);
          const { data } = await server.call("GET", "auth/token/lookup-self", { token: tokenIn(answer) });
          expect(data["identity_policies"]).toEqual(["app"]);
        },
      };
    }));

  it("has one use, and is used again in between: one of both is refused", () =>
    everyWay(async () => {
      const token = await made({ num_uses: 1 });
      return {
        request: () => server.call("GET", "auth/token/lookup-self", { token }),
        between: () => elsewhere("GET", "auth/token/lookup-self", { token }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([200, 403]);
          expect(await lives(token)).toBe(false);
        },
      };
    }));

  it("has two uses, and is used in between: both are gone", () =>
    everyWay(async () => {
      const token = await made({ num_uses: 2 });
      return {
        request: () => server.call("GET", "auth/token/lookup-self", { token }),
        between: () => elsewhere("GET", "auth/token/lookup-self", { token }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          expect(await lives(token)).toBe(false);
        },
      };
    }));

  it("renews itself, and again in between: lives as long as one of both said", () =>
    everyWay(async () => {
      const token = await made();
      return {
        request: () => server.call("POST", "auth/token/renew-self", { token, body: { increment: 1000 } }),
        between: () => elsewhere("POST", "auth/token/renew-self", { token, body: { increment: 2000 } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          const { data } = await server.call("GET", "auth/token/lookup-self", { token });
          expect([1000, 2000]).toContain(data["ttl"]);
        },
      };
    }));
});

describe("a wrapped answer", () => {
  const wrapped = async (): Promise<string> => {
    const answer = await server.call("POST", "sys/wrapping/wrap", {
      headers: { "x-vault-wrap-ttl": "5m" },
      body: { a: "b" },
    });
    return (answer.body["wrap_info"] as { token: string }).token;
  };
  const takes = {
    unwrap: (token: string): Order => ["POST", "sys/wrapping/unwrap", { token }],
    "unwrap in the body": (token: string): Order => ["POST", "sys/wrapping/unwrap", { body: { token } }],
    rewrap: (token: string): Order => ["POST", "sys/wrapping/rewrap", { body: { token } }],
    "read the old way": (token: string): Order => ["GET", "cubbyhole/response", { token }],
  };
  const all = Object.entries(takes);
  const pairs = all.flatMap(([one, first]) => all.map(([two, second]) => ({ one, two, first, second })));

  it.each(pairs)("$one, with $two in between: one of both has it", ({ first, second }) =>
    everyWay(async () => {
      const token = await wrapped();
      return {
        request: () => server.call(...first(token)),
        between: () => elsewhere(...second(token)),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].filter((status) => status === 200)).toHaveLength(1);
          expect((await server.call(...takes.unwrap(token))).status).toBe(400);
        },
      };
    }),
  );

  it.each(all)("%s, while it is revoked: is not there any more", (_name, take) =>
    everyWay(async () => {
      const token = await wrapped();
      return {
        request: () => server.call(...take(token)),
        between: () => elsewhere("POST", "auth/token/revoke", { body: { token } }),
        holds: async (_answer, between) => {
          expect(between?.status).toBe(204);
          expect((await server.call(...takes.unwrap(token))).status).toBe(400);
        },
      };
    }),
  );

  it("is taken by a caller whose token ends before: is still there", async () => {
    const token = await wrapped();
    const caller = await made();
    const { answer } = await held(
      server.table,
      1,
      () => server.call("POST", "sys/wrapping/unwrap", { token: caller, body: { token } }),
      () => elsewhere("POST", "auth/token/revoke", { body: { token: caller } }),
    );
    expect(answer.status).toBe(403);
    expect((await server.call(...takes.unwrap(token))).status).toBe(200);
  });
});

describe("a login by AppRole", () => {
  const roleWith = async (fields: object = {}, uses = 1) => {
    const name = next();
    const at = `auth/approle/role/${name}`;
    await server.call("POST", at, { body: { role_id: name, token_policies: "app", ...fields } });
    const { data } = await server.call("POST", `${at}/secret-id`, { body: { num_uses: uses } });
    const secret_id = String(data["secret_id"]);
    const body = { role_id: name, secret_id };
    return {
      name,
      at,
      secret_id,
      accessor: String(data["secret_id_accessor"]),
      login: () => server.call("POST", "auth/approle/login", { token: null, body }),
      again: () => elsewhere("POST", "auth/approle/login", { token: null, body }),
    };
  };
  type Role = Awaited<ReturnType<typeof roleWith>>;
  const entityOf = async (role: Role): Promise<string> => {
    const { accessor } = (await server.call("GET", "sys/auth/approle")).data;
    const { data } = await server.call("POST", "identity/lookup/entity", {
      body: { alias_name: role.name, alias_mount_accessor: accessor },
    });
    return String(data["id"]);
  };
  const isOf = async (at: string, secret_id: unknown): Promise<boolean> =>
    (await server.call("POST", `${at}/secret-id/lookup`, { body: { secret_id } })).status === 200;
  const refusing: readonly (readonly [string, (role: Role) => ReturnType<typeof elsewhere>])[] = [
    [
      "its secret id is destroyed",
      ({ at, secret_id }) => elsewhere("POST", `${at}/secret-id/destroy`, { body: { secret_id } }),
    ],
    [
      "its secret id is destroyed by accessor",
      ({ at, accessor }) =>
        elsewhere("POST", `${at}/secret-id-accessor/destroy`, { body: { secret_id_accessor: accessor } }),
    ],
    ["its last use is spent", ({ again }) => again()],
  ];

  it.each(refusing)("with one use, while %s: is refused", (_name, change) =>
    everyWay(async () => {
      const role = await roleWith();
      return {
        request: role.login,
        between: () => change(role),
        holds: async (answer) => {
          expect([answer.status, answer.body["errors"]]).toEqual([400, ["invalid role or secret ID"]]);
        },
      };
    }),
  );

  it("whose entity is disabled meanwhile: has no token that works", () =>
    everyWay(async () => {
      const role = await roleWith({}, 5);
      await role.login();
      const entity = await entityOf(role);
      return {
        request: role.login,
        between: () => elsewhere("POST", `identity/entity/id/${entity}`, { body: { disabled: true } }),
        holds: async (answer) => {
          expect(answer.status).toBe(403);
        },
      };
    }));

  it("whose entity is removed meanwhile: has a token of an entity that is there", () =>
    everyWay(async () => {
      const role = await roleWith({}, 5);
      await role.login();
      const entity = await entityOf(role);
      return {
        request: role.login,
        between: () => elsewhere("DELETE", `identity/entity/id/${entity}`),
        holds: async (answer) => {
          expect(answer.status).toBe(200);
          expect((answer.body["auth"] as { entity_id: string }).entity_id).not.toBe(entity);
          expect(await lives(tokenIn(answer))).toBe(true);
        },
      };
    }));

  it("whose alias goes to another entity meanwhile: has a token of the one that it is of then", () =>
    everyWay(async () => {
      const role = await roleWith({}, 5);
      await role.login();
      const to = String((await server.call("POST", "identity/entity", { body: { name: next() } })).data["id"]);
      const { data } = await server.call("GET", `identity/entity/id/${await entityOf(role)}`);
      const [alias] = data["aliases"] as readonly { readonly id: string }[];
      return {
        request: role.login,
        between: () => elsewhere("POST", "identity/entity-alias", { body: { id: alias?.id, canonical_id: to } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 200]);
          expect((answer.body["auth"] as { entity_id: string }).entity_id).toBe(to);
        },
      };
    }));

  it("whose entity is merged into another meanwhile: has a token of that one", () =>
    everyWay(async () => {
      const role = await roleWith({}, 5);
      await role.login();
      const from = await entityOf(role);
      const to = String((await server.call("POST", "identity/entity", { body: { name: next() } })).data["id"]);
      const body = { from_entity_ids: [from], to_entity_id: to };
      return {
        request: role.login,
        between: () => elsewhere("POST", "identity/entity/merge", { body }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([200, 204]);
          expect((answer.body["auth"] as { entity_id: string }).entity_id).toBe(to);
        },
      };
    }));

  it("whose token renews itself while its entity is merged into another, or disabled: is of the other, or refused", () =>
    everyWay(async () => {
      const role = await roleWith({}, 5);
      const token = tokenIn(await role.login());
      const from = await entityOf(role);
      const to = String((await server.call("POST", "identity/entity", { body: { name: next() } })).data["id"]);
      return {
        request: () => server.call("POST", "auth/token/renew-self", { token }),
        between: async () => {
          await elsewhere("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: to } });
          return elsewhere("POST", `identity/entity/id/${to}`, { body: { disabled: true } });
        },
        holds: async (answer) => {
          expect([200, 403]).toContain(answer.status);
          expect(await lives(token)).toBe(false);
          await server.call("POST", `identity/entity/id/${to}`, { body: { disabled: false } });
          expect(await lives(token)).toBe(true);
        },
      };
    }));

  it("with a secret id that is made while the role is removed: is refused", () =>
    everyWay(async () => {
      const role = await roleWith({}, 0);
      return {
        request: () => server.call("POST", `${role.at}/secret-id`),
        between: async () => {
          await elsewhere("DELETE", role.at);
          return elsewhere("POST", role.at, { body: { role_id: role.name } });
        },
        holds: async (answer, between) => {
          expect(between?.status).toBe(204);
          const body = { role_id: role.name, secret_id: answer.data["secret_id"] ?? role.secret_id };
          const login = await server.call("POST", "auth/approle/login", { token: null, body });
          // Made for the new role, or good for nothing.
          expect(login.status).toBe(answer.status === 200 && (await isOf(role.at, body.secret_id)) ? 200 : 400);
        },
      };
    }));

  it("for the first time, and once more in between: both are one entity", () =>
    everyWay(async () => {
      const role = await roleWith({}, 2);
      let second = { status: 0, text: "" };
      return {
        request: role.login,
        between: async () => {
          second = await role.again();
          return second;
        },
        holds: async (answer) => {
          expect([answer.status, second.status]).toEqual([200, 200]);
          const { auth } = JSON.parse(second.text) as { auth: { entity_id: string } };
          expect((answer.body["auth"] as { entity_id: string }).entity_id).toBe(auth.entity_id);
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it("whose role id goes to another role meanwhile: has a token of a role it was of", () =>
    everyWay(async () => {
      const role = await roleWith({}, 0);
      await role.login();
      const other = await roleWith({}, 0);
      return {
        request: role.login,
        between: async () => {
          await elsewhere("POST", role.at, { body: { role_id: `${role.name}-before` } });
          return elsewhere("POST", other.at, { body: { role_id: role.name } });
        },
        holds: async (answer) => {
          if (answer.status === 200) {
            expect((answer.body["auth"] as { metadata: object }).metadata).toEqual({ role_name: role.name });
          } else expect(answer.status).toBe(400);
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it("while its role is removed and made again: its secret id is good for nothing afterwards", () =>
    everyWay(async () => {
      const role = await roleWith({}, 0);
      return {
        request: role.login,
        between: async () => {
          await elsewhere("DELETE", role.at);
          return elsewhere("POST", role.at, { body: { role_id: role.name } });
        },
        holds: async () => {
          expect((await role.login()).status).toBe(400);
        },
      };
    }));

  it.each([0, 1])("with %i uses, while its name is locked out: is refused by the lock, and costs nothing", (uses) =>
    everyWay(async () => {
      const role = await roleWith({}, uses);
      return {
        request: role.login,
        between: async () => {
          for (let left = 4; left > 0; left -= 1) {
            await elsewhere("POST", "auth/approle/login", {
              token: null,
              body: { role_id: role.name, secret_id: "no" },
            });
          }
          return elsewhere("POST", "auth/approle/login", {
            token: null,
            body: { role_id: role.name, secret_id: "no" },
          });
        },
        holds: async (answer) => {
          expect([answer.status, answer.body["errors"]]).toEqual([403, ["permission denied"]]);
          await elsewhere(
            "POST",
            `sys/locked-users/${String((await server.call("GET", "sys/auth/approle")).data["accessor"])}/unlock/${role.name}`,
          );
          expect((await role.login()).status).toBe(200);
        },
      };
    }),
  );
});

describe("a secret that is changed by what it was", () => {
  const keep = async (): Promise<string> => {
    const path = `kv/data/${next()}`;
    await server.call("POST", path, { body: { data: { a: 1 } } });
    return path;
  };

  it("cas, with another write in between: one of both is refused", () =>
    everyWay(async () => {
      const path = await keep();
      const body = { data: { b: 2 }, options: { cas: 1 } };
      return {
        request: () => server.call("POST", path, { body }),
        between: () => elsewhere("POST", path, { body }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([200, 400]);
        },
      };
    }));

  it("patch, with another patch in between: has both", () =>
    everyWay(async () => {
      const path = await keep();
      const headers = { "content-type": "application/merge-patch+json" };
      return {
        request: () => server.call("PATCH", path, { headers, body: { data: { b: 2 } } }),
        between: () => elsewhere("PATCH", path, { headers, body: { data: { c: 3 } } }),
        holds: async () => {
          expect((await server.call("GET", path)).data["data"]).toEqual({ a: 1, b: 2, c: 3 });
        },
      };
    }));

  it("patch, with its deletion in between: is not brought back", () =>
    everyWay(async () => {
      const path = await keep();
      const headers = { "content-type": "application/merge-patch+json" };
      return {
        request: () => server.call("PATCH", path, { headers, body: { data: { b: 2 } } }),
        between: () => elsewhere("DELETE", path),
        holds: async (answer) => {
          expect(answer.status).toBe(404);
          expect((await server.call("GET", path)).status).toBe(404);
        },
      };
    }));

  it("a code, shown twice: is right once", () =>
    everyWay(async () => {
      const path = `totp/keys/${next()}`;
      await server.call("POST", path, { body: { key: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" } });
      const at = path.replace("keys", "code");
      const { code } = (await server.call("GET", at)).data;
      return {
        request: () => server.call("POST", at, { body: { code } }),
        between: () => elsewhere("POST", at, { body: { code } }),
        holds: async (answer, between) => {
          expect(between?.status).toBe(200);
          expect([answer.status, answer.data["valid"]]).not.toEqual([200, true]);
        },
      };
    }));
});

describe("a one-time password", () => {
  const issue = async () => {
    await server.call("POST", "ssh/roles/otp", {
      body: { key_type: "otp", default_user: "ada", cidr_list: "192.0.2.0/24" },
    });
    const { data, body } = await server.call("POST", "ssh/creds/otp", { body: { ip: "192.0.2.7" } });
    return { otp: String(data["key"]), lease_id: String(body["lease_id"]) };
  };

  it("verified, and again in between: is good once", () =>
    everyWay(async () => {
      const { otp } = await issue();
      return {
        request: () => server.call("POST", "ssh/verify", { token: null, body: { otp } }),
        between: () => elsewhere("POST", "ssh/verify", { token: null, body: { otp } }),
        holds: async (answer, between) => {
          expect([answer.status, between?.status]).toEqual([400, 200]);
        },
      };
    }));

  it("verified, while its lease is revoked: is good for nothing afterwards", () =>
    everyWay(async () => {
      const { otp, lease_id } = await issue();
      return {
        request: () => server.call("POST", "ssh/verify", { token: null, body: { otp } }),
        between: () => elsewhere("POST", "sys/leases/revoke", { body: { lease_id } }),
        holds: async (_answer, between) => {
          expect(between?.status).toBe(204);
          expect((await server.call("POST", "ssh/verify", { token: null, body: { otp } })).status).toBe(400);
        },
      };
    }));
});

describe("a token role that is changed by what it was", () => {
  it("with another change in between: has both", () =>
    everyWay(async () => {
      const path = `auth/token/roles/${next()}`;
      await server.call("POST", path, { body: { orphan: true } });
      return {
        request: () => server.call("POST", path, { body: { disallowed_policies: "a" } }),
        between: () => elsewhere("POST", path, { body: { renewable: false } }),
        holds: async () => {
          expect((await server.call("GET", path)).data).toMatchObject({
            orphan: true,
            disallowed_policies: ["a"],
            renewable: false,
          });
        },
      };
    }));
});
