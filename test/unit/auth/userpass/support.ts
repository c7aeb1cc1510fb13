import { userpassAuth } from "../../../../src/auth/userpass/backend.ts";
import { createPasswords, type Derive, type Passwords } from "../../../../src/auth/userpass/passwords.ts";
import type { BackendContext, LoginGrant, LoginRenewal } from "../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { seconds } from "../../../../src/std/time.ts";
import { createHarness, type Harness } from "../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../support/memory-view.ts";

/** A mount whose hash is cheap and counted. */
export interface CountedPasswords extends Passwords {
  /** Every derivation, in order: whether it was for a salt that some user has. */
  readonly derived: string[];
}

export const countedPasswords = (): CountedPasswords => {
  const derived: string[] = [];
  const derive: Derive = async (password, salt) => {
    derived.push(Buffer.from(salt).toString("hex"));
    const out = Buffer.alloc(32, 7);
    for (const [index, byte] of [...password, ...salt].entries()) {
      out[index % 32] = ((out[index % 32] ?? 0) * 31 + byte + 1) & 0xff;
    }
    return out;
  };
  return { ...createPasswords({ derive }), derived };
};

export interface UserpassMount {
  readonly view: MemoryView;
  readonly passwords: CountedPasswords;
  readonly request: Harness["request"];
  login(name: string, password?: string, context?: Partial<BackendContext>): Promise<LoginGrant>;
  renew(
    grant: LoginGrant,
    policies: readonly string[],
    context?: Partial<BackendContext>,
  ): Promise<LoginGrant | undefined>;
}

const clock = { now: () => Date.UTC(2030, 0, 1) };

export const createMount = (): UserpassMount => {
  const view = createMemoryView();
  const passwords = countedPasswords();
  const backend = userpassAuth(passwords);
  const { request } = createHarness(backend, { view, clock });
  return {
    view,
    passwords,
    request,
    login: async (name, password, context = {}) => {
      const body: JsonObject = password === undefined ? {} : { password };
      const { reply } = await createHarness(backend, { view, clock, context }).request("update", `login/${name}`, body);
      if (!reply?.auth) throw new Error("the login gave no grant");
      return reply.auth;
    },
    renew: async (grant, policies, context = {}) => {
      const renewal: LoginRenewal = {
        internal: grant.internal ?? {},
        policies,
        metadata: grant.metadata,
        increment: seconds(0),
      };
      // renewal uses these members of the context alone
      const cx = { storage: view, clock, sourceAddress: "", ...context } as unknown as BackendContext;
      return backend.renewLogin?.(renewal, cx);
    },
  };
};
