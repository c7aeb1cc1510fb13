import { describe, expect, it } from "@jest/globals";
import { render, type World } from "./world.ts";

/** The functions as people use them, one after the other, with what they make. */

const world: World = {
  env: { TOWN: "Bern" },
  files: { "/etc/greeting": "good day" },
  secrets: {
    "kv/data/door": { data: { data: { name: "front", code: "1234" }, metadata: { version: 2, destroyed: false } } },
    "kv/data/door?version=1": { data: { data: { name: "old front" } } },
    "kv/data/markup": { data: { data: { text: `<b>&"'` } } },
    "kv/data/kinds": {
      data: { data: { n: 42, b: true, deep: { x: "y" }, list: ["p", "q"], "a-b.c": "dashed", ключ: "да" } },
    },
    "kv/data/room/x": { data: { data: { k: "1" } } },
    "kv/data/room/y": { data: { data: { k: "2" } } },
    "old/door": { data: { name: "back" }, lease_duration: 2764800 },
    "kv/data/document": { data: { data: { json: '{"port":5432}' } } },
  },
  lists: { "kv/metadata/room": ["x", "y"], "kv/metadata/none": [] },
  writes: [
    {
      path: "auth/token/create",
      data: { ttl: "60s", policies: "default" },
      secret: {
        auth: {
          client_token: "s.1234567890123456789012",
          accessor: "a",
          policies: [],
          metadata: null,
          lease_duration: 60,
          renewable: true,
        },
      },
    },
  ],
  network: {
    interfaces: [
      { name: "lo", index: 1, mtu: 65536, flags: ["up", "loopback"], addresses: [{ address: "127.0.0.1", prefix: 8 }] },
    ],
  },
};

const LISTS = '{{ $l := parseJSON "[\\"a\\",\\"b\\"]" }}{{ $x := parseJSON "[\\"x\\",\\"b\\"]" }}';

