import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { kubernetesAuth } from "../../../../src/auth/kubernetes/backend.ts";
import { kubernetesParts, type Parts, type Pod } from "../../../../src/auth/kubernetes/parts.ts";
import { ownPod } from "../../../../src/local/server/pod.ts";
import { createFetch, createGuard, NEARBY, PUBLIC } from "../../../../src/outgoing/index.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { type ClusterServer, startCluster } from "../../../support/token-review.ts";
import { makeCertificate } from "../../engines/database/support/certificate.ts";
import { APP, claimsOf, PROD, PROD_LABELS, PUBLIC_KEY, REVIEWER_TOKEN, ROLE, tokenOf } from "./support.ts";

const clock = { now: () => Date.UTC(2030, 0, 1) };
const mountWith = (parts: Parts) => createHarness(kubernetesAuth(parts), { view: createMemoryView(), clock }).request;

const REFUSED =
  "kubernetes_host: the host is not an address that may be dialled from here; a deployment names its private ranges in zeroth:reachable";

describe("the configuration of kubernetes", () => {
  const request = mountWith(kubernetesParts(NEARBY));
  const write = (body: Parameters<typeof request>[2]) => request("update", "config", body);

  it("is replaced whole by each write, and shows whether there is a reviewer, not its token", async () => {
    await write({
      kubernetes_host: "https://192.168.99.100:8443",
      kubernetes_ca_cert: "-----BEGIN CERTIFICATE-----",
      token_reviewer_jwt: REVIEWER_TOKEN,
      pem_keys: [PUBLIC_KEY],
      issuer: "bob",
      disable_iss_validation: false,
      disable_local_ca_jwt: true,
      use_annotations_as_alias_metadata: true,
    });
    expect((await request("read", "config")).data).toMatchObject({ token_reviewer_jwt_set: true, issuer: "bob" });
    await write({ kubernetes_host: "127.0.0.1:80" });
    expect((await request("read", "config")).data).toEqual({
      kubernetes_host: "127.0.0.1:80",
      kubernetes_ca_cert: "",
      pem_keys: [],
      issuer: "",
      disable_iss_validation: true,
      disable_local_ca_jwt: false,
      token_reviewer_jwt_set: false,
      use_annotations_as_alias_metadata: false,
    });
  });

  it.each([
    [{}, "no host provided"],
    [
      { kubernetes_host: "https://k8s.example", disable_local_ca_jwt: true },
      "kubernetes_ca_cert must be given when disable_local_ca_jwt is true",
    ],
    [{ kubernetes_host: "https://" }, "invalid kubernetes_host: it is not a URL or a host"],
    [{ kubernetes_host: "ftp://k8s.example" }, "invalid kubernetes_host: it must begin with https://"],
    [
      { kubernetes_host: "https://a:b@127.0.0.1" },
      "invalid kubernetes_host: it must have a host and a path, and nothing else",
    ],
    [
      { kubernetes_host: "https://127.0.0.1/?a" },
      "invalid kubernetes_host: it must have a host and a path, and nothing else",
    ],
    [
      { kubernetes_host: "127.0.0.1", kubernetes_ca_cert: "x" },
      "The provided CA PEM data contains no valid certificates",
    ],
    [{ kubernetes_host: "127.0.0.1", pem_keys: ["x"] }, "data does not contain any valid RSA or ECDSA public keys"],
    [{ kubernetes_host: "127.0.0.1", token_reviewer_jwt: "a b" }, "token_reviewer_jwt is not a token"],
  ])("refuses %j", async (body, wire) => {
    await expect(write(body)).rejects.toMatchObject({ code: "invalid_request", wire });
  });

  it("warns about authorities that look like certificates and cannot be read", async () => {
    const kubernetes_ca_cert = "-----BEGIN CERTIFICATE-----\\n.....\\n-----END CERTIFICATE-----";
    const { warnings } = await write({ kubernetes_host: "127.0.0.1", kubernetes_ca_cert });
    expect(warnings).toEqual([expect.stringMatching(/^kubernetes_ca_cert has a certificate that cannot be read/)]);
  });
});

describe("V10: a cluster that leads to the server itself", () => {
  const guarded = (resolve: (host: string) => Promise<readonly string[]>): Parts => {
    const guard = createGuard(PUBLIC, resolve);
    return { guard, fetch: createFetch(guard), plainHttp: false };
  };

  it.each([
    "https://127.0.0.1:6443",
    "https://localhost",
    "https://169.254.169.254",
    "https://169.254.170.2",
    "http://127.0.0.1:9001",
    "127.0.0.1:9001",
    "https://[::1]",
    "https://[::ffff:169.254.169.254]",
    "https://2130706433",
    "https://0177.0.0.1",
    "https://10.0.0.1",
    "https://metadata.example",
  ])("is refused with 400: %s", async (kubernetes_host) => {
    const request = mountWith(guarded(async (host) => [host === "metadata.example" ? "169.254.169.254" : "127.0.0.1"]));
    await expect(request("update", "config", { kubernetes_host })).rejects.toMatchObject({
      code: "invalid_request",
      wire: kubernetes_host.startsWith("http:") ? "invalid kubernetes_host: it must begin with https://" : REFUSED,
    });
  });

  it("is refused at the login too, where its name changed since", async () => {
    const answers = [["203.0.112.1"], ["127.0.0.1"]];
    const request = mountWith(guarded(async () => answers.shift() ?? ["127.0.0.1"]));
    await request("update", "config", { kubernetes_host: "https://k8s.example" });
    await request("update", "role/app", ROLE);

    await expect(request("update", "login", { role: "app", jwt: APP })).rejects.toMatchObject({
      code: "permission_denied",
      wire: "permission denied",
      reason: expect.stringContaining("refused"),
    });
  });

  it("of a name that nobody knows yet can be written", async () => {
    const request = mountWith(guarded(() => Promise.reject(new Error("no such host"))));
    expect((await request("update", "config", { kubernetes_host: "https://later.example" })).status).toBe(204);
  });
});

