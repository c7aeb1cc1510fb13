import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { done, expect, listed, type Run, refused, Skipped, secret } from "./vault.ts";

/** What people type, by area. Mounts carry names no other suite uses. */

const CREATE = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;

const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78";

const status = async (vault: Run): Promise<void> => {
  const text = await done(vault, "status");
  expect(/Sealed\s+false/.test(text), text);
};

const kv = async (vault: Run): Promise<void> => {
  await done(vault, "secrets", "enable", "-path=cli-kv", "-version=2", "kv");
  await done(vault, "kv", "put", "cli-kv/app/a", "x=1", "y=two");
  await done(vault, "kv", "patch", "cli-kv/app/a", "z=3");
  const read = await secret(vault, "kv get", "cli-kv/app/a");
  const { data } = read.data ?? {};
  expect(JSON.stringify(data) === '{"x":"1","y":"two","z":"3"}', JSON.stringify(data));
  await refused(vault, "check-and-set parameter did not match", "kv", "put", "-cas=1", "cli-kv/app/a", "x=2");
  expect((await listed(vault, "kv list", "cli-kv/app")).join() === "a", "it is listed");
  await done(vault, "kv", "delete", "cli-kv/app/a");
  await done(vault, "kv", "undelete", "-versions=2", "cli-kv/app/a");
  await done(vault, "kv", "rollback", "-version=1", "cli-kv/app/a");
  await done(vault, "kv", "destroy", "-versions=1", "cli-kv/app/a");
  await done(vault, "kv", "metadata", "put", "-custom-metadata=owner=ann", "cli-kv/app/a");
  expect((await done(vault, "kv", "metadata", "get", "cli-kv/app/a")).includes("map[owner:ann]"), "metadata");
  await done(vault, "kv", "metadata", "delete", "cli-kv/app/a");
  await refused(vault, "No value found", "kv", "get", "cli-kv/app/a");
  await done(vault, "secrets", "disable", "cli-kv");
};

const mounts = async (vault: Run): Promise<void> => {
  await done(vault, "secrets", "enable", "-path=cli-one", "-description=a store", "kv");
  await done(vault, "secrets", "tune", "-default-lease-ttl=1h", "cli-one");
  expect((await done(vault, "secrets", "list", "-detailed")).includes("a store"), "it is listed");
  await done(vault, "secrets", "move", "cli-one", "cli-two");
  await done(vault, "secrets", "disable", "cli-two");
  await done(vault, "auth", "enable", "-path=cli-people", "userpass");
  await done(vault, "auth", "tune", "-max-lease-ttl=2h", "cli-people");
  expect((await done(vault, "auth", "list")).includes("cli-people/"), "the method is listed");
  await done(vault, "auth", "disable", "cli-people");
  expect((await done(vault, "path-help", "sys/mounts")).includes("mount"), "help");
};

const policies = async (vault: Run): Promise<void> => {
  const text = 'path "cli-any/*" { capabilities = ["read"] }';
  const { status: wrote } = await vault(["policy", "write", "cli-policy", "-"], { input: text });
  expect(wrote === 0, "it is written");
  expect((await done(vault, "policy", "read", "cli-policy")).trim() === text, "it is read as written");
  expect((await listed(vault, "policy list")).includes("cli-policy"), "it is listed");
  const token = (await secret(vault, "token create", "-policy=cli-policy")).auth?.client_token ?? "";
  expect((await done(vault, "token", "capabilities", token, "cli-any/a")).trim() === "read", "capabilities");
  await done(vault, "policy", "delete", "cli-policy");
};

const tokens = async (vault: Run): Promise<void> => {
  const token = (await secret(vault, "token create", "-ttl=1h", "-policy=default")).auth?.client_token ?? "";
  expect("ttl" in ((await secret(vault, "token lookup", token)).data ?? {}), "it is looked up");
  await done(vault, "token", "renew", "-increment=30m", token);
  await done(vault, "token", "revoke", token);
  await refused(vault, "bad token", "token", "lookup", token);
};

const logins = async (vault: Run): Promise<void> => {
  await done(vault, "auth", "enable", "-path=cli-users", "userpass");
  await done(vault, "write", "auth/cli-users/users/ann", "password=a password", "token_policies=default");
  const words = ["login", "-no-store", "-token-only", "-method=userpass", "-path=cli-users", "username=ann"];
  const token = (await done(vault, ...words, "password=a password")).trim();
  expect(/^hvs\./.test(token), "a token alone");
  await refused(vault, "invalid username or password", ...words, "password=wrong");
  await done(vault, "lease", "revoke", "-prefix", "-sync", "auth/cli-users/login");
  await refused(vault, "bad token", "token", "lookup", token);
  await done(vault, "auth", "disable", "cli-users");
};

const wrapping = async (vault: Run): Promise<void> => {
  const made = await secret(vault, "write", "-wrap-ttl=60", "sys/wrapping/wrap", "k=v");
  const token = made.wrap_info?.token ?? "";
  expect((await done(vault, "unwrap", "-field=k", token)).trim() === "v", "the value");
  await refused(vault, "wrapping token is not valid", "unwrap", token);
};

