import { describe, expect, it } from "@jest/globals";
import { readSettings, showDetails } from "../../../../../src/engines/database/postgresql/settings.ts";
import { maskUrl, parseUrl } from "../../../../../src/engines/database/postgresql/url.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";

const settings = (details: JsonObject) => readSettings(details, { clock: systemClock, random: systemRandom });
const URL = "postgresql://{{username}}:{{password}}@db:5433/app";

describe("connection_url", () => {
  it("takes user and password escaped, so that neither can become another part of it", () => {
    const { target } = settings({ connection_url: URL, username: "a@evil:1/x", password: "p?sslmode=disable#%" });

    expect(target).toMatchObject({
      hosts: [{ name: "db", port: 5433 }],
      database: "app",
      username: "a@evil:1/x",
      password: "p?sslmode=disable#%",
    });
  });

  it("takes them as they are when escaping is switched off", () => {
    const given = { connection_url: URL, username: "a%40b", password: "p", disable_escaping: true };

    expect(settings(given).target.username).toBe("a@b");
  });

  it("may name several hosts and IPv6 addresses", () => {
    expect(parseUrl("postgres://u@[::1]:6000,b/app").hosts).toEqual([
      { name: "::1", port: 6000 },
      { name: "b", port: 5432 },
    ]);
  });

  it.each([
    "mysql://a",
    "postgresql://u:secret@h:99999/x",
    "postgresql://u:secret@%zz/x",
    "postgresql://u:secret@a:b:c/x",
  ])("that cannot be read is refused without being quoted: %s", (url) => {
    expect(() => parseUrl(url)).toThrow(/^cannot parse connection url: (?!.*secret)/);
  });

  it.each([
    ["postgresql://u:secret@h/x?a=b", "postgresql://u:xxxxx@h/x?a=b", true],
    ["postgresql://u@h/x?password=secret", "postgresql://u@h/x?password=xxxxx", true],
    [URL, URL, false],
    ["postgresql://u@h/x", "postgresql://u@h/x", false],
    ["nonsense secret", "xxxxx", false],
  ])("is shown without a password: %s", (url, shown, literal) => {
    expect(maskUrl(url)).toEqual({ shown, literal });
  });
});

describe("TLS", () => {
  const tls = (query: string) => settings({ connection_url: `postgresql://u@h/x${query}` }).tls;

  it.each(["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=require", "?sslmode=verify-full"])(
    "with certificate and host name checked is what %p means",
    (query) => {
      expect(tls(query)).toMatchObject({ hostname: true });
    },
  );

  it("is left out only where the URL says disable", () => {
    expect(tls("?sslmode=disable")).toBe(false);
  });

  it("does not read files of the server's", () => {
    expect(() => tls("?sslrootcert=/etc/passwd")).toThrow("files cannot be named in it");
  });
});

describe("connection_details", () => {
  it.each<[JsonObject, string]>([
    [{}, "connection_url cannot be empty"],
    [
      { connection_url: URL, username: "{{password}}" },
      "username and/or password cannot contain the template variables",
    ],
    [{ connection_url: URL, password_authentication: "plain" }, "'plain' is not a valid password authentication type"],
    [{ connection_url: URL, max_connection_lifetime: "soon" }, "invalid max_connection_lifetime: "],
    [{ connection_url: URL, username_template: "{{ nope }}" }, "unable to initialize username template: "],
  ])("%j are refused with Vault's text", (details, text) => {
    expect(() => settings(details)).toThrow(text);
  });

  it.each([
    [0, 4],
    [-1, 4],
    [3, 3],
    [1000, 16],
  ])("max_open_connections %d makes %d connections", (max_open_connections, connections) => {
    expect(settings({ connection_url: URL, max_open_connections }).connections).toBe(connections);
  });

  it("are shown without password and key", () => {
    expect(showDetails({ connection_url: URL, username: "u", password: "p", private_key: "k", extra: 1 })).toEqual({
      connection_url: URL,
      username: "u",
      extra: 1,
    });
  });
});
