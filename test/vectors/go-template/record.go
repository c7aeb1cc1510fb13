// Records what Go's own text/template makes of templates: of those in templates.json, which people wrote, and of those
// that generate.go makes. Add templates to templates.json, then:
//
//	go run record.go data.go generate.go
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

// How a group of templates is read and run.
type mode struct{ missing, left, right string }

var modes = map[string]mode{
	"strict": {missing: "error"},
	"zero":   {missing: "zero"},
	"angled": {left: "<<", right: ">>"},
	"square": {left: "[", right: "]"},
}

// Where a value is in memory, which is not the same twice.
var address = regexp.MustCompile(`(?i)0x[0-9a-f]{6,}`)

// Output of a loop that would not end is refused, so that the template fails and is left out.
type bounded struct{ bytes.Buffer }

var errTooLong = errors.New("too long")

func (b *bounded) Write(part []byte) (int, error) {
	if b.Len() > 10_000 {
		return 0, errTooLong
	}
	return b.Buffer.Write(part)
}

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
	var out bounded
	if err == nil {
		err = parsed.Execute(&out, data())
	}
	switch {
	case errors.Is(err, errTooLong):
		return nil, false
	case err != nil:
		return []any{text, nil, err.Error()}, !address.MatchString(err.Error()) && utf8.ValidString(err.Error())
	case !utf8.Valid(out.Bytes()):
		return []any{text, nil, nil, base64.StdEncoding.EncodeToString(out.Bytes())}, !address.Match(out.Bytes())
	default:
		return []any{text, out.String()}, !address.Match(out.Bytes())
	}
}

func main() {
	var texts map[string][]string
	source, err := os.ReadFile("templates.json")
	if err == nil {
		err = json.Unmarshal(source, &texts)
	}
	if err != nil {
		panic(err)
	}
	maps.Copy(texts, generated())
	groups := map[string][]string{}
	for group, templates := range texts {
		known := map[string]bool{}
		for _, text := range templates {
			one, ok := record(group, text)
			again, _ := record(group, text)
			if ok && reflect.DeepEqual(one, again) && !known[text] && utf8.ValidString(text) {
				known[text] = true
				groups[group] = append(groups[group], line(one))
			}
		}
	}
	if err := os.WriteFile("recorded.json", written(groups), 0o644); err != nil {
		panic(err)
	}
}

// JSON with a case on each line.
func written(groups map[string][]string) []byte {
	var out bytes.Buffer
	separator := "{"
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&out, "%s\n%q: [\n%s\n]", separator, group, strings.Join(groups[group], ",\n"))
		separator = ","
	}
	out.WriteString("\n}\n")
	return out.Bytes()
}

func line(one []any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(one); err != nil {
		panic(err)
	}
	return strings.TrimSpace(out.String())
}
