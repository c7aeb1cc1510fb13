import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { freePort } from "../support/free-port.ts";
import { until } from "./support/until.ts";
import type { Operator } from "./support/vault.ts";
import { createWorld, type World } from "./support/world.ts";

/**
 * Keys as a service, for services that hold none: an orchestrator's hierarchy of certificates, whose root stays offline,
 * gives each service a certificate for its own name through its agent and renews it; and an application encrypts
 * through the agent's listener, without a token and without a key.
 */

const run = promisify(execFile);
const NAME = "web.svc.example.com";

/** Key, certificate and authority, as the template writes them. */
const TEMPLATE = `{{ with pkiCert "pki/issue/service" "common_name=${NAME}" "ttl=15s" }}{{ .Data.Key }}{{ .Data.Cert }}{{ .Data.CA }}{{ end }}`;

const certificatesIn = (text: string): readonly string[] =>
  text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];

describe("keys as a service", () => {
  let world: World;
  let operator: Operator;
  /** The root's certificate, which clients trust. */
  let root = "";

  const path = (name: string): string => join(world.folder, name);
  const openssl = (...args: readonly string[]) => run("openssl", args, { cwd: world.folder });
  const login = (): string => `
    vault { address = "${world.server.url}" }
    auto_auth {
      method "approle" {
        config = {
          role_id_file_path = "${path("role-id")}"
          secret_id_file_path = "${path("secret-id")}"
          remove_secret_id_file_after_reading = false
        }
      }
    }`;
  const rendered = (): Promise<string | undefined> =>
    readFile(path("service.pem"), "utf8").then(
      (text) => (certificatesIn(text).length > 1 ? text : undefined),
      () => undefined,
    );
  const serialIn = (text: string): string => new X509Certificate(certificatesIn(text)[0] ?? "").serialNumber;

  /** The root is made by OpenSSL and signs one request; its key is in no server. */
  const hierarchy = async (): Promise<void> => {
    await openssl(
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -days 3650 -keyout root.key -out root.pem".split(
        " ",
      ),
      "-subj",
      "/CN=Offline root",
    );
    root = await readFile(path("root.pem"), "utf8");
    await operator("POST", "sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "43800h" } });
    const { data } = await operator("POST", "pki/intermediate/generate/internal", {
      common_name: "Services",
      key_type: "ec",
    });
    await writeFile(path("services.csr"), String(data?.["csr"]));
    await writeFile(
      path("ca.cnf"),
      "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
    );
    await openssl(
      ..."x509 -req -in services.csr -CA root.pem -CAkey root.key -CAcreateserial -days 365 -extfile ca.cnf -out services.pem".split(
        " ",
      ),
    );
    await operator("POST", "pki/intermediate/set-signed", {
      certificate: `${await readFile(path("services.pem"), "utf8")}${root}`,
    });
  };

  /** A service is an entity: its role gives it certificates for its own name and no other. */
  const service = async (): Promise<void> => {
    await operator("POST", "pki/roles/service", {
      allowed_domains: "{{identity.entity.name}}.svc.example.com",
      allowed_domains_template: true,
      allow_bare_domains: true,
      key_type: "ec",
      max_ttl: "1h",
    });
    await operator("POST", "sys/policies/acl/service", {
      policy:
        'path "pki/issue/service" { capabilities = ["update"] } path "transit/encrypt/orders" { capabilities = ["update"] } path "transit/decrypt/orders" { capabilities = ["update"] }',
    });
    await operator("POST", "sys/auth/approle", { type: "approle" });
    await operator("POST", "auth/approle/role/web", { token_policies: "service", token_ttl: "20m" });
    const { data } = await operator("GET", "auth/approle/role/web/role-id");
    const id = String(data?.["role_id"]);
    const methods = (await operator("GET", "sys/auth")).data ?? {};
    const accessor = Reflect.get(Object(methods["approle/"]), "accessor");
    const entity = await operator("POST", "identity/entity", { name: "web" });
    await operator("POST", "identity/entity-alias", {
      name: id,
      canonical_id: entity.data?.["id"],
      mount_accessor: accessor,
    });
    const made = await operator("POST", "auth/approle/role/web/secret-id", {});
    await writeFile(path("role-id"), id);
    await writeFile(path("secret-id"), String(made.data?.["secret_id"]));
  };

  beforeAll(async () => {
    world = await createWorld();
    operator = world.operator;
    await hierarchy();
    await service();
    await operator("POST", "sys/mounts/transit", { type: "transit" });
    await operator("POST", "transit/keys/orders", {});
  });
  afterAll(() => world.close());

  /** What a client that trusts the root alone sees of a server with these files. */
  const handshake = async (text: string): Promise<string> => {
    const server = createServer({ key: text, cert: certificatesIn(text).join("\n") }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      return await new Promise<string>((resolve, reject) => {
        const socket: TLSSocket = connect({ host: "127.0.0.1", port, ca: root, servername: NAME }, () => {
          resolve(socket.authorized ? String(socket.getPeerX509Certificate()?.serialNumber) : "not authorized");
          socket.destroy();
        });
        socket.once("error", reject);
      });
    } finally {
      server.close();
    }
  };

  it("a service gets a certificate that clients of the offline root believe, and a new one before it ends", async () => {
    const agent = await world.agent(
      "certificate",
      `${login()}
       template { contents = ${JSON.stringify(TEMPLATE)} destination = "${path("service.pem")}" perms = 0600 }`,
    );
    const first = await until("the certificate", rendered).catch(() => {
      throw new Error(agent.output());
    });
    expect(await handshake(first)).toBe(serialIn(first));
    const second = await until("its renewal", async () => {
      const text = await rendered();
      return text !== undefined && text !== first ? text : undefined;
    });

    expect(serialIn(second)).not.toBe(serialIn(first));
    expect(await handshake(second)).toBe(serialIn(second));
    const remaining = Date.parse(new X509Certificate(certificatesIn(first)[0] ?? "").validTo) - Date.now();
    expect(remaining).toBeGreaterThan(0);
    agent.child.kill("SIGTERM");
    expect(await agent.ended).toBe(0);
    expect(agent.output()).not.toContain("PRIVATE KEY");
  });

  it("and none for the name of another", async () => {
    const body = {
      role_id: await readFile(path("role-id"), "utf8"),
      secret_id: await readFile(path("secret-id"), "utf8"),
    };
    const { auth } = await operator("POST", "auth/approle/login", body);
    const answer = await fetch(`${world.server.url}/v1/pki/issue/service`, {
      method: "POST",
      headers: { "X-Vault-Token": auth?.client_token ?? "" },
      body: JSON.stringify({ common_name: "db.svc.example.com" }),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("not allowed by this role")]);
  });

  it("an application encrypts through the agent's listener, without a token of its own", async () => {
    const port = await freePort();
    const agent = await world.agent(
      "proxy",
      `${login()}
       api_proxy { use_auto_auth_token = true }
       listener "tcp" { address = "127.0.0.1:${port}" tls_disable = true }`,
    );
    const ask = async (way: string, body: object): Promise<Readonly<Record<string, unknown>> | undefined> => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/transit/${way}/orders`, {
        method: "POST",
        headers: { "X-Vault-Request": "true" },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      return answer?.ok ? Object(Reflect.get(Object(await answer.json()), "data")) : undefined;
    };
    const plaintext = Buffer.from("order 17").toString("base64");
    const encrypted = await until("the first ciphertext", () => ask("encrypt", { plaintext })).catch(() => {
      throw new Error(agent.output());
    });
    expect(encrypted["ciphertext"]).toMatch(/^vault:v1:/);
    await operator("POST", "transit/keys/orders/rotate", {});
    expect(await ask("decrypt", { ciphertext: encrypted["ciphertext"] })).toEqual({ plaintext });
    expect((await ask("encrypt", { plaintext }))?.["ciphertext"]).toMatch(/^vault:v2:/);
    agent.child.kill("SIGTERM");
    expect(await agent.ended).toBe(0);
    expect(agent.output()).not.toContain(plaintext);
  });
});
