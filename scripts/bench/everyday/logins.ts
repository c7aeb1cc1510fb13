import { generateKeyPairSync, sign } from "node:crypto";
import { codeAt, keyFromBase32 } from "../../../src/otp/index.ts";
import { seconds, systemClock } from "../../../src/std/time.ts";
import type { Operation } from "../operation.ts";
import { textAt, type World } from "../world.ts";

/** What logins need later: renewal of their tokens, secret ids, codes of a second factor. */

const PASSWORD = { password: "a long enough password" };

const loggedIn = async ({ call }: World, path: string, body: object) =>
  textAt(await call("POST", path, { token: "", body }), "auth", "client_token");

const renewal = ({ call }: World, method: string, token: string): Operation => ({
  name: `token renew-self, ${method} login`,
  budget: { dynamodb: 3 },
  run: () => call("POST", "auth/token/renew-self", { token }),
});

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const jwtLogin = async (world: World): Promise<string> => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  await world.mount("auth", "jwt", "auth/jwt/");
  await world.call("POST", "auth/jwt/config", { body: { jwt_validation_pubkeys: [pem] } });
  const role = { role_type: "jwt", user_claim: "sub", bound_subject: "app", token_policies: ["app"] };
  await world.call("POST", "auth/jwt/role/app", { body: role });
  const iat = Math.floor(systemClock.now() / 1000);
  const text = `${encoded({ alg: "ES256" })}.${encoded({ sub: "app", iat, exp: iat + 600 })}`;
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return loggedIn(world, "auth/jwt/login", { role: "app", jwt: `${text}.${signature.toString("base64url")}` });
};

const appRole = async (world: World, token: string): Promise<readonly Operation[]> => {
  const { call } = world;
  const at = "auth/approle/role/app/secret-id";
  const roleId = textAt(await call("GET", "auth/approle/role/app/role-id"), "data", "role_id");
  const secretId = textAt(await call("POST", at, { body: {} }), "data", "secret_id");
  const own = await loggedIn(world, "auth/approle/login", { role_id: roleId, secret_id: secretId });
  const headers = { "x-vault-wrap-ttl": "60" };
  return [
    renewal(world, "AppRole", own),
    { name: "secret id", budget: { dynamodb: 2 }, run: () => call("POST", at, { token, body: {} }) },
    { name: "secret id, wrapped", budget: { dynamodb: 3 }, run: () => call("POST", at, { token, body: {}, headers }) },
  ];
};

/** Logins that need a code. Each run has a key of its own, since a code is good once. */
const secondFactor = async (world: World): Promise<readonly Operation[]> => {
  const { call } = world;
  await world.mount("auth", "userpass", "auth/people/");
  await call("POST", "auth/people/users/ada", { body: { ...PASSWORD, token_policies: ["app"] } });
  const login = (headers = {}) => call("POST", "auth/people/login/ada", { token: "", body: PASSWORD, headers });
  const first = await login();
  const made = await call("POST", "identity/mfa/method/totp", { body: { issuer: "zeroth" } });
  const ids = { method_id: textAt(made, "data", "method_id"), entity_id: textAt(first, "auth", "entity_id") };
  const accessor = textAt(await call("GET", "sys/auth/people"), "data", "accessor");
  await call("POST", "identity/mfa/login-enforcement/people", {
    body: { mfa_method_ids: [ids.method_id], auth_method_accessors: [accessor] },
  });
  const code = async (): Promise<string> => {
    await call("POST", "identity/mfa/method/totp/admin-destroy", { body: ids });
    const shown = await call("POST", "identity/mfa/method/totp/admin-generate", { body: ids });
    const key = keyFromBase32(new URL(textAt(shown, "data", "url")).searchParams.get("secret") ?? "");
    if (typeof key === "number") throw new Error("the method showed no key");
    return codeAt(key, { algorithm: "SHA1", digits: 6, period: seconds(30) }, systemClock.now()).code;
  };
  const waiting = async (): Promise<string> => {
    const passcode = await code();
    const requestId = textAt(await login(), "auth", "mfa_requirement", "mfa_request_id");
    return JSON.stringify({ mfa_request_id: requestId, mfa_payload: { [ids.method_id]: [passcode] } });
  };
  return [
    {
      name: "userpass login with a code",
      budget: { dynamodb: 5 },
      prepare: code,
      run: (passcode) => login({ "x-vault-mfa": `${ids.method_id}:${passcode}` }),
    },
    { name: "userpass login that waits for a code", budget: { dynamodb: 2 }, run: () => login() },
    {
      name: "code of a login that waits",
      budget: { dynamodb: 5 },
      prepare: waiting,
      run: (body) => call("POST", "sys/mfa/validate", { token: "", body: JSON.parse(body) }),
    },
  ];
};

/** Uses the methods that the other operations mounted. */
export const loginOperations = async (world: World, token: string): Promise<readonly Operation[]> => [
  renewal(world, "userpass", await loggedIn(world, "auth/userpass/login/alice", PASSWORD)),
  renewal(world, "jwt", await jwtLogin(world)),
  ...(await appRole(world, token)),
  ...(await secondFactor(world)),
];
