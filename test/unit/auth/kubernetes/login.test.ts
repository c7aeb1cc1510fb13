import { describe, expect, it } from "@jest/globals";
import {
  APP,
  authOf,
  claimsOf,
  clusterWorld,
  errorsOf,
  PUBLIC_KEY,
  REVIEWER_TOKEN,
  ROLE,
  tokenOf,
  UID,
} from "./support.ts";

const world = clusterWorld();

describe("a login with the token of a service account", () => {
  it("is named after namespace and name, and known by its uid", async () => {
    const answer = await world().login();

    expect(authOf(answer).metadata).toEqual({
      role: "app",
      service_account_name: "app",
      service_account_namespace: "prod",
      service_account_secret_name: "",
      service_account_uid: UID,
    });
    const { data } = await world().server.call("GET", "auth/token/lookup-self", { token: authOf(answer).client_token });
    expect(data["display_name"]).toBe("kubernetes-prod-app");
  });

  it("is reviewed with its own token where there is no reviewer, and with the reviewer's where there is one", async () => {
    await world().login();
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world().login();

    expect(world().cluster.seen.map((line) => line.split(" by ")[1])).toEqual(["prod:app", "g-system:g-reviewer"]);
    expect(world().cluster.reviews).toEqual(Array(2).fill({ token: APP, audiences: ["vault"] }));
  });

  it("asks for the token's own audiences where the role names none", async () => {
    await world().role({ ...ROLE, audience: "" });
    await world().login(tokenOf(claimsOf("prod", "app", { aud: "one-text" })));
    await world().login(tokenOf(claimsOf("prod", "app", { aud: undefined })));

    expect(world().cluster.reviews.map(({ audiences }) => audiences)).toEqual([["one-text"], undefined]);
  });

  it("V42: gets one answer for a wrong key, a refused review and a cluster that does not answer", async () => {
    const stranger = tokenOf(
      claimsOf("prod", "app", { "kubernetes.io": { namespace: "prod", serviceaccount: { name: "app", uid: "x" } } }),
    );
    const answers = [await world().login(stranger)];
    await world().configure({ pem_keys: [PUBLIC_KEY] });
    answers.push(await world().login(`${APP.slice(0, -8)}AAAAAAAA`));
    await world().configure({ kubernetes_host: "http://127.0.0.1:1" });
    answers.push(await world().login());
    await world().role({ ...ROLE, token_bound_cidrs: "10.0.0.0/8" });
    answers.push(await world().login());

    expect(answers.map(errorsOf)).toEqual(Array(4).fill([403, "permission denied"]));
  });

  it("is checked by pem_keys before the cluster hears of it", async () => {
    await world().configure({ pem_keys: PUBLIC_KEY });
    expect((await world().login()).status).toBe(200);
    world().cluster.seen.length = 0;
    await world().login(`${APP.slice(0, -8)}AAAAAAAA`);
    expect(world().cluster.seen).toEqual([]);
  });

  it.each([
    [{ iss: "https://elsewhere.example" }, "https://oidc.cluster.example", false],
    [{}, "https://oidc.cluster.example", true],
    [{}, "", false],
    [{ iss: "kubernetes/serviceaccount" }, "", true],
  ])("with claims %j and the issuer %j configured: %p", async (claims, issuer, works) => {
    await world().configure({ issuer, disable_iss_validation: false });
    const answer = await world().login(tokenOf(claimsOf("prod", "app", claims)));
    expect(works ? answer.status : errorsOf(answer)).toEqual(works ? 200 : [403, "invalid issuer (iss) claim"]);
  });

  it.each(["", "..", "prod/../kube-system", "prod%2f", "PROD", "a".repeat(64), "prod\u0000", 7, ["prod"], null])(
    "V79: the namespace %j is refused whatever the role allows, and reaches no path",
    async (namespace) => {
      await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
      await world().role({ ...ROLE, bound_service_account_namespaces: "*" });
      const inside = { namespace, serviceaccount: { name: "app", uid: UID } };
      const answer = await world().login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));

      expect(errorsOf(answer)).toEqual([403, "namespace not authorized"]);
      expect(world().cluster.seen).toEqual([]);
    },
  );

  it.each(["", "..", "a..b", "app/x", "*", "App", "a".repeat(10_000), 7, { a: 1 }])(
    "V79: the name %j is refused whatever the role allows",
    async (name) => {
      await world().role({ ...ROLE, bound_service_account_names: "*" });
      const inside = { namespace: "prod", serviceaccount: { name, uid: UID } };
      const answer = await world().login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));

      expect(errorsOf(answer)).toEqual([403, "service account name not authorized"]);
      expect(world().cluster.seen).toEqual([]);
    },
  );

  it("without a uid is told so", async () => {
    const inside = { namespace: "prod", serviceaccount: { name: "app" } };
    const answer = await world().login(tokenOf(claimsOf("prod", "app", { "kubernetes.io": inside })));
    expect(errorsOf(answer)).toEqual([403, "could not parse UID from claims"]);
  });

  it("is a mistake without role, token, or a role that exists", async () => {
    const login = (body: object) => world().server.call("POST", "auth/kubernetes/login", { token: null, body });
    expect(errorsOf(await login({}))).toEqual([400, "missing role"]);
    expect(errorsOf(await login({ role: "app" }))).toEqual([400, "missing jwt"]);
    for (const role of ["nope", "a/b", "x".repeat(500)]) {
      const answer = await login({ role, jwt: APP });
      expect(errorsOf(answer)).toEqual([400, expect.stringMatching(/^invalid role name "/)]);
    }
    await world().server.call("POST", "sys/auth/bare", { body: { type: "kubernetes" } });
    await world().server.call("POST", "auth/bare/role/app", { body: ROLE });
    const bare = await world().server.call("POST", "auth/bare/login", { token: null, body: { role: "app", jwt: APP } });
    expect(errorsOf(bare)).toEqual([400, "could not load backend configuration"]);
  });

  it("leaves neither its token nor the reviewer's in an error, a log line or an audit line", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world().login();
    world().cluster.instead = (request, response) => {
      response.writeHead(500).end(`no: ${request.headers.authorization}`);
      return true;
    };
    const answer = await world().login();

    const everything = [answer.text, ...world().server.auditLines, ...world().server.logLines].join("\n");
    expect(everything).not.toContain(APP);
    expect(everything).not.toContain(REVIEWER_TOKEN);
    expect((await world().server.call("GET", "auth/kubernetes/config")).text).not.toContain(REVIEWER_TOKEN);
  });
});

describe("a role as a limit of rates", () => {
  it("is the one the login names, in any case", async () => {
    const quota = { path: "auth/kubernetes", role: "app", rate: 1, interval: "1h" };
    const made = await world().server.call("POST", "sys/quotas/rate-limit/k8s", { body: quota });
    expect([made.status, made.text]).toEqual([204, ""]);
    const statuses = [];
    for (const role of ["app", "APP"]) statuses.push((await world().login(APP, { body: { role, jwt: APP } })).status);
    await world().server.call("DELETE", "sys/quotas/rate-limit/k8s");
    expect(statuses).toEqual([200, 429]);
  });
});
