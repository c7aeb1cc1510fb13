import { describe, expect, it } from "@jest/globals";
import { USERNAME_TEMPLATE } from "../../../../src/engines/database/postgresql/settings.ts";
import { parseUsernameTemplate } from "../../../../src/engines/database/username-template.ts";
import { systemRandom } from "../../../../src/std/random.ts";

const world = { clock: { now: () => Date.UTC(2030, 0, 2, 15, 4, 5) }, random: systemRandom };
const render = (template: string, DisplayName = "token-bob", RoleName = "app") =>
  parseUsernameTemplate(template, world).render({ DisplayName, RoleName }, world);

describe("a username template", () => {
  it("of PostgreSQL makes Vault's names", () => {
    expect(render(USERNAME_TEMPLATE, "token-somebody", "a-long-role")).toMatch(
      /^v-token-so-a-long-r-[A-Za-z0-9]{20}-1893596645$/,
    );
  });

  it.each([
    ["{{ .RoleName | uppercase }}_{{ .DisplayName | truncate 3 }}", "APP_tok"],
    ['{{ printf "%s-%s" .RoleName (.DisplayName | truncate 5) | uppercase }}', "APP-TOKEN"],
    ['{{ .DisplayName | replace "-" "_" }}', "token_bob"],
    ["{{ timestamp `2006-01-02` }}", "2030-01-02"],
    ["x {{- .RoleName -}} y", "xappy"],
    ["{{ unix_time_millis }}", "1893596645000"],
    ['{{ if eq .RoleName "app" }}svc{{ else }}usr{{ end }}_{{ .DisplayName | lowercase }}', "svc_token-bob"],
    ['{{ if .RoleName | replace "app" "" }}a{{ else if .DisplayName }}b{{ end }}', "b"],
    ["{{ with $n := .DisplayName | truncate 3 }}{{ $n }}{{ range $i := 3 }}{{ $i }}{{ end }}{{ end }}", "tok012"],
    ['{{ define "x" }}{{ . }}-{{ . }}{{ end }}{{ template "x" .RoleName }}', "app-app"],
    ['{{ replace "" "." .RoleName }}', ".a.p.p."],
    ['{{ replace "p" "$&" .RoleName }}', "a----"],
    ["{{ len (sha256 .RoleName) }}", "64"],
  ])("%s", (template, name) => {
    expect(render(template)).toBe(name);
  });

  it.each([
    "{{ .RoleName ",
    "{{ nope }}",
    "{{ }}",
    "{{ (.RoleName }}",
    "{{ if .RoleName }}",
    `{{ ${"(".repeat(100)}1`,
    `{{ "${"a".repeat(5000)}" }}`,
  ])("that cannot be read is refused: %s", (template) => {
    expect(() => render(template)).toThrow(/^unable to initialize username template: /);
  });

  it.each([
    "{{ .NoSuchField }}",
    "{{ random 0 }}",
    '{{ random "x" }}',
    "{{ random 100000 }}",
    '{{ "" }}',
    '{{ printf "%s" }}',
    '{{ printf "%5000d" 1 }}',
    "{{ .RoleName | .DisplayName }}",
    '{{ "a" "b" }}',
    "{{ range 1000000 }}{{ end }}a",
    '{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}',
    `{{ "a" ${Array(9).fill('| replace "a" "aaaaaaaaaa"').join(" ")} }}`,
    '{{ .DisplayName | replace "d" "dddddddddddddddd" }}',
    `{{ .RoleName ${"| base64 ".repeat(12)} }}`,
    "{{ truncate_sha256 8 .RoleName }}",
    "{{ truncate 3 }}",
    "{{ uuid 1 }}",
  ])("that cannot be run is refused: %s", (template) => {
    expect(() => render(template)).toThrow(/^invalid username template: /);
  });

  it("cuts with a hash of what was cut off", () => {
    expect(render("{{ .DisplayName | truncate_sha256 12 }}", "token-bob-long")).toMatch(/^toke[0-9a-f]{8}$/);
  });

  it("lets nothing of a caller's name through that SQL could mind", () => {
    expect(render("{{ .DisplayName }}", "a\"; DROP ROLE b; -- '\\{{password}}\n\0é")).toMatch(/^[A-Za-z0-9_.@+-]+$/);
  });
});