describe("functions as they are used", () => {
  it.each([
    ['{{ with secret "kv/data/door" }}{{ .Data.data.name }}{{ end }}', "front"],
    ['{{ with secret "/kv/data/door/" }}{{ .Data.data.name }}{{ end }}', "front"],
    ['{{ with secret "old/door" }}{{ .Data.name }}{{ end }}', "back"],
    ['{{ with secret "kv/data/door?version=1" }}{{ .Data.data.name }}{{ end }}', "old front"],
    ['{{ with secret "kv/data/door" }}{{ .Data.metadata.version }} {{ .Data.metadata.destroyed }}{{ end }}', "2 false"],
    ['{{ with secret "kv/data/kinds" }}{{ index .Data.data "a-b.c" }}{{ end }}', "dashed"],
    ['{{ with secret "kv/data/door" }}{{ .LeaseID }}|{{ .LeaseDuration }}|{{ .Renewable }}{{ end }}', "|0|false"],
    [
      '{{ with secret "kv/data/kinds" }}{{ .Data.data.n }} {{ .Data.data.b }} {{ .Data.data.deep.x }} {{ index .Data.data.list 1 }}{{ end }}',
      "42 true y q",
    ],
    [
      '{{ with secret "auth/token/create" "ttl=60s" "policies=default" }}{{ len .Auth.ClientToken | lt 20 }} {{ .Auth.Renewable }} {{ .LeaseDuration }}{{ end }}',
      "true true 0",
    ],
    ['{{ range secrets "kv/metadata/room/" }}[{{ . }}]{{ end }}', "[x][y]"],
    ['{{ range secrets "kv/metadata/none/" }}x{{ else }}empty{{ end }}', "empty"],
    [
      '{{ range secrets "kv/metadata/room/" }}{{ with secret (printf "kv/data/room/%s" .) }}{{ .Data.data.k }};{{ end }}{{ end }}',
      "1;2;",
    ],
    [
      '{{ with secret "kv/data/door" }}{{ range $k, $v := .Data.data }}{{ $k }}={{ $v }} {{ end }}{{ end }}',
      "code=1234 name=front ",
    ],
    ['{{ with secret "kv/data/door" }}{{ .Data.data.none }}{{ end }}', "<no value>"],
    ['{{ with secret "kv/data/markup" }}{{ .Data.data.text }}{{ end }}', `<b>&"'`],
    ['{{ file "/etc/greeting" }}', "good day"],
    ['[{{ env "TOWN" }}][{{ env "COUNTRY" }}]', "[Bern][]"],
    ['{{ envOrDefault "TOWN" "x" }} {{ envOrDefault "COUNTRY" "x" }}', "Bern x"],
    ['{{ mustEnv "TOWN" }}', "Bern"],
    ['{{ "text" | writeToFile "/tmp/x" "ann" "staff" "0600" }}done', "done"],
    ['{{ "a" | writeToFile "/tmp/x" "" "" "0640" "append,newline" }}done', "done"],
    ['{{ base64Encode "hi?>" }} {{ base64Decode "aGk/Pg==" }}', "aGk/Pg== hi?>"],
    ['{{ base64URLEncode "hi?>" }} {{ base64URLDecode "aGk_Pg==" }}', "aGk_Pg== hi?>"],
    ['{{ with secret "kv/data/door" }}{{ .Data.data | toJSON }}{{ end }}', '{"code":"1234","name":"front"}'],
    ['{{ with secret "kv/data/markup" }}{{ .Data.data.text | toJSON }}{{ end }}', `"\\u003cb\\u003e\\u0026\\"'"`],
    ['{{ with secret "kv/data/markup" }}{{ .Data.data.text | toUnescapedJSON }}{{ end }}', `"<b>&\\"'"`],
    [
      '{{ with secret "kv/data/door" }}{{ .Data.data | toJSONPretty }}{{ end }}',
      '{\n  "code": "1234",\n  "name": "front"\n}',
    ],
    [
      '{{ with secret "kv/data/markup" }}{{ .Data.data | toUnescapedJSONPretty }}{{ end }}',
      `{\n  "text": "<b>&\\"'"\n}`,
    ],
    ['{{ with secret "kv/data/door" }}{{ .Data.data | toYAML }}{{ end }}', 'code: "1234"\nname: front'],
    ['{{ with secret "kv/data/door" }}{{ .Data.data | toTOML }}{{ end }}', 'code = "1234"\nname = "front"'],
    ['{{ sha256Hex "door" }}', "2534e2de1dec24fedab4c00266b55ba9ba60dde03a349c5b5662189dd561ba9e"],
    ['{{ md5sum "" }}', "d41d8cd98f00b204e9800998ecf8427e"],
    ['{{ hmacSHA256Hex "message" "key" }}', "6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a"],
    ['{{ with $d := parseJSON "{\\"a\\":{\\"b\\":[1,2]}}" }}{{ index $d.a.b 1 }}{{ end }}', "2"],
    [
      '{{ with secret "kv/data/document" }}{{ with $d := .Data.data.json | parseJSON }}{{ $d.port }}{{ end }}{{ end }}',
      "5432",
    ],
    ['{{ with $d := parseYAML "a:\\n  b: [x, y]" }}{{ index $d.a.b 0 }}{{ end }}', "x"],
    ['{{ parseInt "-3" }} {{ parseUint "3" }} {{ parseFloat "1.5" }} {{ parseBool "true" }}', "-3 3 1.5 true"],
    ['{{ "a,b,c" | split "," | join "+" }}', "a+b+c"],
    ['{{ with $m := splitToMap "," ":" "a:1,b:2" }}{{ $m.b }}{{ end }}', "2"],
    [
      '[{{ "-a-" | trim "-" }}][{{ "xa" | trimPrefix "x" }}][{{ "ax" | trimSuffix "x" }}][{{ trimSpace "  a " }}]',
      "[a][a][a][a]",
    ],
    ['{{ "a-b-c" | replaceAll "-" "_" }}', "a_b_c"],
    ['{{ "foo.bar" | regexMatch "foo([.a-z]+)" }} {{ "zip" | regexMatch "^a" }}', "true false"],
    ['{{ "foo.bar" | regexReplaceAll "foo([.a-z]+)" "$1" }}', ".bar"],
    ['{{ toLower "AbC" }} {{ toUpper "AbC" }} {{ toTitle "abc def" }}', "abc ABC Abc Def"],
    ['{{ "a\\nb" | indent 2 }}', "  a\n  b"],
    [
      `${LISTS}{{ contains "a" $l }} {{ containsAny $x $l }} {{ containsAll $x $l }} {{ containsNone $x $l }} {{ containsNotAll $x $l }}`,
      "true true false false true",
    ],
    ['{{ in (split "," "a,b") "b" }} {{ in (split "," "a,b") "c" }}', "true false"],
    ['{{ define "greet" }}hi {{ . }}{{ end }}{{ executeTemplate "greet" "ann" }}', "hi ann"],
    [
      '{{ scratch.Set "a" "1" }}{{ scratch.SetX "a" "2" }}{{ scratch.MapSet "m" "y" "b" }}{{ scratch.MapSet "m" "x" "a" }}{{ scratch.Key "a" }} {{ scratch.Get "a" }} {{ range scratch.MapValues "m" }}{{ . }}{{ end }}',
      "true 1 ab",
    ],
    ["{{ range loop 3 }}{{ . }}{{ end }}|{{ range loop 5 8 }}{{ . }}{{ end }}", "012|567"],
    [
      '{{ scratch.MapSet "e" "a/b" "1" }}{{ range $k, $v := explodeMap (scratch.Get "e") }}{{ $k }}={{ $v.b }}{{ end }}',
      "a=1",
    ],
    [
      '{{ mergeMap (parseJSON "{\\"x\\":1,\\"y\\":1}") (parseJSON "{\\"y\\":2,\\"z\\":2}") | toJSON }}',
      '{"x":1,"y":1,"z":2}',
    ],
    [
      '{{ mergeMapWithOverride (parseJSON "{\\"x\\":1,\\"y\\":1}") (parseJSON "{\\"y\\":2}") | toJSON }}',
      '{"x":1,"y":2}',
    ],
    ['{{ timestamp "2006" | len }} {{ timestamp "unix" | len }} {{ timestamp | len }}', "4 10 20"],
    [
      "{{ add 2 3 }} {{ subtract 2 5 }} {{ multiply 2 3 }} {{ divide 2 6 }} {{ modulo 2 5 }} {{ minimum 2 3 }} {{ maximum 2 3 }}",
      "5 3 6 3 1 2 3",
    ],
    ['{{ sprig_upper "a" }} {{ "abc" | sprig_substr 0 2 }} {{ sprig_default "d" "" }}', "A ab d"],
    ['{{ spew_sprintf "%v" "a" }}', "a"],
    [
      '{{ sockaddr "GetAllInterfaces | include \\"type\\" \\"IPv4\\" | include \\"name\\" \\"lo\\" | attr \\"address\\"" }}',
      "127.0.0.1",
    ],
    ['{{ with "" }}x{{ else }}none{{ end }}{{ with "a" }}{{ . }}{{ end }}', "nonea"],
    ['{{ if and true (not false) }}1{{ end }}{{ if or false "" }}2{{ else if eq 1 1 }}3{{ end }}', "13"],
    [
      '{{ eq "a" "b" "a" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1 2 }} {{ ge "b" "a" }}',
      "true true true true false true",
    ],
    ['{{ range $i, $x := split "," "a,b,c" }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ $i }}{{ $x }}{{ end }}', "0a1b"],
    ['{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" "x" }}{{ block "u" "y" }}({{ . }}){{ end }}', "<x>(y)"],
    [
      '{{ printf "%05.1f|%q|%x|%-4s|%v" 3.14159 "a" 255 "b" true }} {{ print 1 2 "c" }} {{ len "abc" }} {{ slice "abcdef" 1 3 }}',
      '003.1|"a"|ff|b   |true 1 2c 3 bc',
    ],
    ["a\n{{- /* no */ -}}\n  b {{- 1 }} {{ 2 -}}\n c", "ab1 2c"],
    ['{{ $x := "1" }}{{ if true }}{{ $x = "2" }}{{ $y := "3" }}{{ $y }}{{ end }}{{ $x }}', "32"],
    ["{{ `a\"b` }} {{ 'a' }} {{ 0x10 }} {{ 1_000 }} {{ -1.5e1 }}", 'a"b 97 16 1000 -15'],
    ['{{ html "<a>" }} {{ js "it\'s" }} {{ urlquery "a b&c" }}', "&lt;a&gt; it\\'s a+b%26c"],
    ['{{ with secret "kv/data/kinds" }}{{ index .Data.data "ключ" }} {{ len "é" }}{{ end }}', "да 2"],
    [
      '{{ byKey nil | toJSON }}{{ byTag nil | toJSON }}{{ byPort nil | toJSON }}{{ explode nil | toJSON }}{{ plugin "" }}',
      "{}{}{}{}",
    ],
  ])("%s", async (template, wanted) => {
    expect(await render(template, world)).toBe(wanted);
  });
});

describe("base32", () => {
  it.each([
    ["f", "MY======"],
    ["fo", "MZXQ===="],
    ["foo", "MZXW6==="],
    ["foob", "MZXW6YQ="],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI======"],
  ])("of %s is that of RFC 4648, section 10", async (text, encoded) => {
    expect(await render(`{{ sprig_b32enc "${text}" }} {{ sprig_b32dec "${encoded}" }}`, {})).toBe(`${encoded} ${text}`);
  });
});
