package main

import (
	"os"
	"strings"

	"github.com/hashicorp/vault/api"
)

// In the PostgreSQL that POSTGRES_URL names.
var databases = []check{
	{"database: credentials are leased, renewed, looked up and revoked", credentials},
	{"database: a token's credentials end with it", credentialsOfAToken},
}

const create = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`

// engine mounts the engine with one connection and one role.
func engine(s *server, mount string) func() {
	url := os.Getenv("POSTGRES_URL")
	if url == "" {
		panic(skipped("no PostgreSQL runs here"))
	}
	must(s.root.Sys().Mount(mount, &api.MountInput{Type: "database"}))
	logical := s.root.Logical()
	got(logical.Write(mount+"/config/pg", fields("plugin_name", "postgresql-database-plugin", "allowed_roles", "*",
		"connection_url", url, "username", "vaultadmin", "password", os.Getenv("POSTGRES_PASSWORD"))))
	got(logical.Write(mount+"/roles/r", fields("db_name", "pg", "creation_statements", create, "default_ttl", "1h", "max_ttl", "2h")))
	return func() { must(s.root.Sys().Unmount(mount)) }
}

func credentials(s *server) {
	defer engine(s, "go-database")()
	logical, sys := s.root.Logical(), s.root.Sys()
	made := got(logical.Read("go-database/creds/r"))
	equal([]any{made.LeaseDuration, made.Renewable}, []any{3600, true})
	holds(strings.HasPrefix(made.Data["username"].(string), "v-"), "the name is Vault's")
	equal(got(sys.Renew(made.LeaseID, 60)).LeaseDuration, 60)
	equal(got(sys.Lookup(made.LeaseID)).Data["renewable"], true)
	listed := keys(got(logical.List("sys/leases/lookup/go-database/creds/r")))
	holds(len(listed) == 1 && strings.HasSuffix(made.LeaseID, listed[0]), "it is listed")
	must(sys.Revoke(made.LeaseID))
	_, err := sys.Lookup(made.LeaseID)
	refused(err, 400, "invalid lease")
	got(logical.Read("go-database/creds/r"))
	must(sys.RevokePrefix("go-database/creds"))
	holds(got(logical.List("sys/leases/lookup/go-database/creds/r")) == nil, "none is left")
}

func credentialsOfAToken(s *server) {
	defer engine(s, "go-owned")()
	must(s.root.Sys().PutPolicy("go-owned", `path "go-owned/creds/r" { capabilities = ["read"] }`))
	token := got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"go-owned"}})).Auth.ClientToken
	made := got(s.client(token).Logical().Read("go-owned/creds/r"))
	must(s.root.Auth().Token().RevokeTree(token))
	_, err := s.root.Sys().Lookup(made.LeaseID)
	refused(err, 400, "invalid lease")
}
