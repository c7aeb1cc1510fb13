// Records what consul-template's own functions make of templates: those in cases.txt, and those that generate.go makes
// of a function and a table of values. `go run . functions > recorded.json`
//
// With `templates` instead it renders ../agent-templates: NAME.tmpl over that folder's world.json, to NAME.out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"

	dep "github.com/hashicorp/consul-template/dependency"
	"github.com/hashicorp/consul-template/template"
	sockaddr "github.com/hashicorp/go-sockaddr"
	socktmpl "github.com/hashicorp/go-sockaddr/template"
)

type auth struct {
	ClientToken   string            `json:"client_token"`
	Accessor      string            `json:"accessor"`
	Policies      []string          `json:"policies"`
	Metadata      map[string]string `json:"metadata"`
	LeaseDuration int               `json:"lease_duration"`
	Renewable     bool              `json:"renewable"`
}

type secret struct {
	RequestID     string                 `json:"request_id"`
	LeaseID       string                 `json:"lease_id"`
	LeaseDuration int                    `json:"lease_duration"`
	Renewable     bool                   `json:"renewable"`
	Data          map[string]interface{} `json:"data"`
	Warnings      []string               `json:"warnings"`
	Auth          *auth                  `json:"auth"`
}

type write struct {
	Path   string            `json:"path"`
	Data   map[string]string `json:"data"`
	Secret secret            `json:"secret"`
}

type certificate struct {
	Path    string            `json:"path"`
	Data    map[string]string `json:"data"`
	Cert    string            `json:"cert"`
	Key     string            `json:"key"`
	CA      string            `json:"ca"`
	CAChain []string          `json:"caChain"`
}

// What the templates find outside.
type world struct {
	Env          map[string]string   `json:"env"`
	Files        map[string]string   `json:"files"`
	Secrets      map[string]secret   `json:"secrets"`
	Lists        map[string][]string `json:"lists"`
	Writes       []write             `json:"writes"`
	Certificates []certificate       `json:"certificates"`
}

