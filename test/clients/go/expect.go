package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/vault/api"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// got is the value of a call that must not fail.
func got[T any](value T, err error) T {
	must(err)
	return value
}

func equal(have, want any) {
	if !reflect.DeepEqual(have, want) {
		panic(fmt.Sprintf("have %v, want %v", have, want))
	}
}

func holds(condition bool, what string) {
	if !condition {
		panic(what)
	}
}

// refused expects an answer of this status with these words.
func refused(err error, status int, words string) {
	var answer *api.ResponseError
	if !errors.As(err, &answer) {
		panic(fmt.Sprintf("expected an answer of status %d, got %v", status, err))
	}
	equal(answer.StatusCode, status)
	holds(strings.Contains(strings.Join(answer.Errors, " "), words), fmt.Sprintf("%v lacks %q", answer.Errors, words))
}

func has(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}

func fields(pairs ...any) map[string]any {
	made := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		made[pairs[i].(string)] = pairs[i+1]
	}
	return made
}
