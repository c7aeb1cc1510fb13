import type { Operation } from "../operation.ts";
import { textAt, type World } from "../world.ts";

/** What applications do with tokens and wrapped answers besides making them and looking at their own. */

export const tokenOperations = async ({ call }: World, token: string): Promise<readonly Operation[]> => {
  const make = (more: object = {}) =>
    call("POST", "auth/token/create-orphan", { body: { policies: ["app"], ttl: "1h", ...more } });
  const made = async (more?: object) => textAt(await make(more), "auth", "client_token");
  const accessor = textAt(await make(), "auth", "accessor");
  const counted = await made({ num_uses: 1000 });
  await call("POST", "auth/token/roles/app", { body: { allowed_policies: ["app"], orphan: true } });
  const ofRole = textAt(
    await call("POST", "auth/token/create/app", { body: { policies: ["app"] } }),
    "auth",
    "client_token",
  );
  const wrapped = async () => {
    const headers = { "x-vault-wrap-ttl": "60" };
    return textAt(await call("POST", "sys/wrapping/wrap", { body: { a: "1" }, headers }), "wrap_info", "token");
  };
  const renewal = (name: string, dynamodb: number, own: string): Operation => ({
    name,
    budget: { dynamodb },
    run: () => call("POST", "auth/token/renew-self", { token: own }),
  });
  const inBody = (one: string) => ({ token, body: { token: one } });
  return [
    renewal("token renew-self", 2, token),
    renewal("token renew-self, of a role", 3, ofRole),
    {
      name: "KV read, a token with uses",
      budget: { dynamodb: 2 },
      run: () => call("GET", "secret/data/app", { token: counted }),
    },
    {
      name: "token look-up by accessor",
      budget: { dynamodb: 2 },
      run: () => call("POST", "auth/token/lookup-accessor", { token, body: { accessor } }),
    },
    {
      name: "token revoke-self",
      budget: { dynamodb: 6 },
      prepare: () => made(),
      run: (own) => call("POST", "auth/token/revoke-self", { token: own }),
    },
    {
      name: "wrapping look-up",
      budget: { dynamodb: 1 },
      prepare: wrapped,
      run: (one) => call("POST", "sys/wrapping/lookup", { token: one }),
    },
    {
      name: "wrapping look-up, in the body",
      budget: { dynamodb: 1 },
      prepare: wrapped,
      run: (one) => call("POST", "sys/wrapping/lookup", inBody(one)),
    },
    {
      name: "unwrap, in the body",
      budget: { dynamodb: 2 },
      prepare: wrapped,
      run: (one) => call("POST", "sys/wrapping/unwrap", inBody(one)),
    },
  ];
};
