package main

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/vault/api"
)

var tokens = []check{
	{"tokens: create, look up, renew and revoke", life},
	{"tokens: by accessor", byAccessor},
	{"tokens: orphans outlive their parent", orphans},
	{"tokens: roles", tokenRoles},
	{"tokens: batch", batch},
	{"lifetime watcher: renews a token and ends with its last second", watcher},
	{"lifetime watcher: keeps a periodic token", periodic},
}

var defaultOnly = &api.TokenCreateRequest{Policies: []string{"default"}, TTL: "1h"}

func number(value any) int64 {
	return got(value.(json.Number).Int64())
}

func life(s *server) {
	auth := s.root.Auth().Token()
	made := got(auth.Create(&api.TokenCreateRequest{
		Policies: []string{"default"}, TTL: "1h", Metadata: map[string]string{"team": "a"}, DisplayName: "ci",
	}))
	token := made.Auth.ClientToken
	equal([]any{made.Auth.LeaseDuration, made.Auth.Renewable}, []any{3600, true})
	found := got(auth.Lookup(token))
	equal(got(found.TokenMetadata()), map[string]string{"team": "a"})
	equal(got(found.TokenPolicies()), []string{"default"})
	equal(found.Data["display_name"], "token-ci")
	own := s.client(token)
	equal(got(got(own.Auth().Token().LookupSelf()).TokenID()), token)
	equal(got(own.Auth().Token().RenewSelf(1800)).Auth.LeaseDuration, 1800)
	equal(got(auth.Renew(token, 1200)).Auth.LeaseDuration, 1200)
	equal(got(auth.RenewTokenAsSelf(token, 600)).Auth.LeaseDuration, 600)
	must(auth.RevokeTree(token))
	_, err := own.Auth().Token().LookupSelf()
	refused(err, 403, "permission denied")
	own = s.client(got(auth.Create(defaultOnly)).Auth.ClientToken)
	must(own.Auth().Token().RevokeSelf("ignored"))
	_, err = own.Auth().Token().LookupSelf()
	refused(err, 403, "permission denied")
}

func byAccessor(s *server) {
	auth := s.root.Auth().Token()
	accessor := got(auth.Create(defaultOnly)).Auth.Accessor
	equal(got(auth.LookupAccessor(accessor)).Data["id"], "")
	equal(got(auth.RenewAccessor(accessor, 600)).Auth.LeaseDuration, 600)
	holds(has(keys(got(s.root.Logical().List("auth/token/accessors"))), accessor), "it is listed")
	must(auth.RevokeAccessor(accessor))
	_, err := auth.LookupAccessor(accessor)
	refused(err, 400, "invalid accessor")
}

func keys(secret *api.Secret) []string {
	found := []string{}
	for _, key := range secret.Data["keys"].([]any) {
		found = append(found, key.(string))
	}
	return found
}

func orphans(s *server) {
	auth := s.root.Auth().Token()
	parent := s.client(got(auth.Create(&api.TokenCreateRequest{Policies: []string{"root"}, TTL: "1h"})).Auth.ClientToken)
	child := got(parent.Auth().Token().Create(defaultOnly)).Auth.ClientToken
	orphan := got(parent.Auth().Token().CreateOrphan(defaultOnly)).Auth
	equal(orphan.Orphan, true)
	must(auth.RevokeTree(parent.Token()))
	_, err := auth.Lookup(child)
	refused(err, 403, "bad token")
	got(auth.Lookup(orphan.ClientToken))
	parent = s.client(got(auth.Create(&api.TokenCreateRequest{Policies: []string{"root"}, TTL: "1h"})).Auth.ClientToken)
	child = got(parent.Auth().Token().Create(defaultOnly)).Auth.ClientToken
	must(auth.RevokeOrphan(parent.Token()))
	equal(got(auth.Lookup(child)).Data["orphan"], true)
}

func tokenRoles(s *server) {
	got(s.root.Logical().Write("auth/token/roles/go", fields("allowed_policies", "default", "token_period", "1h")))
	made := got(s.root.Auth().Token().CreateWithRole(&api.TokenCreateRequest{Policies: []string{"default"}}, "go"))
	equal(made.Auth.LeaseDuration, 3600)
	_, err := s.root.Auth().Token().CreateWithRole(&api.TokenCreateRequest{Policies: []string{"other"}}, "go")
	refused(err, 400, "token policies")
	got(s.root.Logical().Delete("auth/token/roles/go"))
}

func batch(s *server) {
	made := got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"default"}, Type: "batch", TTL: "1h"}))
	holds(made.Auth.Accessor == "" && !made.Auth.Renewable, "a batch token has no accessor and does not renew")
	equal(got(s.client(made.Auth.ClientToken).Auth().Token().LookupSelf()).Data["type"], "batch")
}

// watch runs a watcher until it has renewed so often, or is done; it answers how often it renewed.
func watch(client *api.Client, secret *api.Secret, enough int, limit time.Duration) (renewed int, done bool) {
	watcher := got(client.NewLifetimeWatcher(&api.LifetimeWatcherInput{Secret: secret}))
	go watcher.Start()
	defer watcher.Stop()
	deadline := time.After(limit)
	for renewed < enough {
		select {
		case renewal := <-watcher.RenewCh():
			holds(renewal.Secret.Auth.ClientToken != "", "a renewal names its token")
			renewed++
		case err := <-watcher.DoneCh():
			must(err)
			return renewed, true
		case <-deadline:
			panic("the watcher neither renewed nor ended")
		}
	}
	return renewed, false
}

func watcher(s *server) {
	made := got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"default"}, TTL: "6s", ExplicitMaxTTL: "10s"}))
	renewed, done := watch(s.client(made.Auth.ClientToken), made, 1000, 2*time.Minute)
	holds(renewed >= 1 && done, "it renewed, and ended at the maximum")
}

func periodic(s *server) {
	made := got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"default"}, Period: "9s"}))
	own := s.client(made.Auth.ClientToken)
	renewed, done := watch(own, made, 2, 2*time.Minute)
	holds(renewed == 2 && !done, "it renewed twice")
	holds(number(got(own.Auth().Token().LookupSelf()).Data["ttl"]) > 0, "the token lives")
}
