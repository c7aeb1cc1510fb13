import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Answered } from "../../../support/make-server.ts";
import {
  APP,
  claimsOf,
  createWorld,
  PUBLIC_KEY,
  REVIEWER_TOKEN,
  ROLE,
  reset,
  tokenOf,
  UID,
  type World,
} from "./support.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => reset(world));

const errors = ({ status, body }: Answered) => [status, ...(body["errors"] as string[])];
const auth = ({ body }: Answered) =>
  body["auth"] as { client_token: string; metadata: Record<string, string>; entity_id: string };

describe("a login with the token of a service account", () => {
  it("is named after namespace and name, and known by its uid", async () => {
    const answer = await world.login();

    expect(auth(answer).metadata).toEqual({
      role: "app",
      service_account_name: "app",
      service_account_namespace: "prod",
      service_account_secret_name: "",
      service_account_uid: UID,
    });
    const { data } = await world.server.call("GET", "auth/token/lookup-self", { token: auth(answer).client_token });
    expect(data["display_name"]).toBe("kubernetes-prod-app");
  });

  it("is reviewed with its own token where there is no reviewer, and with the reviewer's where there is one", async () => {
    await world.login();
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world.login();

    expect(world.cluster.seen.map((line) => line.split(" by ")[1])).toEqual(["prod:app", "g-system:g-reviewer"]);
    expect(world.cluster.reviews).toEqual(Array(2).fill({ token: APP, audiences: ["vault"] }));
  });

  it("asks for the token's own audiences where the role names none", async () => {
    await world.role({ ...ROLE, audience: "" });
    await world.login(tokenOf(claimsOf("prod", "app", { aud: "one-text" })));
    await world.login(tokenOf(claimsOf("prod", "app", { aud: undefined })));

    expect(world.cluster.reviews.map(({ audiences }) => audiences)).toEqual([["one-text"], undefined]);
  });

  it("V42: gets one answer for a wrong key, a refused review and a cluster that does not answer", async () => {
    const stranger = tokenOf(
      claimsOf("prod", "app", { "kubernetes.io": { namespace: "prod", serviceaccount: { name: "app", uid: "x" } } }),
    );
    const answers = [await world.login(stranger)];
    await world.configure({ pem_keys: [PUBLIC_KEY] });
    answers.push(await world.login(`${APP.slice(0, -8)}AAAAAAAA`));
    await world.configure({ kubernetes_host: "http://127.0.0.1:1" });
    answers.push(await world.login());
    await world.role({ ...ROLE, token_bound_cidrs: "10.0.0.0/8" });
    answers.push(await world.login());

    expect(answers.map(errors)).toEqual(Array(4).fill([403, "permission denied"]));
  });

  it("is checked by pem_keys before the cluster hears of it", async () => {
    await world.configure({ pem_keys: PUBLIC_KEY });
    expect((await world.login()).status).toBe(200);
    world.cluster.seen.length = 0;
    await world.login(`${APP.slice(0, -8)}AAAAAAAA`);
    expect(world.cluster.seen).toEqual([]);
  });

  it.each([
    [{ iss: "https://elsewhere.example" }, "https://oidc.cluster.example", false],
    [{}, "https://oidc.cluster.example", true],
    [{}, "", false],
    [{ iss: "kubernetes/serviceaccount" }, "", true],
  ])("with claims %j and the issuer %j configured: %p", async (claims, issuer, works) => {
    await world.configure({ issuer, disable_iss_validation: false });
    const answer = await world.login(tokenOf(claimsOf("prod", "app", claims)));
    expect(works ? answer.status : errors(answer)).toEqual(works ? 200 : [403, "invalid issuer (iss) claim"]);
  });

  it.each(["", "..", "prod/../kube-system", "prod%2f", "PROD", "a".repeat(64), "prod\u0000", 7, ["prod"], null])(
    "V79: the namespace %j is refused whatever the role allows, and reaches no path",
    async (namespace) => {
      await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
      await world.role({ ...ROLE, bound_service_account_namespaces: "*" });
      const inside = { namespace, serviceaccount: { name: "app", uid: UID } };
      const answer = await world.login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));

      expect(errors(answer)).toEqual([403, "namespace not authorized"]);
      expect(world.cluster.seen).toEqual([]);
    },
  );

  it.each(["", "..", "a..b", "app/x", "*", "App", "a".repeat(10_000), 7, { a: 1 }])(
    "V79: the name %j is refused whatever the role allows",
    async (name) => {
      await world.role({ ...ROLE, bound_service_account_names: "*" });
      const inside = { namespace: "prod", serviceaccount: { name, uid: UID } };
      const answer = await world.login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));

      expect(errors(answer)).toEqual([403, "service account name not authorized"]);
      expect(world.cluster.seen).toEqual([]);
    },
  );

  it("without a uid is told so", async () => {
    const inside = { namespace: "prod", serviceaccount: { name: "app" } };
    const answer = await world.login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));
    expect(errors(answer)).toEqual([403, "could not parse UID from claims"]);
  });

  it("is a mistake without role, token, or a role that exists", async () => {
    const login = (body: object) => world.server.call("POST", "auth/kubernetes/login", { token: null, body });
    expect(errors(await login({}))).toEqual([400, "missing role"]);
    expect(errors(await login({ role: "app" }))).toEqual([400, "missing jwt"]);
    for (const role of ["nope", "a/b", "x".repeat(500)]) {
      const answer = await login({ role, jwt: APP });
      expect(errors(answer)).toEqual([400, expect.stringMatching(/^invalid role name "/)]);
    }
    await world.server.call("POST", "sys/auth/bare", { body: { type: "kubernetes" } });
    await world.server.call("POST", "auth/bare/role/app", { body: ROLE });
    const bare = await world.server.call("POST", "auth/bare/login", { token: null, body: { role: "app", jwt: APP } });
    expect(errors(bare)).toEqual([400, "could not load backend configuration"]);
  });

  it("leaves neither its token nor the reviewer's in an error, a log line or an audit line", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world.login();
    world.cluster.instead = (request, response) => {
      response.writeHead(500).end(`no: ${request.headers.authorization}`);
      return true;
    };
    const answer = await world.login();

    const everything = [answer.text, ...world.server.auditLines, ...world.server.logLines].join("\n");
    expect(everything).not.toContain(APP);
    expect(everything).not.toContain(REVIEWER_TOKEN);
    expect((await world.server.call("GET", "auth/kubernetes/config")).text).not.toContain(REVIEWER_TOKEN);
  });
});

