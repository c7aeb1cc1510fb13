// Records what Go's own text/template makes of templates. Add cases with a template alone to recorded.json, then:
// go run record.go < recorded.json > new.json && mv new.json recorded.json
package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type entry struct {
	Template string  `json:"template"`
	Output   *string `json:"output,omitempty"`
	Fails    string  `json:"fails,omitempty"`
}

// JSON numbers as Go programs hold them: whole ones are ints.
func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for key, item := range v {
			v[key] = plain(item)
		}
	case []any:
		for index, item := range v {
			v[index] = plain(item)
		}
	}
	return value
}

func main() {
	var given struct {
		Data  any     `json:"data"`
		Cases []entry `json:"cases"`
	}
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&given); err != nil {
		panic(err)
	}
	data := plain(given.Data)
	var entries []entry
	for _, given := range given.Cases {
		one := entry{Template: given.Template}
		parsed, err := template.New("t").Parse(given.Template)
		if err != nil {
			one.Fails = "parse"
		} else {
			var out strings.Builder
			if err := parsed.Execute(&out, data); err != nil {
				one.Fails = "run"
			} else {
				made := out.String()
				one.Output = &made
			}
		}
		entries = append(entries, one)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(map[string]any{"data": data, "cases": entries}); err != nil {
		panic(err)
	}
}
