import { readFile } from "node:fs/promises";
import { make } from "../../golden/make.ts";
import { BROWSER_LOGINS } from "./browser-logins.ts";
import { loggedIn, onlyToken, policiesOf, within } from "./login.ts";
import { done, expect, given, type Run, refused, secret } from "./vault.ts";

/**
 * `login -method=…`, for every method the command line has a handler for. The systems that vouch for people are named by
 * whoever runs the suite; each mount has a name that no other suite uses.
 */

const ldap = async (vault: Run): Promise<void> => {
  const { LDAP_URL: url } = given("LDAP_URL");
  await within(vault, "cli-ldap", "ldap", async () => {
    const base = "dc=golden,dc=test";
    const where = [`url=${url}`, `userdn=ou=people,${base}`, `groupdn=ou=groups,${base}`];
    const binder = [`binddn=cn=binder,${base}`, "bindpass=binder-pw"];
    await done(vault, "write", "auth/cli-ldap/config", ...where, ...binder);
    await done(vault, "write", "auth/cli-ldap/groups/g-dev", "policies=dev");
    const told = await loggedIn(vault, "ldap", "cli-ldap", ["username=alice", "password=alice-pw"]);
    expect(policiesOf(told) === '["default","dev"]' && told["display_name"] === "cli-ldap-alice", "who it is");
    const asked = await loggedIn(vault, "ldap", "cli-ldap", ["username=alice"], {
      environment: { VAULT_LDAP_PASSWORD: "alice-pw", BAO_LDAP_PASSWORD: "alice-pw" },
    });
    expect(policiesOf(asked) === '["default","dev"]', "the password may come from the environment");
    const wrong = [...onlyToken("ldap", "cli-ldap"), "username=alice", "password=bob-pw"];
    await refused(vault, "ldap operation failed", ...wrong);
  });
};

const jwt = async (vault: Run): Promise<void> => {
  const { OIDC_URL: url, JWT: token } = given("OIDC_URL", "JWT");
  await within(vault, "cli-jwt", "jwt", async () => {
    await done(vault, "write", "auth/cli-jwt/config", `jwks_url=${url}/jwks`, `bound_issuer=${url}`);
    const role = ["role_type=jwt", "user_claim=sub", "bound_audiences=g-client", "token_policies=web"];
    await done(vault, "write", "auth/cli-jwt/role/web", ...role);
    // A login by hand: no command line has a handler for tokens.
    const made = await secret(vault, "write", "auth/cli-jwt/login", "role=web", `jwt=${token}`);
    const told = (await secret(vault, "token lookup", made.auth?.client_token ?? "")).data ?? {};
    expect(policiesOf(told) === '["default","web"]' && told["display_name"] === "cli-jwt-g-alice", "who it is");
    await refused(vault, "error validating token", "write", "auth/cli-jwt/login", "role=web", `jwt=${token}x`);
  });
};

const github = async (vault: Run): Promise<void> => {
  const { GITHUB_URL: url } = given("GITHUB_URL");
  await within(vault, "cli-github", "github", async () => {
    await done(vault, "write", "auth/cli-github/config", "organization=zeroth-org", `base_url=${url}`);
    await done(vault, "write", "auth/cli-github/map/teams/core-team", "value=team");
    const told = await loggedIn(vault, "github", "cli-github", ["token=ghp_ann"]);
    expect(policiesOf(told) === '["default","team"]' && told["display_name"] === "cli-github-ann", "who it is");
    await refused(vault, "user is not part of required org", ...onlyToken("github", "cli-github"), "token=ghp_eve");
  });
};

const cert = async (vault: Run): Promise<void> => {
  const { TLS_ADDRESS, TLS_CA, TLS_CLIENT_CERT, TLS_CLIENT_KEY } = given(
    "TLS_ADDRESS",
    "TLS_CA",
    "TLS_CLIENT_CERT",
    "TLS_CLIENT_KEY",
  );
  const secured: Run = (args, options = {}) =>
    vault(args, { ...options, environment: { VAULT_ADDR: TLS_ADDRESS, VAULT_CACERT: TLS_CA } });
  await within(secured, "cli-cert", "cert", async () => {
    const authority = `certificate=${await readFile(TLS_CA, "utf8")}`;
    const role = [authority, "allowed_common_names=ann", "token_policies=people"];
    await done(secured, "write", "auth/cli-cert/certs/ann", ...role);
    const shown = [`-client-cert=${TLS_CLIENT_CERT}`, `-client-key=${TLS_CLIENT_KEY}`, "name=ann"];
    const told = await loggedIn(secured, "cert", "cli-cert", shown);
    expect(policiesOf(told) === '["default","people"]' && told["display_name"] === "cli-cert-ann", "who it is");
    await refused(secured, "certificate", ...onlyToken("cert", "cli-cert"), "name=ann");
  });
};