describe("the labels of a namespace", () => {
  const SELECTOR = JSON.stringify({ matchLabels: { env: "prod", team: "blue" } });
  const byLabels = (selector: string) =>
    world.role({ ...ROLE, bound_service_account_namespaces: "", bound_service_account_namespace_selector: selector });

  it("let an account in by JSON and by YAML, asked for with the reviewer's token", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    for (const selector of [SELECTOR, "matchLabels:\n  env: prod\n"]) {
      await byLabels(selector);
      expect((await world.login()).status).toBe(200);
    }
    expect(world.cluster.seen).toContain("GET /api/v1/namespaces/prod by g-system:g-reviewer");
  });

  it("are not looked at where the list of namespaces has the account's", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world.role({ ...ROLE, bound_service_account_namespace_selector: '{"matchLabels":{"env":"none"}}' });
    expect((await world.login()).status).toBe(200);
    expect(world.cluster.seen).toHaveLength(1);
  });

  it("V11: that do not match refuse the login", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels('{"matchLabels":{"env":"prod","team":"red"}}');
    expect(errors(await world.login())).toEqual([403, "namespace not authorized"]);
    await byLabels(SELECTOR);
    expect(errors(await world.login(tokenOf(claimsOf("stage-2", "app"))))).toEqual([403, "namespace not authorized"]);
  });

  it("cannot be asked for without a reviewer", async () => {
    await byLabels(SELECTOR);
    expect(errors(await world.login())).toEqual([
      403,
      "namespace not authorized err=namespace lookup failed: TokenReviewer JWT needs to be configured to use namespace selectors",
    ]);
  });

  it("are not asked for with the reviewer's token on a stranger's word", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels(SELECTOR);
    expect(errors(await world.login(tokenOf(claimsOf("kube-system", "app"))))).toEqual([403, "permission denied"]);
    expect(world.cluster.seen.filter((line) => line.startsWith("GET"))).toEqual([]);
  });

  it("that the cluster does not tell refuse the login, without the cluster's words", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels(SELECTOR);
    world.cluster.instead = (request, response) => {
      if (request.method !== "GET") return false;
      response.writeHead(403).end('{"message":"secret words"}');
      return true;
    };
    expect(errors(await world.login())).toEqual([
      403,
      "namespace not authorized err=failed to get namespace (code 403)",
    ]);
  });
});

describe("annotations as metadata of the alias", () => {
  const aliasOf = async (answer: Answered) => {
    const { data } = await world.server.call("GET", `identity/entity/id/${auth(answer).entity_id}`);
    return (data["aliases"] as { metadata: Record<string, string> }[])[0]?.metadata;
  };
  const annotate = (annotations: unknown): void => {
    world.cluster.instead = (request, response) => {
      if (!request.url?.includes("/serviceaccounts/")) return false;
      response.writeHead(200).end(JSON.stringify({ metadata: { annotations } }));
      return true;
    };
  };

  it("are taken by their prefix, and are not the token's", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    const answer = await world.login();

    expect(await aliasOf(answer)).toMatchObject({ team: "blue", service_account_name: "app" });
    expect(auth(answer).metadata).not.toHaveProperty("team");
    expect(await aliasOf(answer)).not.toHaveProperty("other");
  });

  it("cannot take the place of what the login writes", async () => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    annotate({ "vault.hashicorp.com/alias-metadata-service_account_name": "admin" });
    expect(errors(await world.login())).toEqual([
      400,
      "entity alias metadata keys for only internal use found from the client token's associated service account annotations: keys=[service_account_name]",
    ]);
  });

  it.each([
    [Object.fromEntries(Array.from({ length: 61 }, (_, n) => [`vault.hashicorp.com/alias-metadata-${n}`, "x"]))],
    [{ "vault.hashicorp.com/alias-metadata-a": "x".repeat(513) }],
    [{ "vault.hashicorp.com/alias-metadata-a": "x\ny" }],
  ])("are refused beyond the limits of metadata", async (annotations) => {
    await world.configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    annotate(annotations);
    expect((await world.login()).status).toBe(400);
  });

  it("that cannot be read refuse the login", async () => {
    await world.configure({ use_annotations_as_alias_metadata: true });
    expect(errors(await world.login())).toEqual([
      502,
      "the service account's annotations could not be read: failed to get service account (code 403)",
    ]);
  });
});

describe("a role as a limit of rates", () => {
  it("is the one the login names, in any case", async () => {
    const quota = { path: "auth/kubernetes", role: "app", rate: 1, interval: "1h" };
    const made = await world.server.call("POST", "sys/quotas/rate-limit/k8s", { body: quota });
    expect([made.status, made.text]).toEqual([204, ""]);
    const statuses = [];
    for (const role of ["app", "APP"]) statuses.push((await world.login(APP, { body: { role, jwt: APP } })).status);
    await world.server.call("DELETE", "sys/quotas/rate-limit/k8s");
    expect(statuses).toEqual([200, 429]);
  });
});
