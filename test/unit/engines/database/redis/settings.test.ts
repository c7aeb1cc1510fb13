import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readSettings, showDetails } from "../../../../../src/engines/database/redis/settings.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { makeCertificate } from "../support/certificate.ts";

const world = { clock: systemClock, random: systemRandom };
const GOOD = { host: "redis.example.com", port: 6379, username: "u", password: "p" };
const settings = (details: JsonObject) => readSettings({ ...GOOD, ...details }, world);

describe("connection_details", () => {
  it.each<[JsonObject, string]>([
    [{ host: "" }, "host cannot be empty"],
    [{ port: 0 }, "port cannot be empty"],
    [{ port: 70000 }, "port must be a number from 1 to 65535"],
    [{ port: -1 }, "port must be a number from 1 to 65535"],
    [{ port: "x" }, "error decoding 'port': "],
    [{ username: "" }, "username cannot be empty"],
    [{ password: "" }, "password cannot be empty"],
    [{ tls: true, ca_cert: "no certificate" }, "failed to parse root certificate"],
    [{ persistence_mode: "FILE" }, 'persistence_mode must be ACLFILE, REWRITE or NONE, not "FILE"'],
    [{ username_template: "{{ nope }}" }, "unable to initialize username template: "],
  ])("%j are refused", (details, text) => {
    expect(() => settings(details)).toThrow(text);
  });

  it("are taken as Vault's clients send them, numbers and flags as text", () => {
    expect(settings({ port: "6380", tls: "true", persistence_mode: "aclfile" })).toMatchObject({
      port: 6380,
      tls: { check: "chain and name", ca: "" },
      save: ["ACL", "SAVE"],
    });
  });

  it("are shown without the password", () => {
    const { cert } = makeCertificate("redis.example.com", new Date(Date.UTC(2099, 0, 1)));

    expect(showDetails({ ...GOOD, ca_cert: cert })).toEqual({
      host: GOOD.host,
      port: 6379,
      username: "u",
      ca_cert: cert,
    });
  });

  it.each<[JsonObject, RegExp | undefined]>([
    [{}, /in the clear/],
    [{ host: "127.0.0.1" }, undefined],
    [{ host: "localhost" }, undefined],
    [{ host: "127.0.0.1.example.com" }, /in the clear/],
    [{ tls: true }, undefined],
    [{ tls: true, insecure_tls: true }, /nothing checks which server answers/],
  ])("%j warn of what they leave open", (details, warning) => {
    expect(settings(details).warnings).toEqual(warning ? [expect.stringMatching(warning)] : []);
  });
});

describe("usernames", () => {
  const render = (DisplayName: string, RoleName: string) =>
    settings({}).template.render({ DisplayName, RoleName }, world);

  it("look as Vault's do", () => {
    expect(render("token", "my-role")).toMatch(/^V_TOKEN_MY-ROLE_[0-9A-Z]{20}_\d{10}$/);
  });

  it("keep their random part, have at most 100 characters, and nothing the server minds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (display, role) => {
        expect(render(display, role)).toMatch(/^V_[^\s\0]{0,64}_[^\s\0]{0,64}_[0-9A-Z]{20}_\d{10}$/);
        expect(render(display, role).length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
