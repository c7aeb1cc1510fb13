import type { Attempt } from "../../../../../src/core/challenges/work.ts";
import { makeContext } from "../../../../../src/core/request/context.ts";
import { accountRecord, ORDERS, StoredOrder } from "../../../../../src/engines/pki/acme/records.ts";
import type { BackendContext, Challenge, ChallengeFailure, CrashPoint } from "../../../../../src/framework/index.ts";
import { as, type MountPath } from "../../../../../src/std/brand.ts";
import { uuid } from "../../../../../src/std/random.ts";
import { AcmeClient, CLUSTER, type KeyKind, makeKey } from "../../../../support/acme-client.ts";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";

/** Writes of one transaction. */
const AT_ONCE = 100;

/** A server with a mount `pki` that serves ACME, and a network that says what a test wants. */
export interface AcmeWorld {
  readonly server: TestServer;
  /** What was checked, in order. */
  readonly checked: Challenge[];
  /** What the network says next; empty: that it is proved. */
  readonly failures: ChallengeFailure[];
  /** Carries out what is open. */
  check(): Promise<void>;
  client(kind?: KeyKind, directory?: string): Promise<AcmeClient>;
  configure(config: object): Promise<void>;
  close(): Promise<void>;
}

/** The type of a problem. Source: RFC 8555, section 6.7. */
export const problemType = (name: string): string => `urn:ietf:params:acme:error:${name}`;

/** What a backend of the mount gets. */
export const contextOf = async ({ core }: TestServer): Promise<BackendContext> => {
  const mount = (await core.config.snapshot()).mounts.get(as<MountPath>("pki/"));
  if (!mount) throw new Error("no mount");
  return makeContext(core, mount, { generatePassword: core.passwords.generate });
};

/** Gives the account of a client so many copies of an order, without authorizations. */
export const copyOrder = async (server: TestServer, client: AcmeClient, location: string, copies: number) => {
  const { storage, random } = await contextOf(server);
  const account = accountRecord(client.kid?.split("/").at(-1) ?? "");
  const order = await storage.get(storage.record(account, `${ORDERS}${location.split("/").at(-1)}`));
  const body = StoredOrder.parse(order?.body);
  for (let left = copies; left > 0; left -= AT_ONCE) {
    await storage.write(
      Array.from({ length: Math.min(left, AT_ONCE) }, () => {
        const id = uuid(random);
        const copy = { ...body, id, authorizations: [] };
        return { op: "put", address: storage.record(account, `${ORDERS}${id}`), body: copy, when: "absent" } as const;
      }),
    );
  }
};

export const makeAcmeWorld = async (options: { readonly crash?: CrashPoint } = {}): Promise<AcmeWorld> => {
  const checked: Challenge[] = [];
  const failures: ChallengeFailure[] = [];
  const attempt: Attempt = async (challenge) => {
    checked.push(challenge);
    return failures.shift();
  };
  const server = await makeServer({ attempt, ...options });
  const write = async (path: string, body: object): Promise<void> => {
    const { status, text } = await server.call("POST", path, { body });
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
  };
  await write("sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  await write("pki/root/generate/internal", { common_name: "Root", key_type: "ec", ttl: "80000h" });
  await write("pki/config/cluster", { path: CLUSTER, aia_path: CLUSTER });
  await write("pki/roles/web", {
    allowed_domains: "example.com",
    allow_subdomains: true,
    key_type: "any",
    no_store: false,
    ttl: "24h",
  });
  await write("pki/config/acme", { enabled: true });
  return {
    server,
    checked,
    failures,
    check: async () => {
      await server.core.challengeWork.pass(server.clock.now() + 60_000);
    },
    client: async (kind = "ES256", directory = "acme") => new AcmeClient(server, await makeKey(kind), directory),
    configure: (config) => write("pki/config/acme", config),
    close: () => server.dynamo.close(),
  };
};
