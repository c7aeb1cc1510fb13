import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { maskUrl, parseUrl } from "../../../../../src/engines/database/mongodb/url.ts";

const NOBODY = { username: "", password: "" };
const URL = "mongodb://{{username}}:{{password}}@db:27018/app?tls=true";

describe("connection_url", () => {
  it("may name several hosts, IPv6 addresses, a database and options", () => {
    expect(parseUrl("mongodb://a,[::1]:2,c:3/app?replicaSet=rs&TLS=true&retryWrites=true&w=majority", NOBODY)).toEqual({
      hosts: [
        { name: "a", port: 27017 },
        { name: "::1", port: 2 },
        { name: "c", port: 3 },
      ],
      srv: false,
      username: "",
      password: "",
      database: "app",
      options: new Map([
        ["replicaset", "rs"],
        ["tls", "true"],
      ]),
    });
  });

  it("of mongodb+srv takes one name", () => {
    expect(parseUrl("mongodb+srv://u:p%40@cluster.example.com/", NOBODY)).toMatchObject({
      hosts: [{ name: "cluster.example.com", port: 27017 }],
      srv: true,
      username: "u",
      password: "p@",
    });
  });

  it("takes names and passwords as they are, whatever they hold, and none becomes another part of it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (username, password) => {
        expect(parseUrl(URL, { username, password })).toEqual({
          hosts: [{ name: "db", port: 27018 }],
          srv: false,
          username,
          password,
          database: "app",
          options: new Map([["tls", "true"]]),
        });
      }),
    );
  });

  it.each([
    ["postgresql://u:canary@h/", "it must look like mongodb://user:password@host:port/database"],
    ["mongodb://u:canary@", "it must look like mongodb://user:password@host:port/database"],
    ["mongodb://u:canary@h:0/", "invalid port"],
    ["mongodb://u:canary@h:99999/", "invalid port"],
    ["mongodb://u:canary@a:b:c/", "invalid host"],
    ["mongodb://u:canary@[nonsense]/", "invalid host"],
    ["mongodb://u:canary@%2Ftmp%2Fmongodb.sock/", "Unix sockets are not supported"],
    ["mongodb://u:can%zz@h/", "invalid percent-encoding"],
    ["mongodb+srv://u:canary@a,b/", "mongodb+srv:// takes one name without a port"],
    ["mongodb+srv://u:canary@a.example.com:1/", "mongodb+srv:// takes one name without a port"],
    ["mongodb+srv://u:canary@127.0.0.1/", "mongodb+srv:// takes one name without a port"],
    [`mongodb://u:canary@${"a,".repeat(8)}a/`, "more than 8 hosts"],
    [`mongodb://u:canary@${"a".repeat(5000)}/`, "it is too long"],
    ["mongodb://u:canary@h/?tlsCAFile=/etc/passwd", "files cannot be named in it; use tls_ca and tls_certificate_key"],
    ["mongodb://u:canary@h/?sslPEMKeyFile=/x", "files cannot be named in it; use tls_ca and tls_certificate_key"],
    ["mongodb://u:canary@h/?proxyHost=10.0.0.1", "it has an option that is not supported"],
    ["mongodb://u:canary@h/?authMechanismProperties=a:b", "it has an option that is not supported"],
    ["mongodb://u:canary@h/?loadBalanced=true", "it has an option that is not supported"],
    ["mongodb://u:canary@h/?srvServiceName=x", "it has an option that is not supported"],
  ])("that cannot be used is refused without being quoted: %s", (url, why) => {
    expect(() => parseUrl(url, NOBODY)).toThrow(new Error(`cannot parse connection url: ${why}`));
  });

  it.each([
    ["mongodb://u:canary@h/x?a=b", "mongodb://u:xxxxx@h/x?a=b", true],
    ["mongodb+srv://u:canary@h/x", "mongodb+srv://u:xxxxx@h/x", true],
    [URL, URL, false],
    ["mongodb://u@h/x", "mongodb://u@h/x", false],
    ["nonsense canary", "xxxxx", false],
  ])("is shown without a password: %s", (url, shown, literal) => {
    expect(maskUrl(url)).toEqual({ shown, literal });
  });
});
