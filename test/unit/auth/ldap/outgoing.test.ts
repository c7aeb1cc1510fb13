import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { PUBLIC } from "../../../../src/outgoing/index.ts";
import { type Listening, listening } from "../../engines/database/support/listening.ts";
import { errorsOf, type LdapServer, makeLdapServer, SEARCHED } from "./support.ts";

/** V10: where a URL of the configuration may lead. */

let server: LdapServer;
let near: LdapServer;
let listener: Listening | undefined;
/** What the name service answers, one answer for each time it is asked; this machine where nothing is left. */
let answers: (readonly string[])[] = [];
let asked = 0;
const resolve = async (): Promise<readonly string[]> => {
  asked += 1;
  return answers.shift() ?? ["127.0.0.1"];
};

beforeAll(async () => {
  server = await makeLdapServer({ reach: PUBLIC, resolve, limitMs: () => 500 });
  near = await makeLdapServer({ reach: { loopback: true, ranges: [] }, resolve, limitMs: () => 500 });
});
afterAll(async () => {
  await server.stop();
  await near.stop();
});
afterEach(() => void listener?.listener.close());

const attempt = async (
  host: string,
  options: { readonly from?: LdapServer; readonly answers?: readonly string[][] } = {},
) => {
  const { from = server } = options;
  listener = await listening((socket) => void socket.destroy());
  answers = [...(options.answers ?? [])];
  asked = 0;
  const url = `ldap://${host}:${listener.port}`;
  await from.configure({ ...SEARCHED, url });
  const answer = await from.login("g-alice");
  return { answer, dials: listener.dials(), asked, url };
};

const REFUSED = "the host is not an address that may be dialled from here";

describe("V10: a directory's URL", () => {
  it.each([
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "169.254.170.2",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "localhost",
    "inside.example.com",
  ])("that leads to this machine or its neighbours is not dialled: %p", async (host) => {
    const { answer, dials, url } = await attempt(host);

    expect(errorsOf(answer)).toEqual([400, [`error connecting to host "${url}": ${REFUSED}`]]);
    expect(dials).toBe(0);
  });

  it("is looked up once, so that another answer a moment later changes nothing", async () => {
    const { dials, asked } = await attempt("dir.example.com", { answers: [["192.0.2.1"], ["127.0.0.1"]] });

    expect([dials, asked]).toEqual([0, 1]);
  });

  it("with one forbidden address among others is not dialled", async () => {
    const { dials } = await attempt("dir.example.com", { answers: [["198.51.100.7", "127.0.0.1"]] });

    expect(dials).toBe(0);
  });

  it("may lead to where the deployment says", async () => {
    const { answer, dials } = await attempt("127.0.0.1", { from: near });

    expect([answer.status, dials]).toEqual([502, 1]);
  });
});

describe("URLs", () => {
  it.each([
    ["http://dir.example.com", 'invalid LDAP scheme in url "http://dir.example.com"'],
    ["ldapi://%2ftmp%2fldapi", 'invalid LDAP scheme in url "ldapi://%2ftmp%2fldapi"'],
    ["ldap://", 'error parsing url "ldap://"'],
    ["nonsense", 'error parsing url "nonsense"'],
    [" , ", "no LDAP URL is configured"],
    ["http://a,nonsense", 'invalid LDAP scheme in url "http://a"; error parsing url "nonsense"'],
  ])("%p is not dialled", async (url, text) => {
    await server.configure({ ...SEARCHED, url });

    expect(errorsOf(await server.login("g-alice"))).toEqual([400, [text]]);
  });
});
