package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The values and functions that templates are rendered with. test/unit/go-template/support/data.ts has the same ones.

type auth struct {
	ClientToken string
	Policies    []string
}

type secret struct {
	RequestID     string
	LeaseDuration int
	Renewable     bool
	Data          map[string]any
	Any           any
	Auth          *auth
	Warnings      []string
}

type counter struct{ values map[string]any }

func (c *counter) Set(key string, value any) string { c.values[key] = value; return "" }
func (c *counter) Get(key string) any               { return c.values[key] }
func (c *counter) Self() *counter                   { return c }
func (c *counter) Sum(first int, more ...int) int {
	for _, one := range more {
		first += one
	}
	return first
}

func data() map[string]any {
	return map[string]any{
		"name": "app", "empty": "", "html": `<a href="x">'&'</a>`, "unicode": "héllo wörld ✓ 😀",
		"lines": "one\ntwo\tthree", "binary": "a\xffb\xc3", "number": json.Number("8200"),
		"one": 1, "zero": 0, "whole": 7, "minus": -42, "large": 9007199254740993,
		"int64": int64(64), "uint8": uint8(200), "uint64": uint64(18446744073709551615), "wait": 90 * time.Second,
		"float": 3.14, "million": 1500000.5, "big": 1e30, "small": 1e-06, "third": 1.0 / 3,
		"bool": true, "no": false, "nothing": nil,
		"list": []any{"a", "b", "c"}, "numbers": []any{1, 2, 3}, "none": []any{},
		"mixed": []any{1, "a", nil, true, 2.5}, "lists": []any{[]any{"x"}, []any{"y", "z"}},
		"various": []any{"x", nil, []any{"deep"}, map[string]any{"k": "v"}},
		"strings": []string{"x", "y"}, "bytes": []byte("hi\xff"),
		"nested": map[string]any{"a": map[string]any{"b": "deep"}, "many": map[string]any{"x": 3, "y": 2, "z": 1}},
		"holes":  map[string]any{"nil": nil, "list": []any{1, nil}},
		"users":  []any{map[string]any{"name": "ann", "admin": true}, map[string]any{"name": "bob"}},
		"texts":  map[string]string{"k": "v"}, "ints": map[int]string{2: "two", 1: "one"}, "keys": map[any]any{"k": "v"},
		"secret": &secret{RequestID: "id-1", LeaseDuration: 60, Renewable: true,
			Data: map[string]any{"user": "u", "port": json.Number("5432")}},
		"login":  &secret{Auth: &auth{"s.token", []string{"default"}}, Any: "any"},
		"struct": auth{"t", nil}, "nilptr": (*auth)(nil),
		"add": func(a, b int) int { return a + b },
	}
}

var functions = map[string]any{
	"upper":  strings.ToUpper,
	"join":   func(separator string, items []string) string { return strings.Join(items, separator) },
	"plus":   func(a, b int) int { return a + b },
	"half":   func(a float64) float64 { return a / 2 },
	"unsign": func(a uint) uint { return a },
	"invert": func(a bool) bool { return !a },
	"same":   func(a any) any { return a },
	"count":  func(args ...any) int { return len(args) },
	"pairs":  func(first string, rest ...int) string { return fmt.Sprint(first, rest) },
	"size":   func(m map[string]any) int { return len(m) },
	"items":  func(l []any) int { return len(l) },
	"nought": func() any { return nil },
	"token": func(a *auth) string {
		if a == nil {
			return "none"
		}
		return a.ClientToken
	},
	"broken":  func() (string, error) { return "", errors.New("it is broken") },
	"counter": func() *counter { return &counter{map[string]any{}} },
}