const audit = async (vault: Run): Promise<void> => {
  await done(vault, "audit", "enable", "-path=cli-trail", "file", "file_path=stdout");
  expect((await done(vault, "audit", "list")).includes("cli-trail/"), "it is listed");
  await done(vault, "audit", "disable", "cli-trail");
};

const databases = async (vault: Run): Promise<void> => {
  const { POSTGRES_URL: url, POSTGRES_PASSWORD: password } = process.env;
  if (!url) throw new Skipped("no PostgreSQL runs here");
  await done(vault, "secrets", "enable", "-path=cli-db", "database");
  const login = ["username=vaultadmin", `password=${password}`];
  const where = ["plugin_name=postgresql-database-plugin", "allowed_roles=*", `connection_url=${url}`];
  await done(vault, "write", "cli-db/config/pg", ...where, ...login);
  await done(vault, "write", "cli-db/roles/r", "db_name=pg", `creation_statements=${CREATE}`, "default_ttl=1h");
  const made = await secret(vault, "read", "cli-db/creds/r");
  const lease = made.lease_id ?? "";
  expect(made.lease_duration === 3600 && lease.startsWith("cli-db/creds/r/"), "it is leased");
  const found = (await secret(vault, "lease lookup", lease)).data ?? {};
  expect(found["renewable"] === true, "it is looked up");
  expect((await secret(vault, "lease renew", "-increment=60", lease)).lease_duration === 60, "it is renewed");
  await done(vault, "lease", "revoke", "-sync", lease);
  await refused(vault, "invalid lease", "lease", "lookup", lease);
  await done(vault, "read", "cli-db/creds/r");
  await done(vault, "lease", "revoke", "-force", "-prefix", "cli-db/creds");
  await refused(vault, "No value found", "list", "sys/leases/lookup/cli-db/creds/r");
  await done(vault, "secrets", "disable", "cli-db");
};

const hosts = async (vault: Run): Promise<void> => {
  await done(vault, "secrets", "enable", "-path=cli-ssh", "ssh");
  const ssh = (mode: string, role: string, ...more: readonly string[]): readonly string[] =>
    ["ssh", "-no-exec", "-mount-point=cli-ssh", `-mode=${mode}`, `-role=${role}`, ...more, "bob@10.1.2.3"] as const;
  await done(vault, "write", "cli-ssh/roles/otp", "key_type=otp", "default_user=bob", "cidr_list=10.0.0.0/8");
  const otp = (await done(vault, ...ssh("otp", "otp", "-field=key"))).trim();
  const told = await secret(vault, "write", "cli-ssh/verify", `otp=${otp}`);
  expect(told.data?.["username"] === "bob" && told.data["role_name"] === "otp", "the password is good");
  await refused(vault, "OTP not found", "write", "cli-ssh/verify", `otp=${otp}`);

  await done(vault, "write", "-f", "cli-ssh/config/ca", "key_type=ed25519");
  const role = ["key_type=ca", "allow_user_certificates=true", "allowed_users=bob", "allowed_extensions=*"];
  await done(vault, "write", "cli-ssh/roles/ca", ...role);
  const folder = await mkdtemp(join(tmpdir(), "zeroth-cli-ssh-"));
  try {
    const file = join(folder, "id.pub");
    await writeFile(file, PUBLIC_KEY);
    // OpenBao's looks for the private key before it asks for a signature.
    await writeFile(join(folder, "id"), "");
    const keys = [`-public-key-path=${file}`, `-private-key-path=${join(folder, "id")}`];
    const signed = await done(vault, ...ssh("ca", "ca", ...keys, "-field=signed_key"));
    expect(signed.startsWith("ssh-ed25519-cert-v01@openssh.com "), "a certificate");
  } finally {
    await rm(folder, { recursive: true });
  }
  const shown = await done(vault, "read", "-field=public_key", "cli-ssh/config/ca");
  expect(shown.startsWith("ssh-ed25519 "), "the CA");
  await done(vault, "secrets", "disable", "cli-ssh");
};

export const CHECKS: Readonly<Record<string, (vault: Run) => Promise<void>>> = {
  "status: it is up and unsealed": status,
  "kv: put, patch, get, check-and-set, list, delete, undelete, roll back, destroy, metadata": kv,
  "mounts and methods: enable, tune, list, move, disable, help": mounts,
  "policies: write, read, list, capabilities, delete": policies,
  "tokens: create, look up, renew, revoke": tokens,
  "login: userpass, and an end by prefix": logins,
  "wrapping: unwrapped once": wrapping,
  "audit devices: enable, list, disable": audit,
  "database: credentials are leased, renewed, looked up, revoked one by one and by prefix": databases,
  "ssh: a one-time password and a signed key, as `vault ssh` asks for them": hosts,
};
