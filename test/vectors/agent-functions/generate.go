package main

import (
	"fmt"
	"strconv"
)

// Templates made of a function and a table of values.

func quoted(text string) string { return strconv.Quote(text) }

// As arguments of arithmetic: ints, int64s, uint64s, floats, and what is no number.
var numbers = []string{"0", "7", "-3", "2.5", "-0.5", "(parseInt \"40\")", "(parseUint \"9\")", "\"x\""}

// JSON documents, for the writers of JSON, YAML and TOML.
var documents = []string{
	`null`, `true`, `0`, `-7`, `1.5`, `1e6`, `1e21`, `1e-7`, `123456789012`, `"a"`, `""`, `[]`, `{}`, `[[]]`, `[{}]`, `{"a":{}}`, `{"a":[]}`,
	`[1,2,3]`, `["a",["b",["c"]]]`, `[{"a":1,"b":2},{"c":3}]`, `{"a":[{"b":[{"c":1}]}]}`, `[[1,2],[3,[4]]]`, `{"a":null,"b":[null]}`,
	`{"b":1,"a":2,"C":3,"_":4,"10":5,"9":6,"a10":7,"a9":8,"é":9,"-":10," ":11,"":12}`,
	`{"x1y":1,"x10y":2,"X":6,"x_y":7,"x-y":8,"x.y":9}`,
	`{"server":{"host":"h","ports":[80,443],"tls":{"on":true}},"name":"n"}`,
	`{"a":{"b":{"c":{"d":1}}}}`, `{"list":[{"name":"a","tags":["x","y"]},{"name":"b","tags":[]}]}`,
	`{"t":[{"a":1},{"b":{"c":2}}],"z":1}`, `{"f":0.1,"g":100000000000000000000,"h":1e100}`, `{"a":[1,"x",true,1.5]}`,
	`{"a":"x","b":{"c":"y"},"d":"z"}`, `[true,false,null]`, `{"true":1,"null":2,"1":3,"1.5":4,"~":5,"yes":6}`,
	`{"k: v":"a: b","#c":"d #e","- x":"- y"}`, `[["a"],{"b":["c"]},[{"d":"e"}]]`, `{"a":[[],{}],"b":{"c":[]}}`,
}

// Strings, for quoting.
var texts = []string{
	"plain", "two words", "true", "True", "yes", "No", "on", "OFF", "y", "N", "null", "~", "", " ", " lead", "trail ", "1", "-1", "+1", "1.5", ".5", "5.", "1e3", "0x1F", "0o17", "017", "0b101", "1_000",
	"12:30", "1:30:45.5", "190:20:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "2001-13-45", ".inf", "-.Inf", ".nan", "<<", "=", "-", "--", "---", "...", "- a", "-a", "? a", "?a", "?", ":", ": a", ":a", "a:", "a: b", "a:b", "a #b", "a#b", "#a", ",a", "a,b", "[a]", "{a}", "a]b",
	"&a", "*a", "!a", "|a", ">a", "'a'", "it's", "\"a\"", "say \"hi\"", "%a", "@a", "`a", "a`b", "\\", "a\\nb", "\t", "a\tb", "a\nb", "a\nb\n", "a\n\nb", "\na", "a\n", "a \nb", "a\n b", " a\nb", "a\n\n", "\n", "a\r\nb", "\r", "\u0000", "\u0007", "\u001b", "\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "é", "日本", "😀", "\ufffd", "a\u0085b",
	"<a href=\"x\">&'</a>", "$HOME", "${x}", "a=b", "a;b", "/path/to", "C:\\dir", "user@host", "http://a.b/c?d=e&f=g#h", "p@ss: word #1 'x' \"y\"",
	"a rather long text that goes on and on until it is longer than eighty characters, and then some more of it",
	"a rather long text: that goes on and on until it is longer than eighty characters, # and then some more of it",
	"true a rather long text that goes on and on until it is longer than eighty characters, \u0007 and then some more of it",
	"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
	"-----BEGIN CERTIFICATE-----\nMIIB\nAQAB\n-----END CERTIFICATE-----\n",
}

