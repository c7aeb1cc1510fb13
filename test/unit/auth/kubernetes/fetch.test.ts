import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { kubernetesAuth } from "../../../../src/auth/kubernetes/backend.ts";
import { VaultError } from "../../../../src/framework/index.ts";
import {
  createGuard,
  type Fetch,
  NEARBY,
  NoAnswer,
  NoConnection,
  type OutgoingRequest,
} from "../../../../src/outgoing/index.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { APP, claimsOf, ROLE, tokenOf, UID } from "./support.ts";

/** The login over a fetch that the test answers for. */

const mountOver = async (fetch: Fetch) => {
  const parts = { fetch, guard: createGuard(NEARBY), plainHttp: false };
  const clock = { now: () => Date.UTC(2030, 0, 1) };
  const { request } = createHarness(kubernetesAuth(parts), { view: createMemoryView(), clock });
  await request("update", "config", { kubernetes_host: "https://127.0.0.1:6443/k8s/clusters/c-1" });
  await request("update", "role/app", { ...ROLE, bound_service_account_names: "*" });
  return (jwt: string) => request("update", "login", { role: "app", jwt });
};

const vouching: Fetch = async () => ({
  status: 201,
  headers: {},
  body: JSON.stringify({
    status: {
      authenticated: true,
      user: { username: "system:serviceaccount:prod:app", uid: UID },
      audiences: ["vault"],
    },
  }),
});

describe("the question to a cluster", () => {
  it("goes below the path of the configured host, with a deadline and a bound", async () => {
    const asked: OutgoingRequest[] = [];
    const login = await mountOver(async (request) => {
      asked.push(request);
      return vouching(request);
    });
    await login(APP);

    expect(asked).toHaveLength(1);
    expect(asked[0]?.url.href).toBe(
      "https://127.0.0.1:6443/k8s/clusters/c-1/apis/authentication.k8s.io/v1/tokenreviews",
    );
    expect(asked[0]?.deadlineMs).toBeLessThanOrEqual(5000);
    expect(asked[0]?.mostBytes).toBeLessThanOrEqual(1024 * 1024);
  });

  it.each([
    ["slow", new NoAnswer("late")],
    ["cut off", new NoAnswer("broken")],
    ["not there", new NoConnection("connection refused")],
  ])("V82: of a cluster that is %s refuses the login", async (_, failure) => {
    const login = await mountOver(() => Promise.reject(failure));
    await expect(login(APP)).rejects.toMatchObject({ code: "permission_denied", wire: "permission denied" });
  });
});

describe("V11, V79: whatever a token says of itself", () => {
  const odd = fc.oneof(
    fc.constantFrom("prod", "app", UID, "dev", "prod/../kube-system", "*", ""),
    fc.string(),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const claims = fc.oneof(
    fc.record({ namespace: odd, serviceaccount: fc.oneof(odd, fc.record({ name: odd, uid: odd })) }).map((inside) => ({
      "kubernetes.io": inside,
    })),
    fc.record({ "kubernetes.io": odd, aud: odd }),
    fc.record({
      "kubernetes.io": fc.constant(undefined),
      "kubernetes.io/serviceaccount/namespace": odd,
      "kubernetes.io/serviceaccount/service-account.name": odd,
      "kubernetes.io/serviceaccount/service-account.uid": odd,
    }),
  );

  it("only the account that the cluster vouches for gets in, and the others get a plain refusal", async () => {
    const login = await mountOver(vouching);
    await fc.assert(
      fc.asyncProperty(claims, async (given) => {
        try {
          const { reply } = await login(tokenOf(claimsOf("prod", "app", given)));
          expect(reply?.auth?.displayName).toBe("prod-app");
          expect(reply?.auth?.metadata["service_account_uid"]).toBe(UID);
        } catch (cause) {
          if (!(cause instanceof VaultError)) throw cause;
          expect(cause.code).toBe("permission_denied");
        }
      }),
      { numRuns: 200 },
    );
  });
});
