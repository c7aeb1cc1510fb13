import { z } from "zod";
import { freePort } from "../../support/free-port.ts";
import { loggedIn, onlyToken, policiesOf, within } from "./login.ts";
import { done, expect, given, type Run, refused, Skipped } from "./vault.ts";

/** `login -method=oidc` with a browser that goes where it is told, in each of the ways it can come back. */

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

export const BROWSER_LOGINS = {
  "login -method=oidc: a browser comes back to the command line": oidc,
  "login -method=oidc: a browser brings a form back": posted,
  "login -method=oidc: a browser comes back to the server": direct,
} satisfies Readonly<Record<string, (vault: Run) => Promise<void>>>;
