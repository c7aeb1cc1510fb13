import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createFirstRequests, type FirstRequests } from "../../../../scripts/bench/first-request.ts";
import { respond, textAt } from "../../../../scripts/bench/world.ts";
import { seal, unseal } from "../../../../src/core/config/seal.ts";
import type { Server } from "../../../../src/server.ts";

/**
 * Somebody changes something while a new environment makes its first request: before its first round, or its second, up
 * to the last. Whatever that request still saw, the next one sees the change.
 */

const POLICY = `path "secret/*" { capabilities = ["read"] } path "fresh/*" { capabilities = ["read"] }`;

let first: FirstRequests;
/** Serves every other request, and knows everything already. */
let main: Server;
beforeAll(async () => {
  first = await createFirstRequests();
  main = first.world.another();
  await first.world.call("POST", "sys/policies/acl/entity", { body: { policy: POLICY } });
  await main.core.config.now();
});
afterAll(() => first.world.close());

const root = (method: string, path: string, body?: unknown) =>
  respond(main, method, path, { token: first.world.root, body });

interface Change {
  readonly name: string;
  /** What the caller reads. */
  readonly path: string;
  readonly before?: () => Promise<unknown>;
  readonly change: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
  /** What a request may be answered that began before the change. */
  readonly meanwhile: readonly number[];
  /** What the next one is answered. */
  readonly next: number;
}

const mounted = async (): Promise<void> => {
  await root("POST", "sys/mounts/fresh", { type: "kv", options: { version: "2" } });
  await root("POST", "fresh/data/app", { data: { from: "fresh" } });
};

const CHANGES: readonly Change[] = [
  {
    name: "a policy is taken away",
    path: "secret/data/app",
    change: () => root("DELETE", "sys/policies/acl/entity"),
    after: () => root("POST", "sys/policies/acl/entity", { policy: POLICY }),
    meanwhile: [200, 403],
    next: 403,
  },
  {
    name: "a policy is given",
    path: "secret/data/app",
    before: () => root("POST", "sys/policies/acl/entity", { policy: `path "other" { capabilities = ["read"] }` }),
    change: () => root("POST", "sys/policies/acl/entity", { policy: POLICY }),
    meanwhile: [200, 403],
    next: 200,
  },
  {
    name: "the server is sealed",
    path: "secret/data/app",
    change: () => seal(main.core),
    after: () => unseal(main.core),
    meanwhile: [200, 503],
    next: 503,
  },
  {
    name: "all keys are rotated",
    path: "secret/data/app",
    change: () => root("POST", "sys/rotate"),
    meanwhile: [200],
    next: 200,
  },
  {
    name: "all keys are rotated and the secret is written",
    path: "secret/data/app",
    change: async () => {
      await root("POST", "sys/rotate");
      await root("POST", "secret/data/app", { data: { from: "secret" } });
    },
    meanwhile: [200],
    next: 200,
  },
  {
    name: "a mount is made",
    path: "fresh/data/app",
    change: mounted,
    after: () => root("DELETE", "sys/mounts/fresh"),
    // Before there is one, the caller learns no more than that it may not.
    meanwhile: [200, 403, 404],
    next: 200,
  },
  {
    name: "a mount is removed, and its keys emptied",
    path: "fresh/data/app",
    before: mounted,
    change: () => root("DELETE", "sys/mounts/fresh"),
    // Its keys may go between two rounds: then nothing opens.
    meanwhile: [200, 403, 404, 500],
    next: 404,
  },
];

/** As many as a first read has, and the moment after it. */
const ROUNDS = [1, 2, 3, 4];

describe.each(CHANGES)("while $name", ({ path, before, change, after, meanwhile, next: status }) => {
  it.each(ROUNDS)("before round %i of a first request", async (at) => {
    await before?.();
    const server = first.environment("kv");
    const read = () => respond(server, "GET", path, { token: first.token });
    let answered: Awaited<ReturnType<typeof read>> | undefined;
    let changed = false;

    await first.rounds.of(
      async () => {
        answered = await read();
      },
      async (round) => {
        if (round !== at) return;
        changed = true;
        await change();
      },
    );
    // A request that ends sooner is followed by the change.
    if (!changed) await change();

    expect(meanwhile).toContain(answered?.status);
    const next = await read();
    expect(next.status).toBe(status);
    if (status === 200) expect(next.text).toMatch(path.startsWith("fresh") ? /"from":"fresh"/ : /"(?:from|password)":/);
    await after?.();
  });
});

describe("a role that is removed while a new environment logs in by it", () => {
  it.each(ROUNDS)("before round %i, gives no token from then on", async (at) => {
    const role_id = `brief-${at}`;
    const role = `auth/approle/role/${role_id}`;
    await root("POST", role, { role_id });
    const made = await first.world.call("POST", `${role}/secret-id`, { body: {} });
    const body = { role_id, secret_id: textAt(made, "data", "secret_id") };
    const server = first.environment("login");
    const login = () => respond(server, "POST", "auth/approle/login", { body });
    let answered: Awaited<ReturnType<typeof login>> | undefined;

    await first.rounds.of(
      async () => {
        answered = await login();
      },
      async (round) => {
        if (round === at) await root("DELETE", role);
      },
    );

    expect([200, 400]).toContain(answered?.status);
    expect((await login()).status).toBe(400);
  });
});

describe("an entity that is disabled while a new environment logs in as it", () => {
  it.each([...ROUNDS, 5])("before round %i, gets no token once it is disabled", async (at) => {
    const server = first.environment("login");
    const body = { role_id: "open" };
    const before = await respond(main, "POST", "auth/approle/login", { body });
    const entity = textAt(JSON.parse(before.text), "auth", "entity_id");
    const disable = (disabled: boolean) => root("POST", `identity/entity/id/${entity}`, { disabled });
    let status: number | undefined;

    await first.rounds.of(
      async () => {
        status = (await respond(server, "POST", "auth/approle/login", { body })).status;
      },
      async (round) => {
        if (round === at) await disable(true);
      },
    );
    await disable(false);

    expect(status).toBe(403);
  });
});

describe("a token that is revoked while a new environment reads it", () => {
  it.each(ROUNDS)("before round %i, is refused from then on", async (at) => {
    const made = await first.world.call("POST", "auth/token/create", { body: { policies: ["entity"] } });
    const token = textAt(made, "auth", "client_token");
    const server = first.environment("kv");

    await first.rounds.of(
      () => respond(server, "GET", "secret/data/app", { token }),
      async (round) => {
        if (round === at) await root("POST", "auth/token/revoke", { token });
      },
    );
    await root("POST", "auth/token/revoke", { token });

    expect((await respond(server, "GET", "secret/data/app", { token })).status).toBe(403);
  });
});
