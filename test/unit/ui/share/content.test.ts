import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { contentIn } from "../../../../ui/share/content.ts";
import { codePoint } from "../../../support/text.ts";

const answerOf = (data: string): string =>
  `{"request_id":"r","lease_id":"","data":${data},"wrap_info":null,"auth":null}`;

describe("what a wrapping token carried", () => {
  it("of a versioned secret is its fields, to the digit", () => {
    const body = answerOf(
      '{"data":{"n":12345678901234567890,"d":0.10,"__proto__":"p","":"empty"},"metadata":{"version":3}}',
    );

    expect(contentIn(body)).toEqual({
      json: '{"n":12345678901234567890,"d":0.10,"__proto__":"p","":"empty"}',
      fields: [
        { name: "n", value: "12345678901234567890" },
        { name: "d", value: "0.10" },
        { name: "__proto__", value: "p" },
        { name: "", value: "empty" },
      ],
    });
  });

  it("of anything else is its data, also where that has a member called data", () => {
    expect(contentIn(answerOf('{"text":"line\\n"}')).fields).toEqual([{ name: "text", value: "line\n" }]);
    expect(contentIn(answerOf('{"data":"x","metadata":"y"}')).fields.map(({ name }) => name)).toEqual([
      "data",
      "metadata",
    ]);
  });

  it("of a login is its token", () => {
    const body = '{"data":null,"auth":{"client_token":"hvs.x","policies":["a"]}}';

    expect(contentIn(body).fields).toContainEqual({ name: "client_token", value: "hvs.x" });
  });

  it("from anybody but the API is shown as it came", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.trimStart().startsWith("{"));
        expect(contentIn(text)).toEqual({
          json: JSON.stringify({ answer: text }),
          fields: [{ name: "answer", value: text }],
        });
      }),
    );
  });

  it("keeps all texts of all fields", () => {
    const dictionary = fc.dictionary(fc.string({ unit: codePoint }), fc.string({ unit: codePoint }));
    fc.assert(
      fc.property(dictionary, (data) => {
        const { fields } = contentIn(answerOf(JSON.stringify(data)));
        expect(fields.map(({ name, value }) => [name, value])).toEqual(Object.entries(data));
      }),
    );
  });
});
