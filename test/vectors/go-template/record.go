// Records what Go's own text/template makes of templates: of those in templates.json, which people wrote, and of those
// that generate.go makes. Add templates to templates.json, then:
//
//	go run record.go data.go generate.go
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"text/template"
	"unicode/utf8"
)

// How a group of templates is read and run.
type mode struct{ missing, left, right string }

var modes = map[string]mode{
	"strict": {missing: "error"},
	"angled": {left: "<<", right: ">>"},
	"square": {left: "[", right: "]"},
}

// What is not the same twice: where a value is in memory.
var address = regexp.MustCompile(`(?i)0x[0-9a-f]{6,}|[0-9a-f]{12}$`)

func modeOf(group string) mode {
	return modes[strings.SplitN(group, " ", 2)[0]]
}

// One case: the template, and what it makes, or nil and the error, or nil, nil and what it makes as base64.
func record(group, text string) ([]any, bool) {
	how := modeOf(group)
	made := template.New("t").Funcs(functions).Delims(how.left, how.right)
	if how.missing != "" {
		made.Option("missingkey=" + how.missing)
	}
	parsed, err := made.Parse(text)
	var out bytes.Buffer
	if err == nil {
		err = parsed.Execute(&out, data())
	}
	switch {
	case err != nil:
		return []any{text, nil, err.Error()}, !address.MatchString(err.Error()) && utf8.ValidString(err.Error())
	case !utf8.Valid(out.Bytes()):
		return []any{text, nil, nil, base64.StdEncoding.EncodeToString(out.Bytes())}, !address.Match(out.Bytes())
	default:
		return []any{text, out.String()}, !address.Match(out.Bytes())
	}
}

func main() {
	var written map[string][]string
	source, err := os.ReadFile("templates.json")
	if err == nil {
		err = json.Unmarshal(source, &written)
	}
	if err != nil {
		panic(err)
	}
	for group, texts := range generated() {
		written[group] = texts
	}
	groups := map[string][]json.RawMessage{}
	for group, texts := range written {
		known := map[string]bool{}
		for _, text := range texts {
			if one, ok := record(group, text); ok && !known[text] && utf8.ValidString(text) {
				known[text] = true
				groups[group] = append(groups[group], line(one))
			}
		}
	}
	recorded, err := os.Create("recorded.json")
	if err != nil {
		panic(err)
	}
	encoder := json.NewEncoder(recorded)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "")
	if err := encoder.Encode(groups); err != nil {
		panic(err)
	}
}

func line(one []any) json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(one); err != nil {
		panic(err)
	}
	return out.Bytes()
}
