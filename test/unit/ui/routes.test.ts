import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { hrefOf, PAGES, placeOf } from "../../../ui/routes.ts";
import { codePoint } from "../../support/text.ts";

const segment = fc
  .string({ unit: codePoint, minLength: 1 })
  .filter((text) => !/^\.{1,2}$|\//.test(text) && !/[\uD800-\uDFFF]/u.test(text));

describe("addresses of the page", () => {
  it("name a page and a path, and are read back unchanged", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PAGES.slice(1)), fc.array(segment), fc.boolean(), (page, segments, folder) => {
        const path = segments.join("/") + (folder && segments.length > 0 ? "/" : "");
        const { pathname, search } = new URL(hrefOf(page, path), "https://vault.test");

        expect(placeOf({ pathname, search })).toEqual({ page, path, query: {} });
      }),
    );
  });

  it("keep an encoded slash inside a name apart from a slash", () => {
    expect(hrefOf("browse", "secret/a%2Fb/c")).toBe("/ui/browse/secret/a%252Fb/c");
  });

  it.each(["/ui/unknown", "/v1/sys/health", "/ui/toString"])("of others are none: %s", (pathname) => {
    expect(placeOf({ pathname, search: "" })).toBeUndefined();
  });
});
