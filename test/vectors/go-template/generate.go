package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// Templates that nobody wrote: expressions, statements, formats, numbers and strings by a grammar, and texts in which
// something of a template was changed so that most of them cannot be read. The same ones each time.

type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.Intn(len(of))] }
func (g generator) chance(percent int) bool  { return g.Intn(100) < percent }

var paths = []string{".name", ".empty", ".html", ".unicode", ".number", ".one", ".zero", ".whole", ".minus", ".large",
	".int64", ".uint8", ".uint64", ".wait", ".float", ".million", ".big", ".third", ".bool", ".no", ".nothing", ".list",
	".numbers", ".none", ".mixed", ".lists", ".various", ".strings", ".bytes", ".nested", ".nested.a.b", ".nested.many",
	".nested.many.x", ".holes.nil", ".holes.nil.x", ".users", ".texts", ".texts.k", ".texts.none", ".ints", ".keys.k",
	".keys", ".secret.RequestID", ".secret.Data.user", ".secret.Data.port", ".secret.LeaseDuration", ".secret.Auth",
	".secret.Auth.ClientToken", ".secret.Any", ".secret.Warnings", ".secret.Nope", ".login.Auth.ClientToken",
	".login.Any", ".login.Auth.Policies", ".struct", ".struct.ClientToken", ".nilptr", ".missing", ".missing.deeper",
	".name.x", ".list.x", "$.name", "$.list", ".", "$", ".binary"}

func (g generator) path() string { return paths[g.Intn(len(paths))] }

func (g generator) literal() string {
	switch g.Intn(9) {
	case 0, 1:
		return fmt.Sprint(g.Intn(12) - 2)
	case 2:
		return g.pick("1.5", "0.1", "-2.25", "1e3", "1e21", "2.0", "0x10", "0b11", "'a'", "1_000")
	case 3:
		return g.pick("true", "false")
	case 4:
		return "nil"
	default:
		return g.pick(`"app"`, `"a"`, `""`, `"x y"`, "`raw`", `"é✓"`, `"k"`, `"name"`, `"\t\"\\"`, `"b"`, `"<&>"`)
	}
}

func (g generator) operand(depth int) string {
	switch {
	case depth > 0 && g.chance(30):
		text := "(" + g.pipeline(depth-1) + ")"
		if g.chance(15) {
			text += g.pick(".name", ".x", ".a.b", ".ClientToken")
		}
		return text
	case g.chance(45):
		return g.literal()
	case g.chance(8):
		return g.pick("$x", "$y")
	default:
		return g.path()
	}
}

func (g generator) operands(depth, least, most int) string {
	var parts []string
	for count := least + g.Intn(most-least+1); count > 0; count-- {
		parts = append(parts, g.operand(depth))
	}
	return strings.Join(parts, " ")
}

func (g generator) call(depth int) string {
	switch g.Intn(12) {
	case 0:
		return g.pick("eq", "ne", "lt", "le", "gt", "ge") + " " + g.operands(depth, 2, 2)
	case 1:
		return "eq " + g.operands(depth, 2, 4)
	case 2:
		return g.pick("and", "or") + " " + g.operands(depth, 1, 3)
	case 3:
		return g.pick("not", "len", "same", "html", "js", "urlquery", "println") + " " + g.operand(depth)
	case 4:
		return g.pick("index .list", "index .mixed", "index .nested", "index .texts", "index .ints", "index .lists",
			"index .name", "index .bytes", "index .users", "index .keys", "index .strings", "index "+g.operand(depth)) +
			" " + g.operands(depth, 0, 2)
	case 5:
		return g.pick("slice .list", "slice .name", "slice .unicode", "slice .bytes", "slice "+g.operand(depth)) + " " +
			g.pick("", "0", "1", "0 1", "1 3", "1 2 3", "3 1", "9", "-1", "1.0", g.operand(depth))
	case 6:
		return "printf " + g.format() + " " + g.operands(depth, 0, 3)
	case 7:
		return g.pick("print", "println", "html", "count") + " " + g.operands(depth, 0, 3)
	case 8:
		return g.pick("upper", "half", "unsign", "invert", "size", "items", "token", "nought", "broken", "counter.Get",
			"counter.Self.Get", "call .add 1", "call") + " " + g.operands(depth, 0, 1)
	case 9:
		return g.pick("plus", `join`, "pairs", "counter.Set", "counter.Sum", "call .add", "call") + " " +
			g.operands(depth, 0, 3)
	case 10:
		return g.path() + " " + g.operands(depth, 0, 1)
	default:
		return g.operands(depth, 1, 2)
	}
}

