import { createServer } from "node:https";
import { afterEach, describe, expect, it } from "@jest/globals";
import { stsFetch } from "../../../../../src/auth/aws/adapters/sts-fetch.ts";
import { awsAuth } from "../../../../../src/auth/aws/backend.ts";
import type { Directory } from "../../../../../src/auth/aws/ports.ts";
import { VaultError } from "../../../../../src/framework/index.ts";
import { createFetch, UNGUARDED } from "../../../../../src/outgoing/index.ts";
import { createHarness } from "../../../../support/backend-harness.ts";
import { createMemoryView } from "../../../../support/memory-view.ts";
import { type Certificate, makeCertificate } from "../../../engines/database/support/certificate.ts";
import { answerXml, loginBody, NOW, OWN, session } from "../support.ts";

/** V06: a whole login against an STS over TLS. What the login trusts is whom the certificate names, and until when. */

const LATER = new Date("2100-01-01T00:00:00Z");
const PAST = new Date("2001-01-01T00:00:00Z");

const directory = new Proxy({} as Directory, {
  get: (_, name) => (name === "ownAccount" ? async () => OWN : () => Promise.reject(new Error("not asked here"))),
});

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A login at an STS with this certificate, by somebody who trusts `ca`. */
const loginAt = async (certificate: Certificate, ca: string | undefined) => {
  let asked = 0;
  const sts = createServer(certificate, (_, response) => {
    asked += 1;
    response.setHeader("content-type", "text/xml").end(answerXml(session("app", "box")));
  });
  await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () => {
      sts.closeAllConnections();
      sts.close();
    },
  });
  const address = sts.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const fetch = createFetch(UNGUARDED);
  const trusting = (request: Parameters<typeof fetch>[0]) => fetch(ca === undefined ? request : { ...request, ca });
  const override = `https://localhost:${port}`;
  const backend = awsAuth({
    sts: stsFetch(trusting, { override, monotonic: () => 0 }),
    directory,
    region: "us-east-1",
  });
  const mount = createHarness(backend, { view: createMemoryView(), clock: { now: () => NOW } });
  await mount.request("update", "role/app", {
    auth_type: "iam",
    bound_iam_principal_arn: [`arn:aws:iam::${OWN}:role/app`],
    resolve_aws_unique_ids: false,
  });
  const said = await mount.request("update", "login", loginBody({ role: "app" })).then(
    ({ reply }) => (reply?.auth ? "in" : "nothing"),
    (error: unknown) => (error instanceof VaultError ? error.code : String(error)),
  );
  return { said, asked };
};

describe("V06: STS over TLS", () => {
  it("lets a caller in where the certificate is good", async () => {
    const good = makeCertificate("localhost", LATER);
    expect(await loginAt(good, good.cert)).toEqual({ said: "in", asked: 1 });
  });

  it.each([
    ["nobody trusts", makeCertificate("localhost", LATER), undefined],
    ["another authority signed", makeCertificate("localhost", LATER), makeCertificate("localhost", LATER).cert],
  ])("lets nobody in, and sends nothing, where the certificate is one that %s", async (_, certificate, ca) => {
    const { said, asked } = await loginAt(certificate, ca);
    expect([said, asked]).toEqual(["upstream_failed", 0]);
  });

  it("lets nobody in where the certificate has expired", async () => {
    const old = makeCertificate("localhost", PAST);
    expect(await loginAt(old, old.cert)).toEqual({ said: "upstream_failed", asked: 0 });
  });

  it("lets nobody in where the certificate is for another host", async () => {
    const other = makeCertificate("sts.amazonaws.com.example", LATER);
    expect(await loginAt(other, other.cert)).toEqual({ said: "upstream_failed", asked: 0 });
  });

  it("takes no certificate because the environment says so", async () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: "0", HTTPS_PROXY: "http://127.0.0.1:9" };
    const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, environment);
    try {
      expect(await loginAt(makeCertificate("localhost", LATER), undefined)).toMatchObject({ asked: 0 });
      const good = makeCertificate("localhost", LATER);
      expect(await loginAt(good, good.cert)).toEqual({ said: "in", asked: 1 });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
