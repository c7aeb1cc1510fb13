import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readMessage } from "../../../../src/auth/ldap/directory/answers.ts";
import { Malformed } from "../../../../src/auth/ldap/directory/ber.ts";
import { makeCertificate } from "../../engines/database/support/certificate.ts";
import {
  type Asked,
  ber,
  type DirectoryServer,
  entry,
  message,
  pageControl,
  result,
  startDirectory,
} from "./directory-server.ts";
import { errorsOf, type LdapServer, makeLdapServer, NOT_BOUND, REFUSED, SEARCHED } from "./support.ts";

/** Directories that are slow, silent, broken or hostile. */

const [BOUND, FOUND, EXTENDED] = [0x61, 0x65, 0x78];
const ALICE = "cn=alice,ou=people,dc=golden,dc=test";
const AWAY = [502, [NOT_BOUND]] as const;
const PASSWORD = "canary-pw-Q7";

/** More than a directory that answers needs for a whole login, on any machine. */
const PATIENT_MS = 120_000;
let limitMs = PATIENT_MS;
/** Each answer and each connection has two seconds: a directory that may say nothing is waited for. */
const HASTY = { request_timeout: 2, connection_timeout: 2 };

let server: LdapServer;
let directory: DirectoryServer | undefined;
beforeAll(async () => {
  server = await makeLdapServer({ limitMs: () => limitMs });
});
afterAll(() => server.stop());
beforeEach(() => {
  server.logLines.length = 0;
  server.auditLines.length = 0;
});
afterEach(() => {
  directory?.close();
  // Whatever went wrong, nobody reads the password.
  expect(JSON.stringify([server.logLines, server.auditLines])).not.toContain(PASSWORD);
});

/** What a directory that works would answer. */
const proper = (asked: Asked): Buffer => {
  if (asked.kind === "bind") return message(asked.id, result(BOUND, 0));
  if (asked.kind === "other") return message(asked.id, result(EXTENDED, 0));
  const found = asked.base.startsWith("ou=people")
    ? entry(ALICE, { uid: ["g-alice"] })
    : entry("cn=g-dev,dc=x", { cn: ["g-dev"] });
  return Buffer.concat([message(asked.id, found), message(asked.id, result(FOUND, 0))]);
};

type Fault = (asked: Asked, socket: Socket) => Buffer | undefined;

/** A directory that works but for what the fault answers; `undefined`: it says nothing. */
const against = async (fault: Fault, config: Readonly<Record<string, string | boolean | number>> = {}) => {
  directory = await startDirectory((asked, socket) => {
    const answer = fault(asked, socket);
    if (answer) socket.write(answer);
  });
  await server.configure({
    ...SEARCHED,
    url: directory.url,
    starttls: false,
    use_token_groups: false,
    max_page_size: 0,
    request_timeout: 90,
    connection_timeout: 30,
    ...config,
  });
  return server.login("g-alice", PASSWORD);
};

const asUser = (asked: Asked): boolean => asked.kind === "bind" && asked.dn === ALICE;

describe("a directory that works", () => {
  it("lets the user in", async () => {
    expect((await against(proper)).status).toBe(200);
  });

  it("is sent nothing but what it needs to know, and each password to one name", async () => {
    await against(proper);

    const binds = directory?.asked.flatMap((one) => (one.kind === "bind" ? [[one.dn, one.password]] : []));
    expect(binds).toEqual([
      [SEARCHED["binddn"], "binder-pw"],
      [ALICE, PASSWORD],
      [SEARCHED["binddn"], "binder-pw"],
    ]);
  });

  it("V42: is asked as many questions about a name that nobody has as about a wrong password", async () => {
    const wrong = await against((asked) => (asUser(asked) ? message(asked.id, result(BOUND, 49)) : proper(asked)));
    const aboutWrong = directory?.asked.map(({ kind }) => kind);
    directory?.close();
    const unknown = await against((asked) => {
      if (asked.kind === "search") return message(asked.id, result(FOUND, 0));
      return asked.kind === "bind" && asked.dn !== SEARCHED["binddn"]
        ? message(asked.id, result(BOUND, 49))
        : proper(asked);
    });

    expect([errorsOf(wrong), errorsOf(unknown)]).toEqual([REFUSED, REFUSED]);
    expect(directory?.asked.map(({ kind }) => kind)).toEqual(aboutWrong);
    await server.login("g-other", PASSWORD);
  });

  describe("and knows users by principal names", () => {
    const principal = { binddn: "", bindpass: "", upndomain: "corp.example" };
    afterEach(() => server.configure({ ...SEARCHED, upndomain: "" }));

    it("is bound to by that name, and asked whose it is", async () => {
      const answer = await against(proper, principal);

      expect(answer.status).toBe(200);
      expect(directory?.asked).toMatchObject([
        { kind: "bind", dn: "g-alice@corp.example", password: PASSWORD },
        { kind: "search", base: SEARCHED["userdn"] },
        { kind: "search", base: SEARCHED["groupdn"] },
      ]);
    });

    it.each([0, 2])("and gives %p entries for it makes no token", async (count) => {
      const answer = await against((asked) => {
        if (asked.kind !== "search") return proper(asked);
        const found = Array.from({ length: count }, (_, index) => message(asked.id, entry(`cn=${index},dc=x`)));
        return Buffer.concat([...found, message(asked.id, result(FOUND, 0))]);
      }, principal);

      expect(errorsOf(answer)).toEqual([400, ["LDAP search failed for detecting user: 0 or not unique"]]);
    });
  });

  it("lets nobody in whom a search does not find, whatever the bind as nobody answers", async () => {
    const answer = await against((asked) =>
      asked.kind === "search" ? message(asked.id, result(FOUND, 0)) : proper(asked),
    );

    expect(errorsOf(answer)).toEqual(REFUSED);
  });
});

