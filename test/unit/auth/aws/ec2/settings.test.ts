import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { awsAuth } from "../../../../../src/auth/aws/backend.ts";
import { op, path } from "../../../../../src/framework/index.ts";
import { createDocumentSigner, type DocumentSigner } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { createHarness } from "../../../../support/backend-harness.ts";
import { createWorld, NOW, portsOf, type World, wireOf } from "../support.ts";
import { type Ec2World, ec2World, ID } from "./support.ts";

/** What operators configure for EC2 logins: certificates and tidying. */

let signer: DocumentSigner;
let other: DocumentSigner;
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
  other = await createDocumentSigner(NOW);
});

describe("config/certificate", () => {
  const write = (w: World, body: JsonObject, name = "eu") => wireOf(w.write(`config/certificate/${name}`, body));
  const BAD = "invalid certificate; failed to decode and parse certificate";

  it("keeps a certificate as PEM, from PEM or base64 of it, by name", async () => {
    const w = createWorld();
    const { certificate } = signer;
    expect((await w.request("list", "config/certificates")).status).toBe(404);
    expect((await w.request("read", "config/certificate/eu")).status).toBe(404);
    await w.write("config/certificate/eu", { aws_public_cert: certificate });
    await w.write("config/certificate/ap", {
      aws_public_cert: Buffer.from(certificate).toString("base64"),
      type: "IDENTITY",
    });
    expect((await w.request("read", "config/certificate/eu")).data).toEqual({
      aws_public_cert: certificate,
      type: "pkcs7",
    });
    expect((await w.request("read", "config/certificate/ap")).data).toEqual({
      aws_public_cert: certificate,
      type: "identity",
    });
    expect((await w.request("list", "config/certificates")).data).toEqual({ keys: ["ap", "eu"] });
    expect(await w.request("delete", "config/certificate/ap")).toMatchObject({ status: 204 });
    expect(await w.request("delete", "config/certificate/ap")).toMatchObject({ status: 204 });
    expect((await w.request("list", "config/certificates")).data).toEqual({ keys: ["eu"] });
  });

  it("tells a new one from a change, which keeps its type", async () => {
    const w = createWorld();
    const body = { aws_public_cert: signer.certificate };
    const made = await w.request("update", "config/certificate/eu", { ...body, type: "identity" });
    const changed = await w.request("update", "config/certificate/eu", { aws_public_cert: other.certificate });
    expect([made.operation, changed.operation]).toEqual(["create", "update"]);
    expect((await w.request("read", "config/certificate/eu")).data).toEqual({
      aws_public_cert: other.certificate,
      type: "identity",
    });
  });

  it.each([
    ["no certificate", {}, "missing aws_public_cert"],
    ["an empty one", { aws_public_cert: "" }, "invalid aws_public_cert"],
    ["a type that is not known", { type: "x509" }, 'invalid certificate type "x509"'],
    ["something else", { aws_public_cert: "certificate!" }, BAD],
    ["base64 of something else", { aws_public_cert: "AAAA" }, BAD],
    [
      "PEM of nothing",
      { aws_public_cert: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
      `${BAD}: not a certificate`,
    ],
  ])("refuses %s", async (_, body, text) => {
    expect(await write(createWorld(), body)).toBe(text);
  });

  it("refuses two certificates at once, a private key, and text around one", async () => {
    const w = createWorld();
    const { certificate } = signer;
    expect(await write(w, { aws_public_cert: certificate + certificate })).toBe(
      "invalid certificate; should be one PEM block only",
    );
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(await write(w, { aws_public_cert: key })).toBe(BAD);
    expect(await write(w, { aws_public_cert: `x${certificate}` })).toBe(BAD);
    expect((await w.request("list", "config/certificates")).status).toBe(404);
  });

  it("refuses more than a hundred", async () => {
    const w = createWorld();
    const { certificate: aws_public_cert } = signer;
    const hundred = Array.from({ length: 100 }, (_, index) => [`c${index}`, { aws_public_cert, type: "pkcs7" }]);
    const address = w.view.at("config/certificates");
    await w.view.write([{ op: "put", address, body: Object.fromEntries(hundred), when: "any" }]);
    expect(await write(w, { aws_public_cert })).toBe("a mount takes at most 100 certificates");
    await w.write("config/certificate/c7", { aws_public_cert });
  });

  it("lets documents in that it verifies, each type its own, until it is removed", async () => {
    const w = await ec2World(signer);
    await w.enter({ nonce: "n" });
    await w.request("delete", "config/certificate/test");
    expect(await wireOf(w.enter({ nonce: "n" }))).toBe("failed to verify the signature: no certificate for signer");
    await w.write("config/certificate/test-identity", { aws_public_cert: signer.certificate, type: "pkcs7" });
    await w.enter({ nonce: "n" });
    const document = Buffer.from("{}");
    const fields = { identity: document.toString("base64"), signature: signer.signature(document) };
    expect(await wireOf(w.send({ role: "web", ...fields }))).toBe(
      "instance identity verification using SHA256 RSA signature is unsuccessful",
    );
  });
});

describe("tidying", () => {
  const lists = [
    ["identity-accesslist", "identity-whitelist", 259200],
    ["roletag-denylist", "roletag-blacklist", 15552000],
  ] as const;

  it.each(lists)("of the %s is configured by either name (%s)", async (name, formerly, buffer) => {
    const w = createWorld();
    for (const at of [name, formerly]) expect((await w.request("read", `config/tidy/${at}`)).status).toBe(404);
    expect(await w.request("update", `config/tidy/${formerly}`, {})).toMatchObject({ operation: "create" });
    const shown = () => w.request("read", `config/tidy/${name}`).then(({ data }) => data);
    expect(await shown()).toEqual({ safety_buffer: buffer, disable_periodic_tidy: false });
    await w.write(`config/tidy/${name}`, { disable_periodic_tidy: true });
    await w.write(`config/tidy/${name}`, { safety_buffer: "1h" });
    expect(await shown()).toEqual({ safety_buffer: 3600, disable_periodic_tidy: true });
    expect(await w.request("delete", `config/tidy/${formerly}`)).toMatchObject({ status: 204 });
    expect((await w.request("read", `config/tidy/${name}`)).status).toBe(404);
  });

  const STARTED =
    "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.";
  const stored = (w: Ec2World): number => w.view.keys().filter((key) => key.includes(ID)).length;

  it.each(["identity-accesslist", "identity-whitelist"])(
    "tidy/%s removes what expired before the buffer",
    async (at) => {
      const w = await ec2World(signer);
      await w.enter({ nonce: "n" });
      w.clock.advance((2_764_800 + 100) * 1000);
      expect(await w.request("update", `tidy/${at}`, {})).toMatchObject({ status: 202, warnings: [STARTED] });
      expect(stored(w)).toBe(1);
      await w.request("update", `tidy/${at}`, { safety_buffer: 100 });
      expect(stored(w)).toBe(1);
      await w.request("update", `tidy/${at}`, { safety_buffer: 99 });
      expect(stored(w)).toBe(0);
    },
  );

  it("says so while it is running, and spares what was extended meanwhile", async () => {
    const w = await ec2World(signer);
    await w.enter({ nonce: "n" });
    w.clock.advance((2_764_800 + 100) * 1000);
    let inside: Promise<unknown> | undefined;
    const write = w.view.write;
    w.view.write = async (writes) => {
      if (!inside) {
        inside = w.enter({ nonce: "n" });
        await inside;
        const second = await w.request("update", "tidy/identity-accesslist", {});
        expect(second).toMatchObject({ status: 200, warnings: ["Tidy operation already in progress."] });
      }
      return write(writes);
    };
    await w.request("update", "tidy/identity-accesslist", { safety_buffer: 0 });
    expect(inside).toBeDefined();
    expect(stored(w)).toBe(1);
  });

  it("happens by itself every hour, where it is not turned off", async () => {
    const w = await ec2World(signer);
    await w.enter({ nonce: "n" });
    const periodic = awsAuth(portsOf(w)).periodic;
    expect(periodic?.every).toBe(3600);
    const run = async () => {
      // the harness makes the context that the hook gets
      const backend = { ...awsAuth(portsOf(w)), paths: [hourly(periodic)] };
      await createHarness(backend, { view: w.view, clock: w.clock }).request("update", "hour");
    };
    w.clock.advance((2_764_800 + 259_200) * 1000 + 1);
    await w.write("config/tidy/identity-accesslist", { disable_periodic_tidy: true });
    await run();
    expect(stored(w)).toBe(1);
    await w.request("delete", "config/tidy/identity-accesslist");
    await run();
    expect(stored(w)).toBe(0);
  });
});

const hourly = (periodic: ReturnType<typeof awsAuth>["periodic"]) =>
  path("hour", {
    summary: "an hour later",
    params: {},
    ops: {
      update: op({
        summary: "run what runs every hour",
        answers: "nothing",
        handle: async (_, cx) => {
          await periodic?.run(cx, cx.clock.now() + 60_000);
          return undefined;
        },
      }),
    },
  });