const kubernetes = async (vault: Run): Promise<void> => {
  const { KUBERNETES_URL, KUBERNETES_CA, KUBERNETES_JWT, KUBERNETES_REVIEWER_JWT } = given(
    "KUBERNETES_URL",
    "KUBERNETES_CA",
    "KUBERNETES_JWT",
    "KUBERNETES_REVIEWER_JWT",
  );
  await within(vault, "cli-kubernetes", "kubernetes", async () => {
    const ca = `kubernetes_ca_cert=${await readFile(KUBERNETES_CA, "utf8")}`;
    const cluster = [`kubernetes_host=${KUBERNETES_URL}`, ca, `token_reviewer_jwt=${KUBERNETES_REVIEWER_JWT}`];
    await done(vault, "write", "auth/cli-kubernetes/config", ...cluster);
    const bound = ["bound_service_account_names=g-app", "bound_service_account_namespaces=g-prod"];
    await done(vault, "write", "auth/cli-kubernetes/role/app", ...bound, "token_policies=app");
    const words = ["role=app", `jwt=${KUBERNETES_JWT}`];
    const told = await loggedIn(vault, "kubernetes", "cli-kubernetes", words);
    expect(policiesOf(told) === '["app","default"]', "the role's policies");
    expect(told["display_name"] === "cli-kubernetes-g-prod-g-app", "who it is");
  });
};

const secondFactor = async (vault: Run): Promise<void> => {
  await within(vault, "cli-second", "userpass", async () => {
    await done(vault, "write", "auth/cli-second/users/ann", "password=a password", "token_policies=people");
    const words = ["username=ann", "password=a password"];
    const { entity_id } = await loggedIn(vault, "userpass", "cli-second", words);
    const method = (await done(vault, "write", "-field=method_id", "identity/mfa/method/totp", "issuer=Zeroth")).trim();
    const generate = "identity/mfa/method/totp/admin-generate";
    const key = [`method_id=${method}`, `entity_id=${entity_id}`];
    const url = (await done(vault, "write", "-field=url", generate, ...key)).trim();
    const mounts = JSON.parse(await done(vault, "auth", "list", "-format=json"));
    const rule = [`mfa_method_ids=${method}`, `auth_method_accessors=${mounts["cli-second/"].accessor}`];
    await done(vault, "write", "identity/mfa/login-enforcement/cli-second", ...rule);
    try {
      const command = ["login", "-no-store", "-method=userpass", "-path=cli-second", ...words];
      const told = await vault(command, { token: "" });
      expect(told.out.includes("mfa_request_id") || told.out.includes("mfa_requirement"), `it waits: ${told.out}`);
      // Another system's `script` makes a terminal in another way.
      if (process.platform !== "linux") return;
      let asked = false;
      const typed = (text: string): string | undefined => {
        if (asked || !/Enter the passphrase/.test(text)) return undefined;
        asked = true;
        return `${make("totp", [url, 0], Date.now())}\n`;
      };
      const { status, out } = await vault(command, { token: "", terminal: true, told: typed });
      expect(status === 0 && /token\s+hvs\./.test(out) && /"?people"?/.test(out), `asked at the terminal: ${out}`);
    } finally {
      await done(vault, "delete", "identity/mfa/login-enforcement/cli-second");
      await done(vault, "delete", `identity/mfa/method/totp/${method}`);
    }
  });
};

export const LOGINS: Readonly<Record<string, (vault: Run) => Promise<void>>> = {
  "login -method=ldap: a name and a password of a directory": ldap,
  ...BROWSER_LOGINS,
  "jwt: a provider's token, written to login": jwt,
  "login -method=github: a token of a member": github,
  "login -method=cert: a client's certificate": cert,
  "login -method=kubernetes: a service account's token": kubernetes,
  "login -method=userpass: the second factor is asked for at the terminal": secondFactor,
};