const later =
  (when: (asked: Asked) => boolean, fault: Fault): Fault =>
  (asked, socket) =>
    when(asked) ? fault(asked, socket) : proper(asked);

const hangUp: Fault = (_, socket) => void socket.destroy();
const silence: Fault = () => undefined;

describe("I12: a directory that fails while it is asked", () => {
  const FAULTS: readonly (readonly [string, Fault])[] = [
    ["says nothing", silence],
    ["hangs up", hangUp],
    ["ends its side only", (_, socket) => void socket.end()],
    ["answers half and hangs up", (asked, socket) => void socket.end(proper(asked).subarray(0, 9))],
    ["answers half and falls silent", (asked) => proper(asked).subarray(0, 9)],
    ["takes back what it says by its own announcement", () => message(0, result(EXTENDED, 52))],
    ["answers success without saying so", ({ id }) => message(id, ber(BOUND))],
    ["answers success cut off", ({ id }) => message(id, ber(BOUND, ber(0x0a, Buffer.from([0]))))],
    ["answers another request", ({ id }) => message(id + 1, result(BOUND, 0))],
    ["answers with another kind of result", ({ id }) => message(id, result(EXTENDED, 0))],
    [
      "answers with the result of something else",
      ({ id, kind }) => message(id, result(kind === "search" ? BOUND : FOUND, 0)),
    ],
    ["answers something that is not LDAP", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n")],
    ["names a length without end", () => Buffer.from([0x30, 0x80, 0, 0])],
    ["names a length of gigabytes", () => Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff])],
    [
      "sends no end of entries",
      ({ id }) => Buffer.concat(Array.from({ length: 60 }, () => message(id, entry("x".repeat(100_000))))),
    ],
    ["refers to another directory", ({ id }) => message(id, result(BOUND, 10))],
    ["is busy", ({ id }) => message(id, result(BOUND, 51))],
    ["is unavailable", ({ id }) => message(id, result(BOUND, 52))],
  ];

  it.each(FAULTS)("and %s lets nobody in at the bind as the user, and says it was the directory", async (_, fault) => {
    expect(errorsOf(await against(later(asUser, fault), HASTY))).toEqual(AWAY);
  });

  it.each(FAULTS)("and %s lets nobody in at the search for the user", async (_, fault) => {
    const answer = await against(
      later(({ kind }) => kind === "search", fault),
      HASTY,
    );

    expect(errorsOf(answer)).toEqual(AWAY);
  });

  it.each(FAULTS)("and %s makes no token without groups at the search for groups", async (_, fault) => {
    const isForGroups = (asked: Asked) => asked.kind === "search" && asked.base.startsWith("ou=groups");
    const answer = await against(later(isForGroups, fault), HASTY);

    expect([answer.status, answer.body["auth"]]).toEqual([502, undefined]);
    expect(JSON.stringify(answer.body["errors"])).toContain("LDAP search failed");
  });

  it("does not lock anybody out", async () => {
    for (let tries = 0; tries < 6; tries++) {
      await against(later(asUser, hangUp));
      directory?.close();
    }

    expect((await against(proper)).status).toBe(200);
  });

  it("is not dialled again for the same login", async () => {
    await against(later(asUser, hangUp));

    expect(directory?.dials()).toBe(1);
  });

  it("is given no more time than a login has, whatever the timeouts say", async () => {
    const started = performance.now();
    limitMs = 1000;
    await against(later(asUser, silence)).finally(() => {
      limitMs = PATIENT_MS;
    });

    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe("a directory that never greets", () => {
  it("over TLS is one that cannot be reached", async () => {
    directory = await startDirectory(() => undefined);
    const url = directory.url.replace("ldap:", "ldaps:");
    await server.configure({ ...SEARCHED, ...HASTY, url });

    const answer = await server.login("g-alice", PASSWORD);
    expect(errorsOf(answer)).toEqual([400, [`error connecting to host "${url}": no connection`]]);
  });
});

describe("several directories", () => {
  it.each(["ldaps:", "ldap:"])("have their turn after one that says nothing, by %s", async (scheme) => {
    const silent = await startDirectory(() => undefined);
    directory = await startDirectory((asked, socket) => {
      // Both are asked for StartTLS where that is set: only a refusal is quick.
      socket.write(asked.kind === "other" ? message(asked.id, result(EXTENDED, 53)) : proper(asked));
    });
    const first = silent.url.replace("ldap:", scheme);
    const url = `${first},${directory.url}`;
    await server.configure({ ...SEARCHED, ...HASTY, url, starttls: scheme === "ldap:" });

    const answer = await server.login("g-alice", PASSWORD);
    silent.close();
    await server.configure({ starttls: false });

    expect([silent.dials(), directory.dials()]).toEqual([1, 1]);
    expect(answer.status).toBe(scheme === "ldaps:" ? 200 : 400);
  });
});

describe("answers of the directory", () => {
  it("in pages are read to the last, and each page is asked for by the cookie before it", async () => {
    await server.call("POST", "auth/ldap/groups/g-two", { body: { policies: "two" } });
    const answer = await against(
      (asked) => {
        if (asked.kind !== "search" || !asked.base.startsWith("ou=groups")) return proper(asked);
        const second = asked.controls.includes("next-page");
        const group = entry(`cn=${second ? "g-two" : "g-one"},dc=x`, { cn: [second ? "g-two" : "g-one"] });
        return Buffer.concat([
          message(asked.id, group),
          message(asked.id, result(FOUND, 0), pageControl(second ? "" : "next-page")),
        ]);
      },
      { max_page_size: 1 },
    );

    expect(answer.body["auth"]).toMatchObject({ policies: ["default", "two"] });
  });

  it("in pages without end are cut off", async () => {
    const answer = await against(
      (asked) => {
        if (asked.kind !== "search" || !asked.base.startsWith("ou=groups")) return proper(asked);
        return Buffer.concat([
          message(asked.id, entry("cn=g-one,dc=x", { cn: ["x".repeat(200_000)] })),
          message(asked.id, result(FOUND, 0), pageControl("more")),
        ]);
      },
      { max_page_size: 1 },
    );

    expect(answer.status).toBe(502);
  });

  it("give the groups of Active Directory by their identifiers, also nested ones", async () => {
    const sid = (last: number) =>
      Buffer.concat([Buffer.from("0102000000000005", "hex"), Buffer.from([32, 0, 0, 0, last, 2, 0, 0])]);
    await server.call("POST", "auth/ldap/groups/admins", { body: { policies: "of-admins" } });
    const answer = await against(
      (asked) => {
        if (asked.kind !== "search") return proper(asked);
        if (asked.base.startsWith("ou=people")) return proper(asked);
        const of: Readonly<Record<string, Buffer>> = {
          [ALICE]: entry(ALICE, { tokenGroups: [sid(0x20), sid(0x21), Buffer.from([1])] }),
          "<SID=S-1-5-32-544>": entry("CN=Admins,CN=Builtin,DC=x"),
        };
        const found = of[asked.base];
        if (!found) return message(asked.id, result(FOUND, 32));
        return Buffer.concat([message(asked.id, found), message(asked.id, result(FOUND, 0))]);
      },
      { use_token_groups: true },
    );

    expect(answer.body["auth"]).toMatchObject({ policies: ["default", "of-admins"] });
  });

  it("of any bytes are read to their end or refused, and nothing else", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (noise, at) => {
        const whole = Buffer.concat([message(1, entry("cn=a", { cn: ["a", "b"] })), message(1, result(FOUND, 0))]);
        const bytes = Buffer.concat([whole.subarray(0, at), noise]);
        try {
          readMessage(bytes);
        } catch (cause) {
          expect(cause).toBeInstanceOf(Malformed);
        }
      }),
    ));
});

describe("StartTLS", () => {
  const certificate = makeCertificate("127.0.0.1", new Date(Date.UTC(2099, 0, 1)));

  it.each([1, 2, 52, 53])("that is refused (%p) is not done without", async (code) => {
    const answer = await against(
      (asked) => (asked.kind === "other" ? message(asked.id, result(EXTENDED, code)) : proper(asked)),
      { starttls: true, certificate: certificate.cert },
    );

    expect(errorsOf(answer)).toEqual([400, [`error connecting to host "${directory?.url}": no connection`]]);
    expect(directory?.asked.map(({ kind }) => kind)).toEqual(["other"]);
    await server.configure({ starttls: false, certificate: "" });
  });

  it("does not take for encrypted what was slipped in before the encryption", async () => {
    // The beginning of a bind's success: what is decrypted later would become its last part.
    const slipped = message(2, result(BOUND, 0, "x".repeat(200))).subarray(0, 20);
    const answer = await against(
      (asked) =>
        asked.kind === "other" ? Buffer.concat([message(asked.id, result(EXTENDED, 0)), slipped]) : proper(asked),
      { starttls: true, certificate: certificate.cert },
    );

    expect(answer.status).toBe(400);
    expect(server.auditLines.join("")).toContain("the server speaks out of turn");
    await server.configure({ starttls: false, certificate: "" });
  });
});
