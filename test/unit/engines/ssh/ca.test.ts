import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { publicKeyOf, publicLine } from "../../../../src/engines/ssh/openssh/public-key.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { readCertificate } from "../../../support/ssh-certificate.ts";
import { mountSsh, PUBLIC_KEY, type Ssh } from "./support/hosts.ts";

let server: TestServer;
let ssh: Ssh;
beforeAll(async () => {
  server = await makeServer();
  ssh = await mountSsh(server);
});
afterAll(() => server.dynamo.close());

const pem = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));
const line = (key: KeyObject): string => publicLine(publicKeyOf(key));
const ed25519 = () => generateKeyPairSync("ed25519").privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const write = (key: KeyObject, shown = key) =>
  ssh.post("ssh/config/ca", { private_key: pem(key), public_key: line(shown) });
const remove = () => server.call("DELETE", "ssh/config/ca");

describe("a CA", () => {
  it("is made by one of many who ask at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ssh.post("ssh/config/ca", { key_type: "ed25519" })),
    );
    const made = answers.filter(({ status }) => status === 200);
    const { data } = await server.call("GET", "ssh/config/ca");
    await remove();

    expect(made.map(({ data: { public_key } }) => public_key)).toEqual([data["public_key"]]);
    expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual(
      Array(7).fill({ errors: ["keys are already configured; delete them before reconfiguring"] }),
    );
  });

  it.each([
    ["Ed25519", ed25519()],
    ["RSA", rsa(2048)],
    ["ECDSA", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
  ])("is imported as PKCS#8 and signs: %s", async (_, key) => {
    expect((await write(key)).status).toBe(204);
    await ssh.caRole("r");
    const { ca, verified } = await ssh.sign("r");
    await remove();

    expect([ca.blob, verified]).toEqual([publicKeyOf(key).blob, true]);
  });

  it("is not imported where its halves do not belong together", async () => {
    for (const [key, shown] of [
      [ed25519(), ed25519()],
      [rsa(2048), ed25519()],
    ] as const) {
      expect((await write(key, shown)).body).toEqual({ errors: ["public_key does not belong to private_key"] });
    }
    expect((await server.call("GET", "ssh/config/ca")).status).toBe(400);
  });

  it("is not imported with an RSA key that is too short", async () => {
    expect((await write(rsa(1024))).body).toEqual({
      errors: ["private_key: refusing a weak rsa key: 1024 bits < 2048 bits"],
    });
  });

  it("never shows its private key: in no answer, no log and no readable item", async () => {
    const key = ed25519();
    const secret = key.export({ format: "jwk" }).d ?? "";
    const der = key.export({ type: "pkcs8", format: "der" });
    const from = [server.auditLines.length, server.logLines.length];
    await write(key);
    const answers = [
      await server.call("GET", "ssh/config/ca"),
      await server.call("GET", "ssh/public_key", { token: null }),
      await write(key),
    ];
    const snapshot = await server.core.config.snapshot();
    const mount = [...snapshot.mounts.values()].find(({ info }) => info.path === "ssh/");
    if (!mount) throw new Error("ssh/ is mounted");
    const view = await server.core.store.view(mount.info.id);
    const entry = await view.get(view.at("config/ca"));
    const logs = [server.auditLines.slice(from[0]), server.logLines.slice(from[1])];
    const written = JSON.stringify([answers, logs, entry]);
    await remove();

    expect(entry?.body).toEqual({ public_key: line(key) });
    for (const text of [secret, der.toString("base64"), der.toString("base64").slice(-40, -8), pem(key)]) {
      expect(written).not.toContain(text);
    }
  });

  it("is missed by sign and by issue once it is deleted", async () => {
    await ssh.post("sys/mounts/other", { type: "ssh" });
    await ssh.post("other/config/ca", { key_type: "ed25519" });
    await ssh.post("other/roles/r", { key_type: "ca", allow_user_certificates: true, allowed_users: "*" });
    const ask = () => ssh.post("other/sign/r", { public_key: PUBLIC_KEY, valid_principals: "a" });
    const before = await ask();
    await server.call("DELETE", "other/config/ca");
    const after = await ask();
    const issued = await ssh.post("other/issue/r", { key_type: "ed25519", valid_principals: "a" });

    expect(readCertificate(String(before.data["signed_key"])).verified).toBe(true);
    expect([after.status, after.body]).toEqual([
      400,
      { errors: ["1 error occurred:\n\t* error creating signer: no keys configured\n\n"] },
    ]);
    expect(issued.body).toEqual({ errors: ["error creating signer: no keys configured"] });
  });
});

describe("config/ca", () => {
  it.each([
    [{ key_type: "rsa", key_bits: 8192 }, "key_bits must be at most 4096 for a key of type rsa"],
    [{ key_type: "ssh-rsa", key_bits: -1 }, "refusing to generate weak ssh-rsa key: -1 bits < 2048 bits"],
    [{ key_type: "ec", key_bits: 255 }, "unknown ECDSA key pair algorithm: ec"],
    [{ key_type: "" }, "unknown ssh key pair algorithm: "],
    [{ key_type: "constructor" }, "unknown ssh key pair algorithm: constructor"],
  ])("refuses %j", async (body, why) => {
    const answer = await ssh.post("ssh/config/ca", body);
    expect([answer.status, answer.body]).toEqual([400, { errors: [`1 error occurred:\n\t* ${why}\n\n`] }]);
  });
});
