import { as, type MountId } from "../../../../../src/std/brand.ts";
import type { Answered, TestServer } from "../../../../support/make-server.ts";
import { type ReadCertificate, readCertificate } from "../../../../support/ssh-certificate.ts";

/** A mount `ssh/` with what the tests of its engine need. */

export const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78";

export interface Ssh {
  readonly server: TestServer;
  post(path: string, body?: unknown, token?: string | null): Promise<Answered>;
  /** Writes a role; a member of `fields` replaces the usual one. */
  otpRole(name: string, fields?: Readonly<Record<string, unknown>>): Promise<Answered>;
  caRole(name: string, fields?: Readonly<Record<string, unknown>>): Promise<Answered>;
  /** A password of a role for `10.1.2.3`. Fails where none is made. */
  password(role: string, token?: string): Promise<{ readonly key: string; readonly lease: string }>;
  verify(key: string): Promise<Answered>;
  /** Signs the usual key. Fails where it is not signed. */
  sign(role: string, body?: Readonly<Record<string, unknown>>, token?: string): Promise<ReadCertificate>;
  /** How many passwords the mount keeps. */
  kept(): Promise<number>;
}

export const mountSsh = async (server: TestServer): Promise<Ssh> => {
  const post: Ssh["post"] = (path, body = {}, token) =>
    server.call("POST", path, { body, ...(token === undefined ? {} : { token }) });
  const good = (answer: Answered): Answered => {
    if (answer.status < 300) return answer;
    throw new Error(`${answer.status} ${answer.text}`);
  };
  good(await post("sys/mounts/ssh", { type: "ssh" }));
  return {
    server,
    post,
    otpRole: (name, fields) =>
      post(`ssh/roles/${name}`, { key_type: "otp", default_user: "ubuntu", cidr_list: "10.0.0.0/8", ...fields }),
    caRole: (name, fields) =>
      post(`ssh/roles/${name}`, {
        key_type: "ca",
        allow_user_certificates: true,
        allowed_users: "*",
        default_user: "ubuntu",
        ...fields,
      }),
    password: async (role, token) => {
      const { data, body } = good(await post(`ssh/creds/${role}`, { ip: "10.1.2.3" }, token));
      return { key: String(data["key"]), lease: String(body["lease_id"]) };
    },
    verify: (otp) => post("ssh/verify", { otp }, null),
    sign: async (role, body, token) => {
      const { data } = good(await post(`ssh/sign/${role}`, { public_key: PUBLIC_KEY, ...body }, token));
      return readCertificate(String(data["signed_key"]));
    },
    kept: async () => {
      const snapshot = await server.core.config.snapshot();
      const mount = [...snapshot.mounts.values()].find(({ info }) => info.path === "ssh/");
      const view = await server.core.store.view(mount?.info.id ?? as<MountId>("ssh:none"));
      return (await view.list("otp/")).length;
    },
  };
};
