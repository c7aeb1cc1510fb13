import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
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
    ["postgresql://u:{{password}}@h/x?password=secret", "postgresql://u:{{password}}@h/x?password=xxxxx", true],
  ])("is shown without a password: %s", (url, shown, literal) => {
    expect(maskUrl(url)).toEqual({ shown, literal });
  });
});

describe("a connection string of keywords", () => {
  const target = (connection_url: string, username = "u", password = "p") =>
    settings({ connection_url, username, password }).target;

  it("is read as libpq reads it", () => {
    expect(
      target("host = db port=5433  dbname='my db' user={{username}} password='{{password}}' a=b\\ c"),
    ).toMatchObject({
      hosts: [{ name: "db", port: 5433 }],
      database: "my db",
      username: "u",
      password: "p",
      parameters: new Map([["a", "b c"]]),
    });
  });

  it("takes names and passwords as they are, and none of them becomes another keyword", () => {
    const hostile = "x' sslmode=disable host=evil \\";

    expect(target("host=db user={{username}} password={{password}}", hostile, hostile)).toMatchObject({
      hosts: [{ name: "db" }],
      username: hostile,
      password: hostile,
      parameters: new Map(),
    });
  });

  it("may name several hosts, with one port for all or one for each", () => {
    expect(target("host=a,b").hosts.map(({ port }) => port)).toEqual([5432, 5432]);
    expect(target("host=a,b port=1").hosts.map(({ port }) => port)).toEqual([1, 1]);
    expect(target("host=a,::1 port=1,2").hosts).toEqual([
      { name: "a", port: 1 },
      { name: "::1", port: 2 },
    ]);
  });

  it.each([
    ["host=a,b,c port=1,2", "2 ports do not match 3 hosts"],
    ["host=a port=0", "invalid port"],
    ["host=a port=x", "invalid port"],
    [`host=${"a,".repeat(8)}a`, "more than 8 hosts"],
    ["host=/var/run", "Unix sockets are not supported"],
    ["hostaddr=10.0.0.1", "hostaddr is not supported; name the server by host"],
    ["host=a password='secret", "a quoted value does not end"],
    ["host=a password='secret'x", "a value with quotes or blanks must be quoted"],
    ["host=a secret", "every keyword needs a value: keyword=value"],
    ["host=a service=x", "files cannot be named in it; use tls_ca, tls_certificate and private_key"],
    ["host=a sslmode=sometimes", "sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full"],
    [`host=${"a".repeat(5000)}`, "it is too long"],
  ])("that cannot be read is refused without its password: %s", (text, why) => {
    expect(() => target(text)).toThrow(new Error(`cannot parse connection url: ${why}`));
  });

  it.each([
    ["host=db password=secret user=u", "host=db password=xxxxx user=u"],
    ["password = 'se cr\\'et'  host=db", "password = xxxxx  host=db"],
    ["host=db password='{{password}}'", "host=db password='{{password}}'"],
    ["host=db password='secret", "xxxxx"],
  ])("is shown without a password: %s", (connection_url, shown) => {
    expect(showDetails({ connection_url })).toEqual({ connection_url: shown });
  });

  it("made of any keywords and values reads back as they were", () => {
    const quote = (value: string) => `'${value.replace(/[\\']/g, "\\$&")}'`;
    const keyword = fc
      .stringMatching(/^[a-z_]{3,10}$/)
      .filter((name) => !/^(?:host|port|user|password|dbname|ssl|pass|serv)/.test(name));
    fc.assert(
      fc.property(
        fc.dictionary(keyword, fc.string({ maxLength: 20 }), { maxKeys: 5, noNullPrototype: true }),
        (given) => {
          const text = Object.entries(given).map(([name, value]) => `${name}=${quote(value)}`);
          expect(Object.fromEntries(target(["host=db", ...text].join(" ")).parameters)).toEqual(given);
        },
      ),
    );
  });
});

describe("TLS", () => {
  const read = (query: string, host = "db", more: JsonObject = {}) =>
    settings({ connection_url: `postgresql://u@${host}/x${query}`, ...more });

  it.each([
    ["", "verify-full", "chain and name"],
    ["?sslmode=verify-full", "", "chain and name"],
    ["?sslmode=verify-ca", "", "chain"],
    ["?sslmode=require", "", "nothing"],
    ["?sslmode=prefer", "", "nothing"],
    ["?sslmode=allow", "", "nothing"],
  ])("elsewhere, %p checks what it says and never falls back", (query, _, check) => {
    expect(read(query).tls).toMatchObject({ check, orPlain: false });
  });

  it.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "LOCALHOST", "localhost,127.0.0.1", ""])(
    "on this machine (%p) is used where the server has it",
    (host) => {
      expect(read("", host).tls).toMatchObject({ check: "nothing", orPlain: true });
    },
  );

  it("is not left out by a list of hosts of which one is elsewhere", () => {
    expect(read("", "localhost,db").tls).toMatchObject({ check: "chain and name", orPlain: false });
  });

  it.each(["require", "prefer", "allow"])("with %s and without tls_ca says that nothing is checked", (mode) => {
    expect(read(`?sslmode=${mode}`).warnings).toEqual([expect.stringMatching(/nothing checks which server answers/)]);
    expect(read(`?sslmode=${mode}`, "db", { tls_ca: "x" }).warnings).toEqual([]);
  });

  it.each(["", "?sslmode=verify-full", "?sslmode=verify-ca", "?sslmode=disable"])(
    "with %p warns of nothing",
    (query) => {
      expect(read(query).warnings).toEqual([]);
    },
  );

  it("is left out only where the URL says disable", () => {
    expect(read("?sslmode=disable").tls).toBe(false);
  });

  it("does not read files of the server's", () => {
    expect(() => read("?sslrootcert=/etc/passwd")).toThrow("files cannot be named in it");
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