// YAML as people write it by hand.
var yamls = []string{
	"a: 1", "a: 1.0", "a: 1e3", "a: 1e+3", "a: .5", "a: +1", "a: -0", "a: 0x10", "a: 0X10", "a: 0o10", "a: 010", "a: 08", "a: 0b11", "a: -0b11", "a: 1_000", "a: 1__0", "a: _1", "a: 12:30", "a: 1:2:3", "a: 99999999999999999999", "a: 18446744073709551615", "a: 9223372036854775808", "a: 1.7976931348623157e400",
	"a: y", "a: n", "a: Yes", "a: NO", "a: on", "a: Off", "a: TRUE", "a: tRUE", "a: ~", "a: Null", "a: nULL", "a:", "a: ''", "a: \"\"", "a: .inf", "a: -.INF", "a: .NaN", "a: =", "a: 'true'", "a: \"1\"",
	"a: 2001-01-01", "a: 2001-1-1", "a: 2001-01-01 10:11:12", "a: 2001-12-14t21:59:43.10-05:00", "a: 2001-12-14 21:59:43.10 -5", "a: '2001-01-01'",
	"- 1\n- 2", "-\n  - 1", "- - 1\n  - 2", "- a: 1\n  b: 2\n- c", "a:\n- 1\n- 2", "a:\n  - 1\n  -\n", "{a: 1, b: [2, 3]}", "[a, 'b', \"c\", 1, ~, true]", "{a, b: }", "[]", "{}", "[a, ]", "{\"a\":1}", "{a: {b: {c: d}}}",
	"a: |\n  x\n  y\n", "a: |-\n  x\n", "a: |+\n  x\n\n", "a: >\n  x\n  y\n\n  z\n", "a: >-\n  x\n  y\n", "a: |2\n   x\n", "a: \"x\\n\\\"y\\\"\\u00e9\"", "a: 'it''s'", "a: x\n  y\n  z", "a: \"x\n  y\"", "a: 'x\n\n  y'",
	"a: &x 1\nb: *x", "a: &x {k: v}\nb:\n  <<: *x\n  l: w", "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc:\n  <<: [*x, *y]\n", "a: &x [1]\nb: *x", "b: {<<: {k: 1}, k: 2}", "<<: 1",
	"# c\na: 1 # d\n# e\n", "a: b#c", "---\na: 1\n", "---\na: 1\n...\n", "--- a", "a: 1\n--- \nb: 2\n", "%TAG ! tag:x,2000:\n---\na: 1",
	"a: !!str 1", "a: !!int 1", "a: !!int x", "a: !!float 1", "a: !!bool yes", "a: !!null ''", "a: !!binary aGk=", "a: !!binary '?'", "a: !!seq [1]", "a: !!map {b: 1}", "a: !x 1", "a: !!set {b: ~}", "a: !!timestamp 2001-01-01",
	"1: a\n2: b", "1.5: a", "true: a", "~: a", "[1]: a", "? a\n: b", "'a b': c", "\"a\\tb\": c", "a: 1\na: 2", "a : 1", "a:1", "a: b: c", "a: [1", "a: {b", "a: 'x", "a: \"x", "\ta: 1", "a:\n\tb: 1", "a: @b", "a: `b", "a: %b", "a: *b", "a: &b", "a: - b", "a: ? b", "- a\nb: c", "a\nb: c", "plain", "a: b\n c", "a: [b\n  c, d]", "key with spaces: v", "a: http://x:1/y", "a: x, y", "a: -1", "a: - 1", "a: --1", "a: \\n", "a: 'x\\ny'", "é: ü", "a: 😀", "'': 1", "? : x",
}

