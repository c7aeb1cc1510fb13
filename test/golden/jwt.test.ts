import { afterAll } from "@jest/globals";
import { type OidcProvider, startOidcProvider } from "../support/oidc-provider.ts";
import { STORY_KEYS } from "../support/oidc-stories.ts";
import { playAreas } from "./play.ts";

/** The stories of tokens and of browsers; `k8s_url` and `oidc_url` are one provider. */
let provider: OidcProvider | undefined;
afterAll(() => provider?.close());

playAreas(["jwt", "oidc"], {
  given: async ({ server }) => {
    provider = await startOidcProvider(server.clock, STORY_KEYS);
    return new Map([
      ["k8s_url", provider.url],
      ["oidc_url", provider.url],
    ]);
  },
});
