import { describe, expect, it } from "@jest/globals";
import type { Answered } from "../../../support/make-server.ts";
import { authOf, claimsOf, clusterWorld, errorsOf, REVIEWER_TOKEN, ROLE, tokenOf } from "./support.ts";

const world = clusterWorld();

describe("the labels of a namespace", () => {
  const SELECTOR = JSON.stringify({ matchLabels: { env: "prod", team: "blue" } });
  const byLabels = (selector: string) =>
    world().role({ ...ROLE, bound_service_account_namespaces: "", bound_service_account_namespace_selector: selector });

  it("let an account in by JSON and by YAML, asked for with the reviewer's token", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    for (const selector of [SELECTOR, "matchLabels:\n  env: prod\n"]) {
      await byLabels(selector);
      expect((await world().login()).status).toBe(200);
    }
    expect(world().cluster.seen).toContain("GET /api/v1/namespaces/prod by g-system:g-reviewer");
  });

  it("are not looked at where the list of namespaces has the account's", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await world().role({ ...ROLE, bound_service_account_namespace_selector: '{"matchLabels":{"env":"none"}}' });
    expect((await world().login()).status).toBe(200);
    expect(world().cluster.seen).toHaveLength(1);
  });

  it("V11: that do not match refuse the login", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels('{"matchLabels":{"env":"prod","team":"red"}}');
    expect(errorsOf(await world().login())).toEqual([403, "namespace not authorized"]);
    await byLabels(SELECTOR);
    expect(errorsOf(await world().login(tokenOf(claimsOf("stage-2", "app"))))).toEqual([
      403,
      "namespace not authorized",
    ]);
  });

  it("cannot be asked for without a reviewer", async () => {
    await byLabels(SELECTOR);
    expect(errorsOf(await world().login())).toEqual([
      403,
      "namespace not authorized err=namespace lookup failed: TokenReviewer JWT needs to be configured to use namespace selectors",
    ]);
  });

  it("are not asked for with the reviewer's token on a stranger's word", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels(SELECTOR);
    expect(errorsOf(await world().login(tokenOf(claimsOf("kube-system", "app"))))).toEqual([403, "permission denied"]);
    expect(world().cluster.seen.filter((line) => line.startsWith("GET"))).toEqual([]);
  });

  it("that the cluster does not tell refuse the login, without the cluster's words", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN });
    await byLabels(SELECTOR);
    world().cluster.instead = (request, response) => {
      if (request.method !== "GET") return false;
      response.writeHead(403).end('{"message":"secret words"}');
      return true;
    };
    expect(errorsOf(await world().login())).toEqual([
      403,
      "namespace not authorized err=failed to get namespace (code 403)",
    ]);
  });
});

describe("annotations as metadata of the alias", () => {
  const aliasOf = async (answer: Answered) => {
    const { data } = await world().server.call("GET", `identity/entity/id/${authOf(answer).entity_id}`);
    return (data["aliases"] as { metadata: Record<string, string> }[])[0]?.metadata;
  };
  const annotate = (annotations: unknown): void => {
    world().cluster.instead = (request, response) => {
      if (!request.url?.includes("/serviceaccounts/")) return false;
      response.writeHead(200).end(JSON.stringify({ metadata: { annotations } }));
      return true;
    };
  };

  it("are taken by their prefix, and are not the token's", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    const answer = await world().login();

    expect(await aliasOf(answer)).toMatchObject({ team: "blue", service_account_name: "app" });
    expect(authOf(answer).metadata).not.toHaveProperty("team");
    expect(await aliasOf(answer)).not.toHaveProperty("other");
  });

  it("cannot take the place of what the login writes", async () => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    annotate({ "vault.hashicorp.com/alias-metadata-service_account_name": "admin" });
    expect(errorsOf(await world().login())).toEqual([
      400,
      "entity alias metadata keys for only internal use found from the client token's associated service account annotations: keys=[service_account_name]",
    ]);
  });

  it.each([
    [Object.fromEntries(Array.from({ length: 61 }, (_, n) => [`vault.hashicorp.com/alias-metadata-${n}`, "x"]))],
    [{ "vault.hashicorp.com/alias-metadata-a": "x".repeat(513) }],
    [{ "vault.hashicorp.com/alias-metadata-a": "x\ny" }],
  ])("are refused beyond the limits of metadata", async (annotations) => {
    await world().configure({ token_reviewer_jwt: REVIEWER_TOKEN, use_annotations_as_alias_metadata: true });
    annotate(annotations);
    expect((await world().login()).status).toBe(400);
  });

  it("that cannot be read refuse the login", async () => {
    await world().configure({ use_annotations_as_alias_metadata: true });
    expect(errorsOf(await world().login())).toEqual([
      502,
      "the service account's annotations could not be read: failed to get service account (code 403)",
    ]);
  });
});