var expressions = []string{
	"a", "abc", "a|b", "a*", "a+", "a?", "a*?", "a{2}", "a{1,2}", "a{2,}", "^a", "a$", "^$", "", ".", ".*", "[a-c]+", "[^a]", "[[:alpha:]]+", "[[:digit:][:space:]]", "[[:^alpha:]]", "[^[:upper:]]", "\\d+", "\\D", "\\w+", "\\W", "\\s+", "\\S+", "\\bfoo\\b", "\\Bo", "(a)(b)?", "(?:a|b)+", "(?P<x>a)(?P<y>b)", "(?<x>a)", "(?i)ABC", "(?i:A)b", "(?s)a.b", "a.b", "(?m)^b$", "^b$", "(?U)a+", "(?i-s)a.", "(?x)a b", "\\Aa", "b\\z", "b\\Z", "\\Qa.b\\E", "\\pL+", "\\p{Greek}", "\\PL", "\\p{^L}", "\\x41", "\\x{263a}", "\\101", "\\a\\f\\t\\n\\r\\v", "\\.", "\\-", "\\/", "\\_", "\\y", "\\1", "(a)\\1", "(?=a)", "(?!a)", "(?<=a)", "(?>a)", "a++", "a**", "(", ")", "[", "]", "[]a]", "[a", "[z-a]", "[a-\\d]", "[\\d-z]", "{", "}", "a{", "a{,2}", "a{2", "a{1001}", "a{1000}", "(a{100}){100}", "x{2,1}", "*a", "+", "?", "a|*", "(?P<1>a)", "(?P<x", "(?z)a", "\\C", "\\X", "\\u0041", "[\\b]", "\\8", "é", "[é-ü]", "(?i)é", "(?i)k", "(?i)[k]", "$^", "a^b", "(|a)*", "(a|ab)(c|bcd)", "\\", "\\p", "\\p{", "\\pN", "\\p{Nope}", "[[:nope:]]", "[[:word:]]", "(?:", "(?i)", "(?i)(?-i)A", "\\z", "\\h", "\\e", "\\cA", "\\0", "\\07", "[\\0]", "\\x4", "\\x{}", "\\x{110000}", "(?#c)a", "(?P=x)", "(?P>x)", "(?a)", "[a-c&&b]", "[[a]", "a{0}", "a{0,0}b", "(^a|b)*", "(?s:.)\\z", "\\Ea", "\\Q\\E", "[\\Qa\\E]", "[\\w.]+@[\\w.]+", "^\\s*(#.*)?$",
}

var subjects = []string{"foo.bar abc aab ABC 12", "a\nb", "éßK ſ k ☺ a.b\\"}

var layouts = []string{
	"2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon, 02 Jan 2006 15:04:05 MST", "Monday January 2 3:04:05 PM 06", "Jan _2 15:04:05.000", "02 Jan 06 15:04 -0700", "15:04:05.999999999", "05.000000", "05,999", "002 __2", "1/2/06", "03:04pm", "PM", "pm", "Z0700 Z07 Z070000 Z07:00:00", "-07 -07:00 -070000", "unix", "2006 is 20066", "Janet Mond Monday", "2006_01__02_2", "MSTMST", "", "plain text", "é 2006", "0102", "1504", "05.00x 05.9 .000", "st nd 2nd 1st 4:5", "January Januar", "20 06 6", "07:00", "2006-01-02 15:04:05.999999999 -0700 MST",
}