describe("the certificate of a cluster", () => {
  const CERTIFICATE = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
  const OTHER = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
  let cluster: ClusterServer;
  beforeAll(async () => {
    cluster = await startCluster({ accounts: PROD, labels: PROD_LABELS, tls: CERTIFICATE });
  });
  afterAll(() => cluster.close());

  const login = async (config: object, pod?: Pod) => {
    const request = mountWith(kubernetesParts(NEARBY, pod));
    await request("update", "config", { kubernetes_host: cluster.url, ...config });
    await request("update", "role/app", ROLE);
    const { reply } = await request("update", "login", { role: "app", jwt: APP });
    return reply?.auth?.displayName;
  };
  const podAt = (host: string): Pod => ({
    hosts: [host],
    token: async () => REVIEWER_TOKEN,
    authorities: async () => CERTIFICATE.cert,
  });

  it("must be signed by the configured authorities", async () => {
    expect(await login({ kubernetes_ca_cert: CERTIFICATE.cert })).toBe("prod-app");
  });

  it.each([
    ["by others", OTHER.cert],
    ["by nobody that can be read", "-----BEGIN CERTIFICATE-----\n.....\n-----END CERTIFICATE-----"],
    ["by the public ones", ""],
  ])("is not trusted if it is to be signed %s", async (_, kubernetes_ca_cert) => {
    cluster.seen.length = 0;
    await expect(login({ kubernetes_ca_cert })).rejects.toMatchObject({ wire: "permission denied" });
    expect(cluster.seen).toEqual([]);
  });

  it("is judged by the authorities of the pod, and the review is the pod's, in the pod's own cluster", async () => {
    cluster.seen.length = 0;
    expect(await login({}, podAt("127.0.0.1"))).toBe("prod-app");
    expect(cluster.seen).toEqual([expect.stringMatching(/ by g-system:g-reviewer$/)]);
  });

  it("of another cluster is not, and the pod's token is not sent there", async () => {
    cluster.seen.length = 0;
    await expect(login({}, podAt("10.96.0.1"))).rejects.toMatchObject({ wire: "permission denied" });
    await login({ kubernetes_ca_cert: CERTIFICATE.cert }, podAt("10.96.0.1"));
    await login({ kubernetes_ca_cert: CERTIFICATE.cert, disable_local_ca_jwt: true }, podAt("127.0.0.1"));
    expect(cluster.seen).toEqual(Array(2).fill(expect.stringMatching(/ by prod:app$/)));
  });
});

describe("the pod that the local server runs in", () => {
  it("is known by Kubernetes' own variable and files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "zeroth-pod-"));
    await writeFile(join(folder, "token"), "the-token\n");
    const pod = ownPod({ KUBERNETES_SERVICE_HOST: "10.96.0.1" }, folder);

    expect(pod?.hosts).toContain("10.96.0.1");
    expect(await pod?.token()).toBe("the-token");
    expect(await pod?.authorities()).toBeUndefined();
    expect(ownPod({ KUBERNETES_SERVICE_HOST: "fd00::1" }, folder)?.hosts).toContain("[fd00::1]");
    expect(ownPod({}, folder)).toBeUndefined();
    await rm(folder, { recursive: true });
  });
});

describe("roles of kubernetes", () => {
  const request = mountWith(kubernetesParts(NEARBY));

  it("V59: lists of empty texts bind nothing and are refused", async () => {
    await expect(request("update", "role/app", { ...ROLE, bound_service_account_names: [""] })).rejects.toMatchObject({
      wire: '"bound_service_account_names" can not be empty',
    });
  });

  it("keep an alias' source, and refuse an empty one over it", async () => {
    await request("update", "role/app", { ...ROLE, alias_name_source: "" });
    expect((await request("read", "role/app")).data["alias_name_source"]).toBe("serviceaccount_uid");
    await expect(request("update", "role/app", { alias_name_source: "" })).rejects.toMatchObject({
      wire: "invalid alias_name_source, must be one of: serviceaccount_uid, serviceaccount_name",
    });
  });

  it("are named in any case, by logins too", async () => {
    await request("update", "role/Mixed", { ...ROLE, num_uses: 3, bound_cidrs: "10.0.0.0/8", period: "1h" });
    expect((await request("read", "role/mIXED")).data).toMatchObject({ num_uses: 3, token_num_uses: 3, period: 3600 });
    expect((await request("list", "role")).data.keys).toContain("mixed");
    await expect(
      request("update", "login", { role: "MIXED", jwt: tokenOf(claimsOf("prod", "app")) }),
    ).rejects.toMatchObject({ wire: "permission denied" });
  });
});
