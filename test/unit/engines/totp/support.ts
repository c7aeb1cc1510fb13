import { createHmac } from "node:crypto";
import type { Answered, TestServer } from "../../../support/make-server.ts";

/** A mount `totp/` with a key that other programs know. */

/** `12345678901234567890`, the key of RFC 6238's vectors. */
export const KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
export const BYTES = Buffer.from("12345678901234567890");

/** The code of a step of thirty seconds: RFC 4226 from its text. */
export const codeOf = (step: number, digits = 6): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", BYTES).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
};

export const stepNow = (server: TestServer): number => Math.floor(server.clock.now() / 30_000);

export interface Totp {
  post(path: string, body?: unknown): Promise<Answered>;
  get(path: string): Promise<Answered>;
  /** `true`, `false`, or the text of the refusal. */
  check(name: string, code: unknown): Promise<unknown>;
}

export const mountTotp = async (server: TestServer): Promise<Totp> => {
  const post: Totp["post"] = (path, body = {}) => server.call("POST", path, { body });
  await post("sys/mounts/totp", { type: "totp" });
  return {
    post,
    get: (path) => server.call("GET", path),
    check: async (name, code) => {
      const { data, body } = await post(`totp/code/${name}`, { code });
      const errors = body["errors"];
      return Array.isArray(errors) ? errors[0] : data["valid"];
    },
  };
};
