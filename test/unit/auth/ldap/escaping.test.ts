import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { EqualityFilter, FilterParser, type Filter as LdapFilter } from "ldapts";
import { parseFilter } from "../../../../src/auth/ldap/directory/filters.ts";
import { commonNameIn, escapeDnValue, parseDn } from "../../../../src/auth/ldap/distinguished-names.ts";
import { canonicalName, countedName } from "../../../../src/auth/ldap/names.ts";
import { securityIdOf } from "../../../../src/auth/ldap/security-ids.ts";
import { escapeFilterValue, fillFilter } from "../../../../src/auth/ldap/templates.ts";
import { codePoint } from "../../../support/text.ts";

/** What means something in a filter or a name, and what only looks like it. */
const odd = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."*()\\&|!=<>~:;,+\"#/ \0\n\r\t{}.$'`%@-_aZ0"),
    fc.constantFrom(
      "\\2a",
      "\\00",
      "é",
      "ß",
      "\u212a",
      "\uff0a",
      "\u{1f600}",
      "*)(uid=*",
      ",cn=admin",
      "{{.Username}}",
    ),
    fc.string({ unit: codePoint, minLength: 1, maxLength: 2 }),
  ),
  maxLength: 12,
});
const name = odd.filter((text) => text !== "");

/** A filter as data: everything it consists of. */
const tree = (filter: LdapFilter): unknown => JSON.parse(JSON.stringify(filter));

/** The same tree with one text put for another wherever it is a value. */
const replaced = (node: unknown, from: string, to: string): unknown => {
  if (Array.isArray(node)) return node.map((one) => replaced(one, from, to));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === "value" && typeof value === "string" ? value.split(from).join(to) : replaced(value, from, to),
    ]),
  );
};

const TEMPLATES = [
  "({{.UserAttr}}={{.Username}})",
  "(&(objectClass=inetOrgPerson)({{.UserAttr}}={{.Username}})(!(employeeType=gone)))",
  "(|(uid={{.Username}})(mail={{.Username}}@example.com))",
  "(|(memberUid={{.Username}})(member={{.UserDN}})(uniqueMember={{.UserDN}}))",
  "(&(objectClass=group)(member:1.2.840.113556.1.4.1941:={{.UserDN}}))",
  "(member:dn:caseExactMatch:={{.UserDN}})",
  "(cn>={{.Username}})",
];

describe("V86: a filter made of a name", () => {
  it.each(TEMPLATES)("%s keeps its structure, and has the name as it is, whatever the name", (template) =>
    fc.assert(
      fc.property(name, (given) => {
        const fill = (text: string) =>
          tree(parseFilter(fillFilter(template, { UserAttr: "uid", Username: text, UserDN: `cn=${text},dc=x` })));

        expect(fill(given)).toEqual(replaced(fill("harmless"), "harmless", given));
      }),
    ),
  );

  it("is refused, rather than another filter, where the name is put where an attribute belongs", () =>
    fc.assert(
      fc.property(name, (given) => {
        let made: unknown;
        try {
          made = tree(parseFilter(fillFilter("(|({{.Username}}=x))", { Username: given })));
        } catch {
          return;
        }
        const filters = [tree(new EqualityFilter({ attribute: given, value: "x" }))];
        expect(made).toEqual({ ...(tree(parseFilter("(|(a=x))")) as object), filters });
      }),
    ));

  it.each([
    ['(uid={{printf "%s"}})', "do not fit"],
    ['(uid={{printf "%d" .Username}})', "do not fit"],
    ['(uid={{printf "%s" .Username 1}})', "do not fit"],
    ['(uid={{printf "%*d" 99999999 1}})', "do not fit"],
    ['(&{{printf "%d" .Username}}(a=b))', "do not fit"],
    ['(!(uid={{index . "Nothing"}}))', "it has nothing"],
    ["(!(uid={{print nil}}))", "it has nothing"],
    ['(!(uid={{printf "%v" nil}}))', "it has nothing"],
    ["(uid={{.Nothing}})", "no entry for key"],
  ])("%s fails, where Go prints what it complains about or that there is nothing", (template, why) => {
    expect(() => fillFilter(template, { UserAttr: "uid", Username: "alice" })).toThrow(why);
  });

  it("may have a name in it that looks like nothing", () => {
    expect(fillFilter("(uid={{.Username}})", { Username: "<nil>" })).toBe("(uid=\\3cnil\\3e)");
  });

  it("never lets a name be a wildcard", () => {
    expect(escapeFilterValue("*")).toBe("\\2a");
    expect(FilterParser.parseString(`(uid=${escapeFilterValue("*")})`)).toBeInstanceOf(EqualityFilter);
  });
});

