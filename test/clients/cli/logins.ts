import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { z } from "zod";
import { done, expect, given, type Ran, type Run, type RunOptions, refused, Skipped, secret } from "./vault.ts";

/**
 * `login -method=…`, for every method the command line has a handler for. Who a caller is, the systems say that the
 * caller of the suite names; a mount carries a name that no other suite uses.
 */

const onlyToken = (method: string, mount: string): readonly string[] => [
  "login",
  "-no-store",
  "-token-only",
  `-method=${method}`,
  `-path=${mount}`,
];

const skipUnknown = ({ out, err }: Ran, method: string): void => {
  if (`${out}${err}`.includes(`Unknown auth method: ${method}`))
    throw new Skipped(`this command line has no handler for ${method}`);
};

/** Logs in, and answers what the token is. Skips where this command line has no such handler. */
const loggedIn = async (
  vault: Run,
  method: string,
  mount: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Readonly<Record<string, unknown>>> => {
  const ran = await vault([...onlyToken(method, mount), ...words], { token: "", ...options });
  skipUnknown(ran, method);
  expect(ran.status === 0, `login -method=${method} ended with ${ran.status}: ${(ran.err || ran.out).slice(-300)}`);
  const token = ran.out.trim();
  expect(/^\S+$/.test(token), `a token alone, not ${ran.out}`);
  return (await secret(vault, "token lookup", token)).data ?? {};
};

const within = async (vault: Run, mount: string, method: string, work: () => Promise<void>): Promise<void> => {
  await done(vault, "auth", "enable", `-path=${mount}`, method);
  try {
    await work();
  } finally {
    await done(vault, "auth", "disable", mount);
  }
};

const policiesOf = (told: Readonly<Record<string, unknown>>): string => JSON.stringify(told["policies"]);

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

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** A command line may end before its page has reached the browser. */
const endedFirst = (): string => "";

/**
 * Goes where the command line says as a browser does, once; `login` says to the provider who this is. Where the server
 * asks for the code that the command line shows, it is typed in there.
 */
const browser = (login: string, visits: Promise<string>[], untilTold = /Waiting for OIDC/) => {
  let gone = false;
  return (text: string): undefined => {
    const [, url] = /^\s+(https?:\/\/\S+)$/m.exec(text) ?? [];
    if (url === undefined || gone || !untilTold.test(text)) return;
    gone = true;
    const [, code] = /enter code (\S+)/.exec(text) ?? [];
    visits.push(
      fetch(`${url}&login=${login}`)
        .then((page) => (code === undefined ? page : fetch(`${page.url}&user_code=${code}`)))
        .then((page) => page.text())
        .catch(endedFirst),
    );
  };
};

const oidc = async (vault: Run): Promise<void> => {
  const { OIDC_URL: url } = given("OIDC_URL");
  await within(vault, "cli-oidc", "oidc", async () => {
    const client = ["oidc_client_id=g-client", "oidc_client_secret=g-client-secret", "default_role=people"];
    await done(vault, "write", "auth/cli-oidc/config", `oidc_discovery_url=${url}`, ...client);
    const port = await freePort();
    const role = {
      user_claim: "email",
      allowed_redirect_uris: [`http://localhost:${port}/oidc/callback`],
      bound_claims: { groups: ["g-dev"] },
      token_policies: ["people"],
    };
    const wrote = await vault(["write", "auth/cli-oidc/role/people", "-"], { input: JSON.stringify(role) });
    expect(wrote.status === 0, wrote.err);
    const words = [`port=${port}`, "listenaddress=127.0.0.1", "skip_browser=true"];
    const visits: Promise<string>[] = [];
    const told = await loggedIn(vault, "oidc", "cli-oidc", words, { told: browser("alice", visits) });
    expect(policiesOf(told) === '["default","people"]', "the role's policies");
    expect(told["display_name"] === "cli-oidc-alice@golden.test", "who it is");
    const { status, err } = await vault([...onlyToken("oidc", "cli-oidc"), ...words], { told: browser("bob", visits) });
    expect(status !== 0 && err.includes("error validating claims"), `another is refused: ${err}`);
    await Promise.all(visits);
    const elsewhere = [...onlyToken("oidc", "cli-oidc"), ...words, "role=none"];
    await refused(vault, 'role "none" could not be found', ...elsewhere);
  });
};

/** The provider's page posts a form, which the command line hands on to the server. */
const posted = async (vault: Run): Promise<void> => {
  const { OIDC_URL: url } = given("OIDC_URL");
  await within(vault, "cli-posted", "oidc", async () => {
    const client = ["oidc_client_id=g-client", "oidc_client_secret=g-client-secret"];
    const answers = ["oidc_response_mode=form_post", "oidc_response_types=id_token", "default_role=people"];
    await done(vault, "write", "auth/cli-posted/config", `oidc_discovery_url=${url}`, ...client, ...answers);
    const port = await freePort();
    const back = `http://localhost:${port}/oidc/callback`;
    await done(vault, "write", "auth/cli-posted/role/people", "user_claim=email", `allowed_redirect_uris=${back}`);
    const visits: Promise<string>[] = [];
    const submit = async (asked: string): Promise<string> => {
      const page = await fetch(`${asked}&login=alice`, { redirect: "manual" });
      const { state, id_token } = z.object({ state: z.string(), id_token: z.string() }).parse(await page.json());
      const answer = await fetch(back, { method: "POST", body: new URLSearchParams({ state, id_token }) });
      return answer.text();
    };
    const told = (text: string): undefined => {
      const [, asked] = /^\s+(https?:\/\/\S+)$/m.exec(text) ?? [];
      if (asked !== undefined && visits.length === 0 && /Waiting for OIDC/.test(text))
        visits.push(submit(asked).catch(endedFirst));
    };
    const words = [`port=${port}`, "listenaddress=127.0.0.1", "skip_browser=true"];
    const shown = await loggedIn(vault, "oidc", "cli-posted", words, { told });
    expect(shown["display_name"] === "cli-posted-alice@golden.test", "who it is");
    await Promise.all(visits);
  });
};

/** OpenBao's: the provider sends the browser to the server, and the command line asks the server how it went. */
const direct = async (vault: Run): Promise<void> => {
  const { OIDC_URL: url } = given("OIDC_URL");
  await within(vault, "cli-direct", "oidc", async () => {
    const client = ["oidc_client_id=g-client", "oidc_client_secret=g-client-secret"];
    await done(vault, "write", "auth/cli-direct/config", `oidc_discovery_url=${url}`, ...client);
    const { out: help } = await vault(["auth", "help", "oidc"]);
    if (!help.includes("callbackmode")) throw new Skipped("this command line has no such mode");
    const { SERVER_ADDRESS: address } = given("SERVER_ADDRESS");
    const back = `allowed_redirect_uris=${address}/v1/auth/cli-direct/oidc/callback`;
    await done(vault, "write", "auth/cli-direct/role/people", "user_claim=email", back, "callback_mode=direct");
    const words = ["role=people", "callbackmode=direct", "skip_browser=true"];
    const visits: Promise<string>[] = [];
    const told = await loggedIn(vault, "oidc", "cli-direct", words, {
      told: browser("alice", visits, /enter code \S+\s/),
    });
    expect(told["display_name"] === "cli-direct-alice@golden.test", "who it is");
    expect((await Promise.all(visits)).join().includes("Logged in"), "the browser is told so");
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

/** The code an authenticator shows for an `otpauth` URL now. */
const codeOf = (url: string): string => {
  const asked = new URL(url).searchParams;
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...(asked.get("secret") ?? "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / Number(asked.get("period")))));
  const digest = createHmac(asked.get("algorithm") ?? "", key)
    .update(counter)
    .digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
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
        return `${codeOf(url)}\n`;
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
  "login -method=oidc: a browser comes back to the command line": oidc,
  "login -method=oidc: a browser brings a form back": posted,
  "login -method=oidc: a browser comes back to the server": direct,
  "jwt: a provider's token, written to login": jwt,
  "login -method=github: a token of a member": github,
  "login -method=cert: a client's certificate": cert,
  "login -method=kubernetes: a service account's token": kubernetes,
  "login -method=userpass: the second factor is asked for at the terminal": secondFactor,
};
