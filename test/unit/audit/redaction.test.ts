import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { redactMessage } from "../../../src/audit/messages.ts";
import { type DataRules, redactedText } from "../../../src/audit/redaction.ts";
import { styleOf } from "../../../src/audit/style.ts";
import { parseJson } from "../../../src/std/json.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";

const salt = Buffer.alloc(32, 7).toString("base64");
const style = styleOf({ path: "f/", options: {}, salt });
const { hash } = style;
const rules = { style, clearKeys: new Set<string>(), payload: false };
const redactData = (data: unknown, how: DataRules): unknown => parseJson(redactedText(data, how) ?? "null");

const leaves = (value: unknown): readonly unknown[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];

describe("data in an audit line", () => {
  it("has no text and no number of a caller's payload left, whatever its shape", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const left = leaves(redactData(parseJson(JSON.stringify(value)), { ...rules, payload: true }));

        return left.every(
          (leaf) => leaf === null || typeof leaf === "boolean" || /^hmac-sha256:[0-9a-f]{64}$/.test(String(leaf)),
        );
      }),
    );
  });

  it("is hashed once for each text of a line, and once more in the next line", () => {
    const asked: string[] = [];
    const counting = {
      ...style,
      hashed: (value: string) => {
        asked.push(value);
        return style.hashed(value);
      },
    };
    const data = { a: { type: "kv", pin: 7 }, b: { type: "kv", pin: "7" }, c: ["kv", "other"] };
    const first = redactedText(data, { ...rules, style: counting });

    expect(asked).toEqual(["kv", "7", "other"]);
    expect(first).toBe(redactedText(data, rules));
    redactedText(data, { ...rules, style: counting });
    expect(asked).toEqual(["kv", "7", "other", "kv", "7", "other"]);
  });

  it("is hashed right when it has more different texts than are kept", () => {
    const data = Array.from({ length: 2500 }, (_, at) => `text ${at % 1500}`);

    expect(redactData(data, rules)).toEqual(data.map(hash));
  });

  it("also hashes values that are not JSON", () => {
    const data = {
      buffer: Buffer.from("a"),
      bytes: new Uint8Array([1]),
      view: new DataView(new ArrayBuffer(2)),
      big: 12n,
      date: new Date(0),
      sensitive: new Sensitive("s"),
    };

    for (const leaf of leaves(redactData(data, rules))) expect(leaf).toMatch(/^hmac-sha256:/);
  });

  it("hashes a number by the text it came with", () => {
    const [exact] = leaves(redactData(parseJson('{"pin":1.50}'), rules));

    expect(exact).toBe(hash("1.50"));
  });

  it("shows lifetimes and counts, but not among what a caller stores", () => {
    expect(redactData({ ttl: 60, metadata: { version: 2 } }, rules)).toMatchObject({
      ttl: 60,
      metadata: { version: 2 },
    });
    expect(redactData({ ttl: 60 }, { ...rules, payload: true })).not.toMatchObject({ ttl: 60 });
    expect(redactData({ data: { ttl: 60 } }, rules)).not.toMatchObject({ data: { ttl: 60 } });
  });

  it("shows a time only under the name of one", () => {
    const time = "2030-01-02T03:04:05Z";

    expect(redactData({ creation_time: time }, rules)).toMatchObject({ creation_time: time });
    expect(redactData({ note: time }, rules)).not.toMatchObject({ note: time });
  });

  it("shows all below a name on the mount's list", () => {
    const listed = { ...rules, clearKeys: new Set(["open"]) };

    expect(redactData({ a: { open: { b: ["c", 1] } } }, listed)).toMatchObject({ a: { open: { b: ["c", 1] } } });
  });

  it("shows no more than a member without a name where the list has an empty one", () => {
    const listed = { ...rules, clearKeys: new Set(["open", ""]) };
    const data = { password: "secret", "": "seen" };

    expect(redactData(data, listed)).toEqual({ password: hash("secret"), "": "seen" });
    expect(redactData(data, { ...listed, elided: true })).toEqual({ password: hash("secret"), "": "seen" });
    expect(redactData("secret", listed)).toBe(hash("secret"));
  });

  it("keeps a member called __proto__ a member", () => {
    const line = redactedText(parseJson('{"__proto__":{"x":"secret"}}'), rules);

    expect(line).toContain('"__proto__"');
    expect(line).not.toContain("secret");
  });
});

describe("a message in an audit line", () => {
  const message = (text: string, data: unknown) => redactMessage({ text, data, path: "sys/x" }, hash);

  it("does not repeat a value it complains about", () => {
    const text = 'error converting input for field "num_uses": strconv.ParseInt: parsing "hunter2": invalid syntax';

    expect(message(text, { num_uses: "hunter2" })).not.toContain("hunter2");
    expect(message(text, { num_uses: "hunter2" })).toContain('for field "num_uses"');
  });

  it("does not repeat a part of one either", () => {
    expect(message('time: unknown unit "words" in duration', { ttl: "12pass words" })).not.toContain("words");
    expect(message('policy "Alpha" is bad', { policies: "beta,ALPHA" })).not.toContain("Alpha");
  });

  it("stays as it is when nothing came from the request", () => {
    expect(message('no handler for route "sys/x"', { a: "b" })).toBe('no handler for route "sys/x"');
  });

  it("never contains a long value of the request, wherever it occurs", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), (value, around) => {
        fc.pre(value.trim().length >= 6 && !"sys/x".includes(value) && !around.includes(value));
        fc.pre(!/^[0-9a-f]+$/.test(value) && !"hmac-sha256:".includes(value));

        return !message(`${around} ${value} ${around}`, { value }).includes(value);
      }),
    );
  });
});
