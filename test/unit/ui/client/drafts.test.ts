import { beforeEach, describe, expect, it } from "@jest/globals";
import { draftsOf, forgetDrafts } from "../../../../ui/client/drafts.ts";

const ada = { entityId: "e-ada", displayName: "userpass-ada", policies: ["dev"] };
const bob = { entityId: "e-bob", displayName: "userpass-bob", policies: ["dev"] };
const nameless = { entityId: "", displayName: "token", policies: ["b", "a"] };

const drafts = draftsOf<string>();
const others = draftsOf<number>();

beforeEach(forgetDrafts);

describe("drafts", () => {
  it("are given back to whoever wrote them, by place and kind", () => {
    drafts.keep(ada, "secret/db", "work");
    others.keep(ada, "secret/db", 1);

    expect(drafts.of(ada, "secret/db")).toBe("work");
    expect(drafts.of(ada, "secret/other")).toBeUndefined();
    expect(others.of(ada, "secret/db")).toBe(1);
  });

  it("are gone for good once somebody else is there (9)", () => {
    drafts.keep(ada, "secret/db", "work");
    others.keep(ada, "secret/db", 1);

    expect(others.of(bob, "elsewhere")).toBeUndefined();
    expect(drafts.of(bob, "secret/db")).toBeUndefined();
    expect(drafts.of(ada, "secret/db")).toBeUndefined();
  });

  it("follow a person, whatever her token is called or may do", () => {
    drafts.keep(ada, "secret/db", "work");

    expect(drafts.of({ ...ada, displayName: "oidc-ada", policies: ["ops"] }, "secret/db")).toBe("work");
  });

  it.each([
    ["another name", { ...nameless, displayName: "root" }],
    ["the same name and other policies", { ...nameless, policies: ["a"] }],
    ["an entity", { ...nameless, entityId: "token" }],
  ])("of a token without an entity are not given to %s", (_, other) => {
    drafts.keep(nameless, "secret/db", "work");

    expect(drafts.of(other, "secret/db")).toBeUndefined();
  });

  it("of a token without an entity are given back by its name and policies", () => {
    drafts.keep(nameless, "secret/db", "work");

    expect(drafts.of({ ...nameless, policies: ["a", "b"] }, "secret/db")).toBe("work");
  });

  it("are dropped once they are saved", () => {
    drafts.keep(ada, "secret/db", "work");
    drafts.drop("secret/db");

    expect(drafts.of(ada, "secret/db")).toBeUndefined();
  });

  it("know which one is the last word", () => {
    drafts.keep(ada, "secret/db", "sent");
    expect(drafts.holds("secret/db", "sent")).toBe(true);
    drafts.keep(ada, "secret/db", "written since");
    expect(drafts.holds("secret/db", "sent")).toBe(false);
    drafts.drop("secret/db");
    expect(drafts.holds("secret/db", "written since")).toBe(false);
  });
});