describe("a filter that an operator wrote", () => {
  it("may spell letters of any kind by their bytes", () => {
    expect(tree(parseFilter("(cn=Zo\\c3\\ab \\28x\\29)"))).toEqual(
      tree(new EqualityFilter({ attribute: "cn", value: "Zoë (x)" })),
    );
  });

  it.each(["", "(", "(cn=x", "(cn=x))", "cn", "(cn=\\ff)", "(cn=\\zz)", "(&(cn=a) (cn=b))"])(
    "%p is refused",
    (text) => {
      expect(() => parseFilter(text)).toThrow(/RFC 4515|UTF-8/);
    },
  );
});

describe("V86: a distinguished name made of a value", () => {
  it("has that value in that place, and nothing else, whatever the value", () =>
    fc.assert(
      fc.property(name, (given) => {
        expect(parseDn(`uid=${escapeDnValue(given)},ou=people,dc=x`)).toEqual([
          [{ type: "uid", value: given }],
          [{ type: "ou", value: "people" }],
          [{ type: "dc", value: "x" }],
        ]);
      }),
    ));

  it.each([
    ["cn=a", [[{ type: "cn", value: "a" }]]],
    ["CN = a b , DC= c", [[{ type: "CN", value: "a b" }], [{ type: "DC", value: "c" }]]],
    [
      "cn=a+sn=b;dc=c",
      [
        [
          { type: "cn", value: "a" },
          { type: "sn", value: "b" },
        ],
        [{ type: "dc", value: "c" }],
      ],
    ],
    ["2.5.4.3=x\\2cy", [[{ type: "2.5.4.3", value: "x,y" }]]],
    ["cn=\\ a\\ ", [[{ type: "cn", value: " a " }]]],
    ["cn=,dc=x", [[{ type: "cn", value: "" }], [{ type: "dc", value: "x" }]]],
    ["cn=Zo\\c3\\ab", [[{ type: "cn", value: "Zoë" }]]],
  ])("reads %p", (text, parts) => {
    expect(parseDn(text)).toEqual(parts);
  });

  it.each(["", "x", "g-odd, name", "=x", "cn=a,", "cn=\\zz", "cn=\\ff", 'cn="a"', "c n=x", "cn=a\\"])(
    "takes %p for none",
    (text) => {
      expect(parseDn(text)).toBeUndefined();
    },
  );

  it("gives a group its common name, wherever it stands", () => {
    expect(commonNameIn("ou=x,cn=Admins\\, all,dc=y", false)).toBe("Admins, all");
    expect(commonNameIn("ou=x,dc=y", false)).toBe("ou=x,dc=y");
    expect(commonNameIn("g-odd, name", false)).toBe("g-odd, name");
    expect([commonNameIn("cn=a", true), commonNameIn("CN=a", true)]).toEqual(["cn=a", "a"]);
  });
});

describe("V38 and V44: a name in its one form", () => {
  it("is left alone when it has that form", () =>
    fc.assert(
      fc.property(odd, fc.boolean(), (given, cased) => {
        const once = canonicalName(given, cased);
        if (once !== undefined) expect(canonicalName(once, cased)).toBe(once);
      }),
    ));

  it.each([" alice ", "ALICE", "ａｌｉｃｅ", "al\u00adice", "alice\u200b", "\u00a0Alice"])(
    "of %p is alice",
    (given) => {
      expect(canonicalName(given, false)).toBe("alice");
    },
  );

  it.each(["jose", "José", "JOSE\u0301", "\uff4aosé"])(
    "is counted as jose for %p, as Active Directory compares",
    (given) => {
      expect(countedName(given)).toBe("jose");
    },
  );

  it.each([
    ["Straße", "strasse"],
    ["ΟΔΟΣ", "οδοσ"],
    ["al\u0130ce", "alice"],
    ["\u0301", "\u0301"],
  ])("%p is counted as %p", (given, counted) => {
    expect(countedName(given)).toBe(counted);
  });

  it("counts together whatever is one name", () =>
    fc.assert(
      fc.property(odd, (given) => {
        const name = canonicalName(given, false);
        expect(countedName(given)).toBe(name === undefined ? undefined : countedName(name));
      }),
    ));

  it("joins the spaces inside, and keeps case where it counts", () => {
    expect(canonicalName(" Bob   Builder ", false)).toBe("bob builder");
    expect(canonicalName(" Bob   Builder ", true)).toBe("Bob Builder");
  });

  it.each(["", " ", "\u200b", "a\0", "a\nb", "\u007f", "x".repeat(513)])("is nothing for %p", (given) => {
    expect(canonicalName(given, false)).toBeUndefined();
  });
});

describe("a security identifier", () => {
  it("is written as Windows writes it", () => {
    const bytes = Buffer.from("010500000000000515000000dcf4dc3b833d2b46828ba628000200000", "hex");
    const whole = Buffer.from("010500000000000515000000dcf4dc3b833d2b46828ba62800020000", "hex");
    expect(securityIdOf(whole)).toBe("S-1-5-21-1004336348-1177238915-682003330-512");
    expect(securityIdOf(bytes.subarray(0, 20))).toBeUndefined();
    expect(securityIdOf(Buffer.alloc(0))).toBeUndefined();
  });
});
