import { afterAll, beforeAll } from "@jest/globals";
import { type Slapd, startSlapd } from "../support/slapd.ts";
import { describeSlapd } from "../support/slapd-suite.ts";
import { playAreas } from "./play.ts";

describeSlapd("a directory", () => {
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startSlapd();
  });
  afterAll(() => slapd.stop());

  playAreas(["ldap"], {
    given: async () =>
      new Map<string, unknown>([
        ["ldap_url", slapd.url],
        ["ldaps_url", slapd.tlsUrl],
        ["ldap_ca", slapd.ca],
      ]),
  });
});