func (g generator) pipeline(depth int) string {
	text := g.call(depth)
	if g.chance(35) {
		text = g.operand(depth)
	}
	for g.chance(22) {
		text += " | " + g.pick("len", "not", "html", "upper", "print", "printf \"%v\"", "printf "+g.format(), "eq 1", "index .list",
			"same", "plus 1", "count 1", g.call(depth))
	}
	return text
}

func (g generator) open() string  { return g.pick("{{", "{{", "{{", "{{ ", "{{- ") }
func (g generator) close() string { return g.pick("}}", "}}", "}}", " }}", " -}}") }
func (g generator) action(text string) string {
	return g.open() + text + g.close()
}

func (g generator) text() string {
	return g.pick("", "", "a", " b ", "\n", " \n c", "é", "{ }", "\t-")
}

func (g generator) body(depth int, loop bool) string {
	var out strings.Builder
	for count := g.Intn(3); count >= 0; count-- {
		out.WriteString(g.text() + g.statement(depth, loop))
	}
	return out.String() + g.text()
}

func (g generator) statement(depth int, loop bool) string {
	if depth <= 0 {
		return g.action(g.pick(".", "$.name", g.pipeline(0), "$x", "."))
	}
	end := g.action("end")
	switch g.Intn(13) {
	case 0, 1:
		return g.action("if "+g.pipeline(1)) + g.body(depth-1, loop) + g.otherwise("if", depth, loop) + end
	case 2:
		return g.action("with "+g.pick("", "$w := ")+g.pipeline(1)) + g.body(depth-1, loop) +
			g.otherwise("with", depth, loop) + end
	case 3, 4, 5:
		over := g.pick(".list", ".numbers", ".none", ".nested.many", ".users", "3", ".strings", ".ints", ".mixed", ".bytes", ".keys", ".uint8", g.pipeline(1))
		head := g.pick("", "$v := ", "$k, $v := ", "$x = ", "$x, $y = ")
		return g.action("range "+head+over) + g.body(depth-1, true) + g.otherwise("range", depth, loop) + end
	case 6:
		return g.action("$" + g.pick("x", "y") + g.pick(" := ", " = ") + g.pipeline(1))
	case 7:
		return g.action("define \"d"+g.pick("1", "2")+"\"") + g.body(depth-1, false) + end
	case 8:
		return g.action("template \"" + g.pick("t1", "t2", "t9") + "\" " + g.pick("", ".", g.operand(1)))
	case 9:
		return g.action("block \"b"+g.pick("1", "2", "3", "4", "5")+"\" "+g.operand(1)) + g.body(depth-1, false) + end
	case 10:
		return g.open() + g.pick("/* c */", "/**/", "/* }} */") + g.close()
	case 11:
		if loop {
			return g.action("if "+g.pipeline(1)) + g.action(g.pick("break", "continue")) + end
		}
		return g.action(g.pick("break", "continue", "else", "end", "nil", "1"))
	default:
		return g.action(g.pipeline(2))
	}
}

func (g generator) otherwise(word string, depth int, loop bool) string {
	switch g.Intn(5) {
	case 0, 1:
		return ""
	case 2:
		return g.action("else "+g.pick(word, "if", "with")+" "+g.pipeline(1)) + g.body(depth-1, loop)
	default:
		return g.action("else") + g.body(depth-1, loop)
	}
}

func (g generator) whole(depth int) string {
	known := g.pick("", "{{$x := 1}}{{$y := .list}}", "{{$x := .name}}")
	named := `{{define "t1"}}<{{.}}>{{end}}{{define "t2"}}{{range .}}{{.}},{{end}}{{end}}`
	return known + g.pick("", "", named) + g.body(depth, false)
}