type network struct {
	Name      string   `json:"name"`
	Index     int      `json:"index"`
	MTU       int      `json:"mtu"`
	Flags     []string `json:"flags"`
	Addresses []string `json:"addresses"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (s secret) answer() *dep.Secret {
	made := &dep.Secret{RequestID: s.RequestID, LeaseID: s.LeaseID, LeaseDuration: s.LeaseDuration,
		Renewable: s.Renewable, Data: s.Data, Warnings: s.Warnings}
	if s.Auth != nil {
		made.Auth = &dep.SecretAuth{ClientToken: s.Auth.ClientToken, Accessor: s.Auth.Accessor, Policies: s.Auth.Policies,
			Metadata: s.Auth.Metadata, LeaseDuration: s.Auth.LeaseDuration, Renewable: s.Auth.Renewable}
	}
	return made
}

func pairs(data map[string]string) map[string]interface{} {
	made := map[string]interface{}{}
	for key, value := range data {
		made[key] = value
	}
	return made
}

func (w world) brain() *template.Brain {
	brain := template.NewBrain()
	for path, one := range w.Secrets {
		brain.Remember(must(dep.NewVaultReadQuery(path)), one.answer())
	}
	for path, keys := range w.Lists {
		brain.Remember(must(dep.NewVaultListQuery(path)), keys)
	}
	for _, one := range w.Writes {
		brain.Remember(must(dep.NewVaultWriteQuery(one.Path, pairs(one.Data))), one.Secret.answer())
	}
	for _, one := range w.Certificates {
		found := dep.PemEncoded{Cert: one.Cert, Key: one.Key, CA: one.CA, CAChain: one.CAChain}
		brain.Remember(must(dep.NewVaultPKIQuery(one.Path, "", pairs(one.Data))), found)
	}
	for path, content := range w.Files {
		brain.Remember(must(dep.NewFileQuery(path)), content)
	}
	return brain
}

func (w world) render(source string, strict bool, denied []string) (output string, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = os.ErrInvalid
		}
	}()
	made, err := template.NewTemplate(&template.NewTemplateInput{
		Contents: source, ErrMissingKey: strict, FunctionDenylist: denied})
	if err != nil {
		return "", err
	}
	env := []string{}
	for name, value := range w.Env {
		env = append(env, name+"="+value)
	}
	result, err := made.Execute(&template.ExecuteInput{Brain: w.brain(), Env: env})
	if err != nil {
		return "", err
	}
	return string(result.Output), nil
}

// A case is a template and what it makes; `null` where it fails.
type entry [2]interface{}

func read(path string) world {
	var found world
	decoder := json.NewDecoder(bytes.NewReader(must(os.ReadFile(path))))
	decoder.UseNumber()
	if err := decoder.Decode(&found); err != nil {
		panic(err)
	}
	return found
}

func written() []string {
	file := must(os.Open("cases.txt"))
	defer file.Close()
	var found []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "# ") {
			found = append(found, line)
		}
	}
	return found
}

func addresses(path string) sockaddr.IfAddrs {
	var found []network
	if err := json.Unmarshal(must(os.ReadFile(path)), &found); err != nil {
		panic(err)
	}
	known := map[string]net.Flags{"up": net.FlagUp, "broadcast": net.FlagBroadcast, "loopback": net.FlagLoopback,
		"pointtopoint": net.FlagPointToPoint, "multicast": net.FlagMulticast, "running": net.FlagRunning}
	made := sockaddr.IfAddrs{}
	for _, one := range found {
		device := net.Interface{Index: one.Index, MTU: one.MTU, Name: one.Name}
		for _, flag := range one.Flags {
			device.Flags |= known[flag]
		}
		for _, address := range one.Addresses {
			made = append(made, sockaddr.IfAddr{SockAddr: must(sockaddr.NewIPAddr(address)), Interface: device})
		}
	}
	return made
}

func recordFunctions() {
	outside := read("world.json")
	var made []entry
	seen := map[string]bool{}
	for _, source := range append(written(), generated()...) {
		if seen[source] {
			continue
		}
		seen[source] = true
		output, err := outside.render(source, false, nil)
		if err != nil {
			if os.Getenv("ORACLE_ERRORS") != "" {
				os.Stderr.WriteString(source + "\n\t" + err.Error() + "\n")
			}
			made = append(made, entry{source, nil})
		} else {
			made = append(made, entry{source, output})
		}
	}
	var sockets []entry
	devices := addresses("network.json")
	for _, source := range socketCases {
		output, err := socktmpl.ParseIfAddrs("{{ "+source+" }}", devices)
		if err != nil {
			sockets = append(sockets, entry{source, nil})
		} else {
			sockets = append(sockets, entry{source, output})
		}
	}
	print := func(name string, entries []entry, last string) {
		os.Stdout.WriteString("\"" + name + "\": [\n")
		for index, one := range entries {
			var line bytes.Buffer
			encoder := json.NewEncoder(&line)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(one); err != nil {
				panic(err)
			}
			os.Stdout.WriteString(strings.TrimSpace(line.String()))
			if index < len(entries)-1 {
				os.Stdout.WriteString(",")
			}
			os.Stdout.WriteString("\n")
		}
		os.Stdout.WriteString("]" + last + "\n")
	}
	os.Stdout.WriteString("{\n")
	print("templates", made, ",")
	print("sockaddr", sockets, "")
	os.Stdout.WriteString("}\n")
}

func recordTemplates() {
	folder := "../agent-templates"
	names := must(filepath.Glob(filepath.Join(folder, "*.tmpl")))
	sort.Strings(names)
	for _, name := range names {
		// Read once more for each: a template may change the maps it is given.
		outside := read(filepath.Join(folder, "world.json"))
		output, err := outside.render(string(must(os.ReadFile(name))), false, nil)
		if err != nil {
			panic(name + ": " + err.Error())
		}
		if err := os.WriteFile(strings.TrimSuffix(name, ".tmpl")+".out", []byte(output), 0o644); err != nil {
			panic(err)
		}
	}
}

func main() {
	if os.Args[1] == "templates" {
		recordTemplates()
	} else {
		recordFunctions()
	}
}
