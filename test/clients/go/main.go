// Vault's own Go client, unpatched, against a running server: `go run . ADDRESS ROOT_TOKEN`.
//
// The CLI, Terraform, Vault Agent and most operators are built on this client, so what holds here holds for them. One
// line a check, so that the caller can count: `ok`, `not ok` or `skip`, then the check's name.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/hashicorp/vault/api"
)

type server struct {
	address string
	root    *api.Client
}

type check struct {
	name string
	run  func(*server)
}

// client is one of its own: a login keeps its token there.
func (s *server) client(token string) *api.Client {
	config := api.DefaultConfig()
	must(config.Error)
	config.Address = s.address
	made, err := api.NewClient(config)
	must(err)
	made.SetToken(token)
	made.ClearNamespace()
	return made
}

// skipped is the panic of a check that cannot be made here; the value is the reason.
type skipped string

// attempt runs one check; a panic is its failure.
func attempt(s *server, c check) (failed bool) {
	defer func() {
		reason := recover()
		if why, is := reason.(skipped); is {
			fmt.Printf("skip %s: %s\n", c.name, string(why))
		} else if reason != nil {
			failed = true
			text := strings.Join(strings.Fields(fmt.Sprint(reason)), " ")
			fmt.Printf("not ok %s: %.300s (%s)\n", c.name, text, where())
		}
	}()
	c.run(s)
	fmt.Printf("ok %s\n", c.name)
	return false
}

// where is the line of a check that a panic came from.
func where() string {
	for _, line := range strings.Split(string(debug.Stack()), "\n") {
		line = strings.TrimSpace(line)
		if strings.Contains(line, ".go:") && !strings.Contains(line, "/main.go:") && !strings.Contains(line, "/expect.go:") && !strings.Contains(line, "/runtime/") {
			file := line[strings.LastIndex(line, "/")+1:]
			return strings.Fields(file)[0]
		}
	}
	return "?"
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, dependency := range info.Deps {
			if dependency.Path == "github.com/hashicorp/vault/api" {
				return dependency.Version
			}
		}
	}
	return "?"
}

func main() {
	fmt.Printf("# github.com/hashicorp/vault/api %s\n", version())
	s := &server{address: os.Args[1]}
	s.root = s.client(os.Args[2])
	failed := false
	for _, group := range [][]check{secrets, tokens, logins, platforms, secondFactors, system, databases, hosts, transit, keyEngines, sops} {
		for _, c := range group {
			failed = attempt(s, c) || failed
		}
	}
	if failed {
		os.Exit(1)
	}
}