func generated() []string {
	var made []string
	add := func(format string, arguments ...interface{}) { made = append(made, fmt.Sprintf(format, arguments...)) }
	for _, name := range []string{"add", "subtract", "multiply", "divide", "modulo", "minimum", "maximum"} {
		for _, a := range numbers {
			line := ""
			for _, b := range numbers {
				// What fails stands alone: one failure would hide the others of a line.
				if a == `"x"` || b == `"x"` || (name == "modulo" && (a[0] == '2' || b[0] == '2' || a == "-0.5" || b == "-0.5")) || (a == "0" && (name == "divide" || name == "modulo")) {
					add("{{ %s %s %s }}", name, a, b)
				} else {
					line += fmt.Sprintf("{{ %s %s %s }} ", name, a, b)
				}
			}
			if line != "" {
				made = append(made, line)
			}
		}
	}
	for _, document := range documents {
		for _, writer := range []string{"toJSON", "toJSONPretty", "toUnescapedJSONPretty", "toYAML", "toTOML"} {
			add("{{ parseJSON %s | %s }}", quoted(document), writer)
		}
		add("{{ parseYAML %s | toYAML }}", quoted(document))
		add("{{ parseJSON %s | printf \"%%#v\" }}", quoted(document))
	}
	for _, text := range texts {
		add("{{ toYAML %s }}", quoted(text))
		add("{{ toYAML (sprig_dict \"k\" %s \"l\" (sprig_list %s)) }}", quoted(text), quoted(text))
		add("{{ toYAML (sprig_dict %s 1) }}", quoted(text))
		add("{{ toJSON %s }} {{ toUnescapedJSON %s }}", quoted(text), quoted(text))
		add("{{ toTOML (sprig_dict \"k\" %s %s 1) }}", quoted(text), quoted(text))
		add("{{ sprig_quote %s }} {{ sprig_snakecase %s }} {{ sprig_camelcase %s }} {{ sprig_title %s }} {{ sprig_initials %s }} {{ sprig_swapcase %s }}", quoted(text), quoted(text), quoted(text), quoted(text), quoted(text), quoted(text))
		add("{{ toTitle %s }} {{ toUpper %s }} {{ trimSpace %s }} {{ sprig_wrap 10 %s }} {{ sprig_abbrev 6 %s }}", quoted(text), quoted(text), quoted(text), quoted(text), quoted(text))
		add("{{ parseYAML %s | printf \"%%#v\" }}", quoted(text))
	}
	for _, source := range yamls {
		add("{{ parseYAML %s | printf \"%%#v\" }}", quoted(source))
		add("{{ parseYAML %s | toYAML }}", quoted(source))
	}
	for _, expression := range expressions {
		for _, subject := range subjects {
			add("{{ regexMatch %s %s }} {{ regexReplaceAll %s \"[$0]<${1}>$x\" %s }}", quoted(expression), quoted(subject), quoted(expression), quoted(subject))
		}
	}
	for _, layout := range layouts {
		for _, zone := range []string{"UTC", "America/New_York"} {
			for _, at := range []string{"0", "1700000000", "-62135596800", "951786245"} {
				add("{{ sprig_dateInZone %s %s %s }}", quoted(layout), at, quoted(zone))
			}
		}
		add("{{ sprig_mustToDate %s \"2021-03-04\" | sprig_unixEpoch }}", quoted(layout))
	}
	for _, constraint := range []string{"1.2.3", "=1.2.3", "!=1.2.3", ">1.2", "<2", ">=1.2.3 <2", "^1.2", "^0.2.3", "^0", "~1.2", "~1", "1.x", "1.2.*", "*", "1.2 - 1.4", "<1 || >=2", ">1.2.3-beta", "", "~>1.2", ">= 1.2, < 3", "=>1.2", "x"} {
		for _, version := range []string{"1.2.3", "1.3.0", "2.0.0", "0.2.5", "1.2.4-beta", "v1.2", "1.2.3+b"} {
			add("{{ sprig_semverCompare %s %s }}", quoted(constraint), quoted(version))
		}
	}
	return made
}