// Statements of which most can be run.
func (g generator) calm(depth int, loop bool) string {
	value := func() string {
		return g.pick(".", ".name", "$.name", "$.one", "$x", "$.number", "$.html | html", "printf \"%v\" .", "len $.list", "index $.list 1",
			"print $x \"-\" 1", "$.users", "$.nested.many", "$.wait", "$.secret.Data.user", "plus 1 2", "join \",\" $.strings",
			"eq $.one 1", "and $.name $.list", "or $.none $.float", "not $.bool", "$.unicode | printf \"%q\"", "$.bytes | printf \"%s\"")
	}
	text := func() string { return g.text() + g.pick("", g.calm(depth-1, loop)) + g.text() }
	if depth <= 0 {
		return g.action(value())
	}
	end := g.action("end")
	otherwise := g.pick("", g.action("else")+text(), g.action("else if "+value())+text())
	switch g.Intn(8) {
	case 0, 1:
		return g.action("if "+value()) + text() + otherwise + end
	case 2:
		return g.action("with "+g.pick("", "$x := ", "$y := ")+value()) + text() + g.pick("", g.action("else")+text(), g.action("else with $.name")+text()) + end
	case 3, 4:
		loop = true
		over := g.pick("$.list", "$.numbers", "$.none", "$.nested.many", "$.users", "$.strings", "$.ints", "$.texts", "$.lists")
		return g.action("range "+g.pick("", "$v := ", "$k, $v := ", "$x = ", "$k, $x := ")+over) + text() +
			g.pick("", g.action("else")+g.text()) + end
	case 5:
		return g.action("$x" + g.pick(" := ", " = ") + value())
	case 6:
		if loop {
			return g.action("if "+value()) + g.text() + g.action(g.pick("break", "continue")) + end
		}
		return g.action("/* c */")
	default:
		return g.action("template \"" + g.pick("t1", "t3") + "\" " + g.pick("$.list", "$.name", "$.nested.many"))
	}
}

func (g generator) calmWhole() string {
	named := `{{define "t1"}}<{{.}}>{{end}}{{define "t3"}}{{with .}}{{template "t1" .}}{{end}}{{end}}`
	return `{{$x := 1}}` + named + g.calm(3, false) + g.text() + g.calm(2, false)
}

func (g generator) format() string {
	var out strings.Builder
	out.WriteString("\"")
	for count := g.Intn(3); count >= 0; count-- {
		out.WriteString(g.pick("", "", "x", " ", "é", "%%"))
		out.WriteString("%")
		for g.chance(35) {
			out.WriteString(g.pick("+", "-", "#", "0", " "))
		}
		if g.chance(8) {
			out.WriteString(g.pick("[1]", "[2]", "[3]", "[9]", "[0]", "[x]", "[", "[-1]"))
		}
		if g.chance(35) {
			out.WriteString(g.pick("1", "5", "8", "12", "*", "20"))
		}
		if g.chance(30) {
			out.WriteString("." + g.pick("", "0", "1", "3", "*", "10", "20"))
		}
		if g.chance(5) {
			out.WriteString(g.pick("[1]", "[2]"))
		}
		out.WriteString(g.pick("v", "v", "v", "s", "s", "d", "d", "q", "x", "X", "f", "g", "e", "t", "c", "U", "b", "o", "O",
			"E", "G", "F", "T", "p", "w", "z", "%", "é", "!"))
	}
	if g.chance(4) {
		out.WriteString("%")
	}
	return out.String() + "\""
}

// A value of a printf whose place in memory it does not print.
func (g generator) printed() string {
	for {
		path := g.pick(g.path(), g.literal(), g.literal(), ".", "(same .list)", "(slice .bytes 1)", ".wait", ".number", ".uint64", ".float", ".name",
			".minus", ".unicode", ".binary")
		if path != "." && path != "$" {
			return path
		}
	}
}

