import { describe, expect, it } from "@jest/globals";
import { callbackIn } from "../../../../ui/client/callback.ts";

const at = (address: string) => callbackIn(new URL(address, "https://zeroth.test"));

describe("what a provider sends back", () => {
  it("is the mount, and the words of the standard", () => {
    expect(
      at("/ui/vault/auth/sso/oidc/callback?state=s&code=c&error=e&id_token=t&redirect_to=x&client_nonce=n"),
    ).toEqual({
      mount: "sso",
      query: { state: "s", code: "c", error: "e", id_token: "t" },
    });
  });

  it("may come to a mount with slashes", () => {
    expect(at("/ui/vault/auth/team/sso%20a/oidc/callback?state=s")?.mount).toBe("team/sso a");
  });

  it("does not come to an address that is not one", () => {
    expect(at("/ui/vault/auth/%E0%A4%A/oidc/callback?state=s")).toBeUndefined();
  });

  it.each(["/ui/", "/ui/vault/auth?with=sso", "/ui/vault/auth/sso/oidc/callback/more", "/v1/auth/sso/oidc/callback"])(
    "does not come to %s",
    (address) => {
      expect(at(address)).toBeUndefined();
    },
  );
});