// Over network.json; the dot is every address of every interface.
var socketCases = []string{
	`. | include "type" "IPv4" | include "name" "lo" | attr "address"`,
	`. | attr "name"`, `. | attr "nope"`, `. | attr "string"`, `. | attr "flags"`,
	`. | include "name" "eth0" | attr "flags"`, `. | include "name" "tun0" | attr "flags"`,
	`. | join "address" " "`, `. | join "name" ","`, `. | join "string" " "`, `. | join "type" " "`, `. | join "hex" " "`, `. | join "mask_bits" " "`, `. | join "netmask" " "`, `. | join "network" " "`,
	`. | join "first_usable" " "`, `. | join "last_usable" " "`, `. | join "octets" ";"`, `. | join "binary" " "`, `. | join "size" " "`, `. | join "host" " "`, `. | join "port" " "`, `. | join "nope" " "`,
	`. | include "type" "ipv4" | join "broadcast" " "`, `. | include "type" "ipv4" | join "uint32" " "`, `. | include "type" "ipv6" | join "uint128" " "`,
	`. | include "type" "IPv4|IPv6" | join "address" " "`, `. | include "type" "ip" | join "address" " "`, `. | exclude "type" "ipv6" | join "address" " "`, `. | include "type" "unix" | join "address" " "`, `. | include "type" "x"`, `. | include "type" "IPv4" | exclude "name" "^lo$" | join "address" " "`,
	`. | include "flags" "up" | join "address" " "`, `. | include "flag" "loopback" | join "address" " "`, `. | exclude "flags" "loopback" | join "address" " "`, `. | include "flags" "up|broadcast" | join "address" " "`, `. | include "flags" "down" | join "address" " "`, `. | include "flags" "forwardable" | join "address" " "`, `. | include "flags" "global unicast" | join "address" " "`, `. | include "flags" "link-local unicast" | join "address" " "`, `. | include "flags" "multicast" | join "address" " "`, `. | include "flags" "point-to-point" | join "address" " "`, `. | include "flags" "unspecified" | join "address" " "`, `. | include "flags" "x"`,
	`. | include "rfc" "1918" | join "address" " "`, `. | exclude "RFC" "1918" | join "address" " "`, `. | include "rfc" "6890" | join "address" " "`, `. | exclude "rfc" "6890" | join "address" " "`, `. | include "rfc" "6598" | join "address" " "`, `. | include "rfc" "1918|6598" | join "address" " "`, `. | include "rfc" "4291" | join "address" " "`, `. | include "rfc" "3927" | join "address" " "`, `. | include "rfc" "1"`, `. | include "rfc" "x"`,
	`. | include "network" "10.0.0.0/8" | join "address" " "`, `. | exclude "network" "10.0.0.0/8" | join "address" " "`, `. | include "network" "10.0.0.0/8|172.16.0.0/12" | join "address" " "`, `. | include "network" "2001:db8::/32" | join "address" " "`, `. | include "network" "x"`,
	`. | include "address" "^10\\." | join "address" " "`, `. | exclude "address" "/24$" | join "address" " "`, `. | include "address" "("`, `. | include "name" "("`, `. | include "size" "24" | join "address" " "`, `. | include "type" "ipv4" | include "size" "24" | join "address" " "`, `. | include "type" "ipv4" | include "size" "33"`, `. | include "size" "x"`, `. | include "port" "^0$" | join "address" " "`, `. | include "nope" "x"`, `. | exclude "nope" "x"`,
	`. | include "type" "ipv4" | sort "address" | join "address" " "`, `. | include "type" "ipv4" | sort "-address" | join "address" " "`, `. | include "type" "ipv4" | sort "size,address" | join "address" " "`, `. | include "type" "ipv4" | sort "-size,-address" | join "address" " "`, `. | include "type" "ipv4" | sort "name,address" | join "address" " "`, `. | include "type" "ipv4" | sort "-name,address" | join "address" " "`, `. | include "type" "ipv4" | sort "private,address" | join "address" " "`, `. | include "type" "ipv4" | sort "type,address" | join "address" " "`, `. | sort "x"`, `. | include "type" "ipv4" | sort "+address" | limit 1 | join "address" " "`,
	`. | limit 2 | join "address" " "`, `. | limit 0 | join "address" " "`, `. | limit 99 | join "name" " "`, `. | limit -1`, `. | offset 2 | join "address" " "`, `. | offset -2 | join "address" " "`, `. | offset 99`, `. | unique "name" | join "name" " "`, `. | unique "address" | join "name" " "`, `. | unique "x"`,
	`. | include "type" "ipv4" | math "address" "+1" | join "address" " "`, `. | include "type" "ipv4" | math "address" "-1" | join "address" " "`, `. | include "type" "ipv4" | math "address" "1"`, `. | math "address" "+5" | join "string" " "`, `. | include "type" "ipv4" | math "network" "+1" | join "address" " "`, `. | include "type" "ipv4" | math "network" "-1" | join "address" " "`, `. | include "type" "ipv4" | math "network" "+1000" | join "address" " "`, `. | include "type" "ipv6" | math "network" "+2" | join "address" " "`, `. | include "type" "ipv6" | math "network" "-2" | join "address" " "`, `. | include "type" "ipv4" | math "mask" "16" | join "string" " "`, `. | include "type" "ipv6" | math "mask" "48" | join "string" " "`, `. | include "type" "ipv4" | math "mask" "33"`, `. | math "x" "1"`, `. | include "type" "ipv4" | math "address" "+x"`,
	`range .`, `with . | limit 1 }}{{ . | join "name" "" }}{{ end`, `range . }}{{ .Name }}={{ attr "address" . }} {{ end`, `printf "%d" (len .)`, `(index . 0).Name`, `. | include "name" "none" | attr "address"`, `. | include "name" "none" | join "address" ","`, `"x" | attr "name"`, `nope`, `"plain"`, `len .`,
}