func (g generator) printf() string {
	text := "{{printf " + g.format()
	for count := g.Intn(4); count > 0; count-- {
		text += " " + g.printed()
	}
	return text + "}}"
}

func (g generator) letters(from string, most int) string {
	var out strings.Builder
	letters := []rune(from)
	for count := 1 + g.Intn(most); count > 0; count-- {
		out.WriteRune(letters[g.Intn(len(letters))])
	}
	return out.String()
}

func (g generator) number() string {
	switch g.Intn(6) {
	case 0:
		return g.pick("", "-", "+") + g.letters("0123456789", 20)
	case 1:
		return g.pick("", "-") + g.letters("0123456789", 8) + "." + g.letters("0123456789", 8) + g.pick("", "e5", "E-3", "e+20")
	case 2:
		return g.pick("0x", "0X", "0b", "0o", "0", "") + g.letters("01234567abcdef_", 8) + g.pick("", "p3", "p-2", ".8p1")
	case 3:
		return g.letters("0123456789xXoObBeEpP_.+-'", 7)
	case 4:
		return "'" + g.pick("a", "é", `\n`, `\x41`, `\377`, `\u00e9`, `\U0001f600`, `\ud800`, `\'`, `\"`, "", "ab", `\q`, "😀") + "'"
	default:
		return g.letters("0123456789", 3) + g.pick("_", "__", ".", "e", "e_", "_e1", "x") + g.letters("0123456789", 3)
	}
}

func (g generator) quoted() string {
	var out strings.Builder
	for count := g.Intn(5); count >= 0; count-- {
		out.WriteString(g.pick("a", "é", "😀", `\n`, `\t`, `\\`, `\"`, `\'`, `\x41`, `\xff`, `\xc3\xa9`, `\101`, `\400`, `\u00e9`, `\ud800`,
			`\U0001f600`, `\U00110000`, `\q`, `\x4`, "'", "`", "}}", "{{", "\t", "\u200b", `\u200b`, `\a`, `\x00`))
	}
	text := "\"" + out.String() + "\""
	return "{{" + g.pick(text, "len "+text, "printf \"%q\" "+text, "printf \"%+q\" "+text, "printf \"%#q\" "+text,
		"printf \"% x\" "+text, "js "+text, "html "+text, "urlquery "+text) + "}}"
}

var noise = []string{"{{", "}}", "{{-", "-}}", "(", ")", "|", " ", ".", "$", ":=", "=", ",", "\"", "`", "'", "\\", "end", "else", "if", "range",
	"define", "template", "block", "break", "continue", "nil", "1", "-", "/*", "*/", "\n", "é", "@", "x", "with", "\u00a0", "0x", "$x"}

func (g generator) changed(text string) string {
	letters := []rune(text)
	for count := 1 + g.Intn(2); count > 0 && len(letters) > 0; count-- {
		at := g.Intn(len(letters))
		switch g.Intn(3) {
		case 0:
			letters = append(letters[:at:at], letters[at+1:]...)
		case 1:
			letters = append(letters[:at:at], append([]rune(g.pick(noise...)), letters[at:]...)...)
		default:
			to := at + g.Intn(len(letters)-at)
			letters = append(letters[:at:at], letters[to:]...)
		}
	}
	return string(letters)
}

func generated() map[string][]string {
	g := generator{rand.New(rand.NewSource(11))}
	groups := map[string][]string{}
	many := func(group string, count int, make func() string) {
		for ; count > 0; count-- {
			groups[group] = append(groups[group], make())
		}
	}
	many("expressions", 900, func() string { return "{{" + g.pipeline(2) + "}}" })
	many("strict expressions", 250, func() string { return "{{" + g.pipeline(1) + "}}" })
	many("zero expressions", 150, func() string { return "{{" + g.pipeline(1) + "}}" })
	many("running statements", 600, g.calmWhole)
	many("statements", 300, func() string { return g.whole(2) })
	many("formats", 900, g.printf)
	many("numbers", 300, func() string { return "{{" + g.number() + "}}" })
	many("strings", 250, g.quoted)
	many("changed", 600, func() string { return g.changed(g.whole(1)) })
	return groups
}
