package main

import (
	"strings"

	"github.com/hashicorp/vault/api"
)

var system = []check{
	{"state: health, seal status, leader, initialization", state},
	{"mounts: mount, tune, read one, move and unmount", mounts},
	{"auth methods: enable, tune, read one and disable", methods},
	{"policies: write, read, list, delete and enforce", policies},
	{"leases: look up, list and revoke a login's", leases},
	{"audit devices: enable, list, hash and disable", audit},
	{"pre-flight: a path's mount, as the CLI asks for it", preflight},
	{"help: of a mount and of a path", help},
}

func state(s *server) {
	health := got(s.root.Sys().Health())
	holds(health.Initialized && !health.Sealed && !health.Standby, "it is up")
	holds(health.Version != "" && health.ClusterID != "", "it has a version and a cluster id")
	status := got(s.root.Sys().SealStatus())
	holds(status.Initialized && !status.Sealed && status.Version == health.Version, "it is unsealed")
	got(s.root.Sys().Leader())
	equal(got(s.root.Sys().InitStatus()), true)
}

func mounts(s *server) {
	sys := s.root.Sys()
	input := &api.MountInput{Type: "kv", Description: "a store", Options: map[string]string{"version": "2"}}
	must(sys.Mount("go-mount", input))
	listed := got(sys.ListMounts())["go-mount/"]
	equal([]any{listed.Type, listed.Description, listed.Options["version"]}, []any{"kv", "a store", "2"})
	holds(strings.HasPrefix(listed.Accessor, "kv_") && listed.UUID != "", "it has an accessor and an id")
	description := "tuned"
	must(sys.TuneMount("go-mount", api.MountConfigInput{DefaultLeaseTTL: "1h", MaxLeaseTTL: "2h", Description: &description}))
	tuned := got(sys.MountConfig("go-mount"))
	equal([]any{tuned.DefaultLeaseTTL, tuned.MaxLeaseTTL}, []any{3600, 7200})
	one := got(sys.GetMount("go-mount"))
	equal([]any{one.Description, one.Config.DefaultLeaseTTL}, []any{"tuned", 3600})
	got(s.root.KVv2("go-mount").Put(background, "a", fields("k", "v")))
	must(sys.Remount("go-mount", "go-moved"))
	equal(got(s.root.KVv2("go-moved").Get(background, "a")).Data, fields("k", "v"))
	must(sys.Unmount("go-moved"))
	_, err := sys.GetMount("go-moved")
	refused(err, 400, "No secret engine mount at go-moved/")
}

func methods(s *server) {
	sys := s.root.Sys()
	must(sys.EnableAuthWithOptions("go-people", &api.EnableAuthOptions{Type: "userpass", Description: "people"}))
	listed := got(sys.ListAuth())["go-people/"]
	equal([]any{listed.Type, listed.Description}, []any{"userpass", "people"})
	must(sys.TuneMount("auth/go-people", api.MountConfigInput{DefaultLeaseTTL: "10m"}))
	equal(got(sys.MountConfig("auth/go-people")).DefaultLeaseTTL, 600)
	equal(got(sys.GetAuth("go-people")).Type, "userpass")
	must(sys.DisableAuth("go-people"))
	_, err := sys.GetAuth("go-people")
	refused(err, 400, "No secret engine mount at auth/go-people/")
}

func policies(s *server) {
	sys := s.root.Sys()
	rules := "path \"secret/data/go/open\" {\n  capabilities = [\"read\"]\n}\n"
	must(sys.PutPolicy("go-readers", rules))
	equal(got(sys.GetPolicy("go-readers")), rules)
	holds(has(got(sys.ListPolicies()), "go-readers"), "it is listed")
	got(s.root.KVv2("secret").Put(background, "go/open", fields("k", "v")))
	made := got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"go-readers"}})).Auth
	own := s.client(made.ClientToken)
	got(own.KVv2("secret").Get(background, "go/open"))
	_, err := own.KVv2("secret").Put(background, "go/open", fields("k", "x"))
	refused(err, 403, "permission denied")
	equal(got(own.Sys().CapabilitiesSelf("secret/data/go/open")), []string{"read"})
	equal(got(sys.Capabilities(made.ClientToken, "secret/data/go/open")), []string{"read"})
	equal(got(sys.CapabilitiesAccessor(made.Accessor, "secret/data/go/shut")), []string{"deny"})
	must(sys.DeletePolicy("go-readers"))
	_, err = own.KVv2("secret").Get(background, "go/open")
	refused(err, 403, "permission denied")
	equal(got(sys.GetPolicy("go-readers")), "")
}

func leases(s *server) {
	defer enable(s, "go-leased", "userpass")()
	logical, sys := s.root.Logical(), s.root.Sys()
	got(logical.Write("auth/go-leased/users/ann", fields("password", "a password")))
	login := func() *api.Client {
		answer := got(s.client("").Logical().Write("auth/go-leased/login/ann", fields("password", "a password")))
		return s.client(answer.Auth.ClientToken)
	}
	own := login()
	listed := keys(got(logical.List("sys/leases/lookup/auth/go-leased/login/ann")))
	equal(len(listed), 1)
	id := "auth/go-leased/login/ann/" + listed[0]
	equal(got(sys.Lookup(id)).Data["id"], id)
	_, err := sys.Renew(id, 60)
	refused(err, 400, "tokens cannot be renewed through this endpoint")
	must(sys.RevokeWithOptions(&api.RevokeOptions{LeaseID: id, Sync: true}))
	_, err = own.Auth().Token().LookupSelf()
	refused(err, 403, "permission denied")
	own = login()
	must(sys.RevokePrefix("auth/go-leased/login"))
	_, err = own.Auth().Token().LookupSelf()
	refused(err, 403, "permission denied")
	must(sys.Revoke("no/such/lease"))
}

func audit(s *server) {
	sys := s.root.Sys()
	options := map[string]string{"file_path": "stdout"}
	must(sys.EnableAuditWithOptions("go-trail", &api.EnableAuditOptions{Type: "file", Description: "a trail", Options: options}))
	listed := got(sys.ListAudit())["go-trail/"]
	equal([]any{listed.Type, listed.Description, listed.Options["file_path"]}, []any{"file", "a trail", "stdout"})
	hash := got(sys.AuditHash("go-trail", "a value"))
	holds(strings.HasPrefix(hash, "hmac-sha256:"), "a value is hashed")
	must(sys.DisableAudit("go-trail"))
	holds(got(sys.ListAudit())["go-trail/"] == nil, "it is gone")
}

func preflight(s *server) {
	found := got(s.root.Logical().Read("sys/internal/ui/mounts/secret/a/b")).Data
	equal([]any{found["path"], found["type"], found["options"]}, []any{"secret/", "kv", fields("version", "2")})
	own := s.client(got(s.root.Auth().Token().Create(defaultOnly)).Auth.ClientToken)
	_, err := own.Logical().Read("sys/internal/ui/mounts/secret/a")
	refused(err, 403, "preflight capability check returned 403")
}

func help(s *server) {
	holds(got(s.root.Help("secret")).Help != "", "a mount has help")
	holds(got(s.root.Help("secret/data/a")).Help != "", "a path has help")
}
