import { approleAuth } from "../../../../src/auth/approle/backend.ts";
import {
  type BackendContext,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { seconds } from "../../../../src/std/time.ts";
import { untilWritten } from "../../../../src/storage/change.ts";
import { createHarness, type Harness } from "../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../support/memory-view.ts";
import { createTestClock, type TestClock } from "../../../support/storage.ts";

export interface Issued {
  readonly secret_id: string;
  readonly secret_id_accessor: string;
  readonly secret_id_num_uses: number;
  readonly secret_id_ttl: number;
}

/** A mount of the method over a map, on a clock the test moves. */
export interface ApproleMount {
  readonly view: MemoryView;
  readonly clock: TestClock;
  readonly request: Harness["request"];
  role(name: string, fields?: JsonObject): Promise<void>;
  issue(role: string, fields?: JsonObject): Promise<Issued>;
  /** What the method vouches for, with the use not spent yet. */
  readonly prove: ApproleMount["login"];
  login(role_id: string, secret_id?: string, context?: Partial<BackendContext>): Promise<LoginGrant>;
  renew(grant: LoginGrant): Promise<LoginGrant | undefined>;
}

export const createMount = (): ApproleMount => {
  const view = createMemoryView();
  const clock = createTestClock();
  const backend = approleAuth();
  const { request } = createHarness(backend, { view, clock });
  const prove: ApproleMount["login"] = async (role_id, secret_id, context = {}) => {
    const body = secret_id === undefined ? { role_id } : { role_id, secret_id };
    const { reply } = await createHarness(backend, { view, clock, context }).request("update", "login", body);
    if (!reply?.auth) throw new Error("the login gave no grant");
    return reply.auth;
  };
  return {
    view,
    clock,
    request,
    role: async (name, fields = {}) => {
      await request("update", `role/${name}`, { role_id: `id-${name.toLowerCase()}`, ...fields });
    },
    issue: async (role, fields = {}) => (await request("update", `role/${role}/secret-id`, fields)).data,
    prove,
    login: async (...presented) => {
      const grant = await prove(...presented);
      const { spend } = grant;
      // As core does it in the transaction that makes the token.
      if (spend) await untilWritten(async () => view.write(await spend()));
      return grant;
    },
    renew: async ({ internal, metadata }) => {
      const renewal: LoginRenewal = { internal: internal ?? {}, policies: [], metadata, increment: seconds(0) };
      // renewal uses the storage of the context alone
      return backend.renewLogin?.(renewal, { storage: view } as unknown as BackendContext);
    },
  };
};

export const failed = async (work: Promise<unknown>): Promise<VaultError> => {
  try {
    await work;
  } catch (cause) {
    if (cause instanceof VaultError) return cause;
    throw cause;
  }
  throw new Error("it succeeded");
};
