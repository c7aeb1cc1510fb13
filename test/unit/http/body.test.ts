import { describe, expect, it } from "@jest/globals";
import { VaultError } from "../../../src/framework/index.ts";
import { isHeavy, parseBody, parsePatchBody, weigh } from "../../../src/http/body.ts";
import { writeJson } from "../../../src/std/json.ts";

const FORM = "application/x-www-form-urlencoded";
const PATCH = "application/merge-patch+json";

const bytes = (body: string | Uint8Array): Uint8Array => (typeof body === "string" ? Buffer.from(body) : body);
const json = (body: string | Uint8Array, type?: string): string => writeJson(parseBody(bytes(body), type));

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof VaultError) return `${error.code}: ${error.wire}`;
    throw error;
  }
  return "accepted";
};

describe("a JSON body", () => {
  it.each(["", " \r\n\t ", "null", "{}", " {} "])("of %j means no fields", (body) => expect(json(body)).toBe("{}"));
  it("keeps the digits of numbers", () => {
    const text = '{"a":1.0,"b":12345678901234567890,"c":-0.10e+2,"d":[7,1e2]}';
    expect(json(text)).toBe(text);
  });
  it("lets the last of equal keys win, at any depth", () =>
    expect(json('{"x":{"y":1,"y":2},"x":{"y":3,"y":4.0}}')).toBe('{"x":{"y":4.0}}'));
  it("sees equal keys through escapes", () => expect(json('{"\\u0064":1,"d":2}')).toBe('{"d":2}'));
  it("keeps keys that differ in case apart", () => expect(json('{"X":1,"x":2}')).toBe('{"X":1,"x":2}'));
  it.each(["1", "1.0"])("keeps __proto__ as a key next to %s", (number) => {
    const parsed = parseBody(bytes(`{"__proto__":{"admin":${number}},"a":1}`), undefined);
    expect([Object.keys(parsed), "admin" in parsed]).toEqual([["__proto__", "a"], false]);
  });
  it("is read under any type", () => {
    for (const type of ["text/plain", "nonsense", "", "application/json; charset=latin1"]) {
      expect(json('{"n":1}', type)).toBe('{"n":1}');
    }
  });

  it.each([
    "{",
    "{]",
    '{"a":1}}',
    '{"a":1} x',
    '{"a":1}{"b":2}',
    '{"a":1} null',
    "{'a':1}",
    "{a:1}",
    '{"a":1,}',
    '{"a":01}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":NaN}',
    '{"a":TRUE}',
    '{"a":"x\ny"}',
    '{"a":"\\q"}',
    '{"a":"\\u12"}',
    "// c\n{}",
    "\ufeff{}",
    "\u00a0{}",
    "\0",
    "[]",
    '"x"',
    "5",
    "true",
    "<a/>",
    "a=1",
    '{"a":"\\ud800"}',
    '{"a":"\\udc00\\ud800"}',
    '{"\\ud800":1}',
  ])("of %j is refused", (body) => expect(refusal(() => json(body))).toBe("invalid_request: error parsing JSON"));

  it("that is not UTF-8 is refused, not repaired", () =>
    expect(refusal(() => json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe(
      "invalid_request: error parsing JSON",
    ));
  it("in UTF-16 is refused", () =>
    expect(refusal(() => json(Buffer.from("\ufeff{}", "utf16le")))).not.toBe("accepted"));
  it("with a whole surrogate pair in escapes is read", () => expect(json('{"a":"\\ud83d\\ude00"}')).toBe('{"a":"😀"}'));
  it("with an escaped backslash before a u is read", () => expect(json('{"a":"\\\\ud800"}')).toBe('{"a":"\\\\ud800"}'));
  it("never shows itself in the refusal", () =>
    expect(refusal(() => json('{"k":"zs3ntinel-9f1c"'))).not.toContain("zs3ntinel"));
});

describe("a decimal number", () => {
  it.each([
    ["text", "x".repeat(10_000_000)],
    ["escaped quotes", '\\"'.repeat(2_000_000)],
    ["escaped backslashes", "\\\\".repeat(2_000_000)],
    ["escapes of characters", "\\u0041".repeat(1_000_000)],
  ])("is kept next to megabytes of %s", (_what, text) => {
    const read = parseBody(bytes(`{"a":"${text}","b":1.50}`), undefined);
    expect(String(read["b"])).toBe("1.50");
  });
  it("does not count as a number inside a text", () =>
    expect(json('{"a":"1.50\\"2.50","b":[1,"3.50"]}')).toContain("[1,"));
});

describe("the limits of a JSON body", () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  it("allow 500 levels", () => expect(json(nested(500))).toBe(nested(500)));
  it("refuse 501", () => expect(refusal(() => json(nested(501)))).toContain("exceeded maximum depth"));
  it("refuse a million brackets at once", () =>
    expect(refusal(() => json(`{"a":${"[".repeat(1_000_000)}`))).toContain("exceeded maximum depth"));
  it("do not count brackets in text", () =>
    expect(refusal(() => json(`{"a":"${"[".repeat(5000)}"}`))).toBe("accepted"));
  const keys = (n: number) => `{${Array.from({ length: n }, (_, i) => `"k${i}":${i}`).join(",")}}`;
  it("count keys and texts", () =>
    expect(refusal(() => parseBody(bytes(keys(11)), undefined, { strings: 10, values: 100 }))).toContain(
      "maximum number of strings",
    ));
  it("allow as many texts as they say", () =>
    expect(refusal(() => parseBody(bytes(keys(10)), undefined, { strings: 10, values: 100 }))).toBe("accepted"));
  it("have room for a batch of ten thousand items", () => {
    const item = `{"plaintext":"YQ==","context":"YQ==","reference":"a"}`;
    const batch = (count: number) => `{"batch_input":[${Array.from({ length: count }, () => item).join(",")}]}`;
    expect(refusal(() => json(batch(10_000)))).toBe("accepted");
    expect(refusal(() => json(batch(11_000)))).toContain("maximum number of strings");
  });
  it("refuse too many values", () =>
    expect(refusal(() => json(`{"a":[${"{},".repeat(100_000)}{}]}`))).toContain("maximum number of values"));
});

describe("the weight of a body", () => {
  it("is counted past escaped quotes", () =>
    expect(weigh(bytes('{"a\\"[{":"\\\\"}'))).toMatchObject({ depth: 1, strings: 2 }));
  it("does not trip over text without an end", () =>
    expect(weigh(bytes('{"a\\'))).toMatchObject({ depth: 1, strings: 1 }));
});

describe("a form", () => {
  it("gives text fields; a repeated one is joined", () =>
    expect(json("a=1&a=2&b=x+y%26z&c=&d", FORM)).toBe('{"a":"1,2","b":"x y&z","c":"","d":""}'));
  it("may have parameters on its type", () => expect(json("a=%C3%A9", `${FORM}; charset=utf-8`)).toBe('{"a":"é"}'));
  it("of nothing means no fields", () => expect(json("", FORM)).toBe("{}"));
  it.each(['{"a":1}', ' \n {"a":1}'])("that is %j is JSON all the same", (body) =>
    expect(json(body, FORM)).toBe('{"a":1}'),
  );
  it("that starts as a list is refused as JSON", () =>
    expect(refusal(() => json("[1]", FORM))).toContain("error parsing JSON"));
  it.each(["a=%zz", "a=%", "a=%ff", "a=1;b=2"])("of %j is refused", (body) =>
    expect(refusal(() => json(body, FORM))).toBe("invalid_request: error parsing form data"),
  );
  it("keeps __proto__ as a field", () =>
    expect(Object.keys(parseBody(bytes("__proto__=1"), FORM))).toEqual(["__proto__"]));
});

describe("a question for the state of a certificate", () => {
  const OCSP = "application/ocsp-request";
  it.each(["0\u0003", '{"request":"x"}', ""])("of the bytes %j is the field `request`, in base64", (body) =>
    expect(json(body, OCSP)).toBe(writeJson({ request: Buffer.from(body).toString("base64") })),
  );
  it("is cut at 2 KiB, and weighs nothing before", () => {
    const long = new Uint8Array(1_000_000).fill(0x2c);
    expect(isHeavy(long, OCSP)).toBe(false);
    expect(json(long, OCSP)).toBe(writeJson({ request: Buffer.from(long.subarray(0, 2048)).toString("base64") }));
  });
});

describe("a patch", () => {
  it.each([PATCH, `${PATCH}; charset=utf-8`, "APPLICATION/Merge-Patch+JSON"])("is read under %s", (type) =>
    expect(parsePatchBody(bytes('{"a":null}'), type)).toEqual({ a: null }),
  );
  it.each([undefined, "", " "])("without a type (%j) is refused", (type) =>
    expect(refusal(() => parsePatchBody(bytes("{}"), type))).toBe("invalid_request: mime: no media type"),
  );
  it.each(["application/json", "application/json; charset=utf-8"])("under %s is refused by type", (type) =>
    expect(refusal(() => parsePatchBody(bytes("{}"), type))).toBe(
      "unsupported_media_type: PATCH requires Content-Type of application/merge-patch+json, provided application/json",
    ),
  );
  it("of a list is refused", () =>
    expect(refusal(() => parsePatchBody(bytes("[1]"), PATCH))).toContain("error parsing JSON"));
});
