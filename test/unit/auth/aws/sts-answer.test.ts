import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { StsAnswer } from "../../../../src/auth/aws/ports.ts";
import { answerXml, boundWorld, failure, OTHER, OWN, session, stsSays } from "./support.ts";

const GOOD = session("app", "box");
const PARSE = "error making upstream request: error parsing STS response";
const xml = (body: string): StsAnswer => ({ status: 200, headers: { "content-type": "text/xml" }, body });

const refusal = async (answer: StsAnswer) => {
  const world = await boundWorld();
  world.sts = async () => answer;
  return failure(world.login({ role: "app" }));
};

describe("an answer of STS", () => {
  it.each(["text/xml", "text/xml; charset=utf-8", "text/xml;charset=UTF-8"])("as %s is read", async (type) => {
    const world = await boundWorld();
    world.sts = async () => ({ ...stsSays(GOOD), headers: { "content-type": type } });
    await expect(world.login({ role: "app" })).resolves.toMatchObject({ displayName: "app/box" });
  });

  it("may begin with an XML declaration", async () => {
    const world = await boundWorld();
    world.sts = async () => xml(`<?xml version="1.0" encoding="UTF-8"?>\n${answerXml(GOOD)}`);
    await expect(world.login({ role: "app" })).resolves.toBeDefined();
  });

  it.each(["application/json", "text/html", "application/xml", "text/xml, application/json", ""])(
    "V01(c) S12 of type %j does not prove an identity",
    async (type) => {
      const answer = { ...stsSays(GOOD), headers: { "content-type": type } };
      expect(await refusal(answer)).toEqual({
        code: "invalid_request",
        wire: "error making upstream request: body of GetCallerIdentity is invalid",
      });
    },
  );

  it("V01(c) that is compressed does not prove an identity, whatever its type", async () => {
    const answer = { ...stsSays(GOOD), headers: { "content-type": "text/xml", "content-encoding": "gzip" } };
    expect(await refusal(answer)).toEqual({
      code: "invalid_request",
      wire: "error making upstream request: body of GetCallerIdentity is invalid",
    });
  });

  it("V01(c) in JSON that contains a whole XML answer does not prove an identity, even if it calls itself XML", async () => {
    expect(await refusal(xml(JSON.stringify({ message: answerXml(GOOD) })))).toEqual({
      code: "invalid_request",
      wire: PARSE,
    });
  });

  const inner = answerXml(GOOD);
  const result = /<GetCallerIdentityResult>[\s\S]*<\/GetCallerIdentityResult>/.exec(inner)?.[0] ?? "";
  it.each([
    ["text before the root", `hello ${inner}`],
    ["text after the root", `${inner} hello`],
    ["another element after the root", `${inner}<a/>`],
    ["two results", inner.replace(result, result + result)],
    ["no result", inner.replace(result, "")],
    ["the result in a comment", inner.replace(result, `<!-- ${result} -->`)],
    ["a blank before a leaf's text", inner.replace("<Arn>", "<Arn> ")],
    ["a blank after a leaf's text", inner.replace("</UserId>", " </UserId>")],
    ["a line end in a leaf", inner.replace("</Account>", "\n</Account>")],
    ["text next to elements", inner.replace("<Arn>", "x<Arn>")],
    ["a comment", inner.replace(result, `<!-- x -->${result}`)],
    ["the result in CDATA", inner.replace(result, `<![CDATA[${result}]]>`)],
    ["CDATA inside a leaf", inner.replace(GOOD.arn, `<![CDATA[${GOOD.arn}]]>`)],
    ["a DOCTYPE", `<!DOCTYPE a [<!ENTITY x "y">]>${inner}`],
    ["an entity", inner.replace("/box<", "/&#98;ox<")],
    ["a built-in entity", inner.replace("/box<", "/&amp;<")],
    ["a processing instruction", inner.replace(result, `<?php x ?>${result}`)],
    ["another namespace", inner.replace("https://sts.amazonaws.com/", "https://sts.evil.example/")],
    ["no namespace", inner.replace(/ xmlns="[^"]*"/, "")],
    ["a second attribute", inner.replace("<GetCallerIdentityResponse ", '<GetCallerIdentityResponse a="b" ')],
    ["an attribute inside", inner.replace("<Arn>", '<Arn a="b">')],
    ["another root", inner.replaceAll("GetCallerIdentityResponse", "AssumeRoleResponse")],
    ["a longer root name", inner.replaceAll("GetCallerIdentityResponse", "GetCallerIdentityResponseX")],
    ["the result one level deeper", inner.replace(result, `<a>${result}</a>`)],
    ["a result next to another element", inner.replace(result, `${result}<Other/>`)],
    ["two ARNs", inner.replace("<UserId>", `<Arn>${GOOD.arn}</Arn><UserId>`)],
    ["a fourth member", inner.replace("<UserId>", "<Extra>1</Extra><UserId>")],
    ["a missing account", inner.replace(/<Account>.*<\/Account>/, "")],
    ["an empty account", inner.replace(/<Account>.*<\/Account>/, "<Account></Account>")],
    ["an element inside a leaf", inner.replace(GOOD.arn, `<b>${GOOD.arn}</b>`)],
    ["text around an element", inner.replace("<Arn>", "x<Arn>")],
    ["an unclosed element", inner.replace("</Arn>", "")],
    ["nothing", ""],
    ["a NUL", inner.replace("/box", "/b\u0000ox")],
    ["more than 64 KB", inner + " ".repeat(70_000)],
  ])("V01(d) S12 with %s does not prove an identity", async (_, body) => {
    expect(await refusal(xml(body))).toEqual({ code: "invalid_request", wire: PARSE });
  });

  it.each([
    ["another account than its ARN", { ...GOOD, account: OTHER }],
    ["a user's id for a session", { ...GOOD, userId: "AIDAEXAMPLE0001:box" }],
    ["another session than its ARN", { ...GOOD, userId: "AROAAPP0001:other" }],
    ["a session for a user", { arn: `arn:aws:iam::${OWN}:user/ann`, userId: "AIDAANN00001:x", account: OWN }],
    ["another partition", { ...GOOD, arn: GOOD.arn.replace("arn:aws:", "arn:aws-cn:") }],
    ["a role instead of a session", { arn: `arn:aws:iam::${OWN}:role/app`, userId: "AROAAPP0001", account: OWN }],
  ])("S12 with %s contradicts itself", async (_, caller) => {
    expect(await refusal(stsSays(caller))).toEqual({ code: "invalid_request", wire: PARSE });
  });

  it.each([
    [`arn:aws:iam::${OWN}:root`, OWN, 'unrecognized arn: "root" contains fewer than 2 slash-separated parts'],
    [`arn:aws:sts::${OWN}:federated-user/bob`, `${OWN}:bob`, 'unrecognized principal type: "federated-user"'],
  ])("about %s says that it cannot log in", async (arn, userId, reason) => {
    expect(await refusal(stsSays({ arn, userId, account: OWN }))).toEqual({
      code: "invalid_request",
      wire: `error parsing arn "${arn}": ${reason}`,
    });
  });

  it.each([301, 302, 307, 201, 204, 206, 400, 403, 429])(
    "S11, F21 with status %d is a refused login",
    async (status) => {
      expect(await refusal({ ...stsSays(GOOD), status })).toEqual({
        code: "invalid_request",
        wire: `error making upstream request: received error code ${status} from STS`,
      });
    },
  );

  it.each([500, 503])("S11, F21 with status %d is a failed dependency", async (status) => {
    expect(await refusal({ ...stsSays(GOOD), status })).toEqual({
      code: "upstream_failed",
      wire: `error making upstream request: received error code ${status} from STS`,
    });
  });

  it("F21: that does not come is a failed dependency, told without the network's words", async () => {
    const world = await boundWorld();
    world.sts = () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.1:443"));
    expect(await failure(world.login({ role: "app" }))).toEqual({
      code: "upstream_failed",
      wire: "error making upstream request: error making request: STS gave no answer",
    });
  });

  it("never becomes an identity by any small change of its bytes", async () => {
    const world = await boundWorld();
    const change = fc.tuple(fc.nat(inner.length - 1), fc.constantFrom("<", ">", "&", "!", "a", "/", '"', " ", "0", ""));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let body = inner;
        for (const [at, text] of changes) body = body.slice(0, at) + text + body.slice(at + 1);
        world.sts = async () => xml(body);
        const outcome = await world.login({ role: "app" }).catch(() => undefined);
        // what still passes must be the same principal, whatever its session is called by now
        if (outcome) expect(outcome.internal).toMatchObject({ client_user_id: "AROAAPP0001", account_id: OWN });
      }),
      { numRuns: 500 },
    );
  });
});
