package main

import (
	"context"
	"errors"

	"github.com/hashicorp/vault/api"
)

var secrets = []check{
	{"KV v2: writes, reads and rolls back versions", versions},
	{"KV v2: refuses a check-and-set that does not match", checkAndSet},
	{"KV v2: patches by merge and by rewriting", patch},
	{"KV v2: deletes, restores and destroys versions", deletion},
	{"KV v2: keeps custom metadata", metadata},
	{"KV v1: writes, reads, lists and deletes", versionOne},
	{"any path: lists by GET, and misses quietly", anyPath},
	{"wrapping: an answer is unwrapped once, either way", wrapping},
	{"wrapping: looked up, rewrapped and read the old way", wrappingTools},
	{"cubbyhole: belongs to its token", cubbyhole},
}

var background = context.Background()

func versions(s *server) {
	kv := s.root.KVv2("secret")
	equal(got(kv.Put(background, "go/db", fields("k", "one"))).VersionMetadata.Version, 1)
	equal(got(kv.Put(background, "go/db", fields("k", "two"), api.WithCheckAndSet(1))).VersionMetadata.Version, 2)
	equal(got(kv.Get(background, "go/db")).Data, fields("k", "two"))
	equal(got(kv.GetVersion(background, "go/db", 1)).Data, fields("k", "one"))
	equal(got(kv.Rollback(background, "go/db", 1)).VersionMetadata.Version, 3)
	equal(got(kv.Get(background, "go/db")).Data, fields("k", "one"))
	equal(len(got(kv.GetVersionsAsList(background, "go/db"))), 3)
	_, err := kv.Get(background, "go/nothing")
	holds(errors.Is(err, api.ErrSecretNotFound), "a missing secret is not found")
}

func checkAndSet(s *server) {
	kv := s.root.KVv2("secret")
	got(kv.Put(background, "go/cas", fields("k", "one")))
	_, err := kv.Put(background, "go/cas", fields("k", "two"), api.WithCheckAndSet(0))
	refused(err, 400, "check-and-set parameter did not match the current version")
}

func patch(s *server) {
	kv := s.root.KVv2("secret")
	for _, method := range []string{api.KVMergeMethodPatch, api.KVMergeMethodReadWrite} {
		got(kv.Put(background, "go/patch", fields("a", "1", "b", "2")))
		got(kv.Patch(background, "go/patch", fields("b", "3"), api.WithMergeMethod(method)))
		equal(got(kv.Get(background, "go/patch")).Data, fields("a", "1", "b", "3"))
	}
}

func deletion(s *server) {
	kv := s.root.KVv2("secret")
	got(kv.Put(background, "go/deleted", fields("k", "one")))
	got(kv.Put(background, "go/deleted", fields("k", "two")))
	must(kv.Delete(background, "go/deleted"))
	deleted := got(kv.Get(background, "go/deleted"))
	holds(deleted.Data == nil && !deleted.VersionMetadata.DeletionTime.IsZero(), "a deleted version has a time and no data")
	must(kv.Undelete(background, "go/deleted", []int{2}))
	must(kv.DeleteVersions(background, "go/deleted", []int{1}))
	must(kv.Destroy(background, "go/deleted", []int{1}))
	known := got(kv.GetMetadata(background, "go/deleted"))
	holds(known.Versions["1"].Destroyed && !known.Versions["2"].Destroyed, "version 1 alone is destroyed")
	must(kv.DeleteMetadata(background, "go/deleted"))
	_, err := kv.GetMetadata(background, "go/deleted")
	holds(errors.Is(err, api.ErrSecretNotFound), "its metadata is gone")
}

func metadata(s *server) {
	kv := s.root.KVv2("secret")
	input := api.KVMetadataPutInput{CustomMetadata: fields("owner", "ann"), MaxVersions: 3}
	must(kv.PutMetadata(background, "go/metadata", input))
	must(kv.PatchMetadata(background, "go/metadata", api.KVMetadataPatchInput{CustomMetadata: fields("team", "a")}))
	known := got(kv.GetMetadata(background, "go/metadata"))
	equal(known.CustomMetadata, fields("owner", "ann", "team", "a"))
	equal(known.MaxVersions, 3)
}

func versionOne(s *server) {
	must(s.root.Sys().Mount("go-one", &api.MountInput{Type: "kv", Options: map[string]string{"version": "1"}}))
	kv := s.root.KVv1("go-one")
	must(kv.Put(background, "a/b", fields("k", "v", "ttl", "30m")))
	read := got(kv.Get(background, "a/b"))
	equal(read.Data["k"], "v")
	equal(read.Raw.LeaseDuration, 1800)
	equal(got(s.root.Logical().List("go-one")).Data["keys"], []any{"a/"})
	must(kv.Delete(background, "a/b"))
	_, err := kv.Get(background, "a/b")
	holds(errors.Is(err, api.ErrSecretNotFound), "it is gone")
	must(s.root.Sys().Unmount("go-one"))
}

func anyPath(s *server) {
	logical := s.root.Logical()
	got(logical.Write("secret/data/go/any/b", fields("data", fields("k", "v"))))
	got(logical.WriteBytes("secret/data/go/any/a", []byte(`{"data":{"k":"v"}}`)))
	equal(got(logical.List("secret/metadata/go/any")).Data["keys"], []any{"a", "b"})
	equal(got(logical.List("secret/metadata/go/any/")).Data["keys"], []any{"a", "b"})
	query := map[string][]string{"version": {"1"}}
	holds(got(logical.ReadWithData("secret/data/go/any/a", query)).Data["data"] != nil, "version 1 is read")
	got(logical.JSONMergePatch(background, "secret/data/go/any/a", fields("data", fields("more", "x"))))
	got(logical.DeleteWithData("secret/metadata/go/any/a", nil))
	holds(got(logical.Read("secret/data/go/any/a")) == nil, "a miss is nil")
	holds(got(logical.List("secret/metadata/go/nowhere")) == nil, "an empty list is nil")
	holds(got(logical.Read("nosuch/x")) == nil, "so is a path of no mount")
	_, err := logical.Write("nosuch/x", fields("k", "v"))
	refused(err, 404, `no handler for route "nosuch/x"`)
}

func wrapping(s *server) {
	asked := s.client(s.root.Token())
	asked.SetWrappingLookupFunc(func(operation, path string) string { return "5m" })
	got(s.root.KVv2("secret").Put(background, "go/wrapped", fields("k", "v")))
	for _, byHeader := range []bool{true, false} {
		wrapped := got(asked.Logical().Read("secret/data/go/wrapped")).WrapInfo
		equal([]any{wrapped.TTL, wrapped.CreationPath}, []any{300, "secret/data/go/wrapped"})
		unwrap := func() (*api.Secret, error) { return s.root.Logical().Unwrap(wrapped.Token) }
		if byHeader {
			unwrap = func() (*api.Secret, error) { return s.client(wrapped.Token).Logical().Unwrap("") }
		}
		equal(got(unwrap()).Data["data"], fields("k", "v"))
		_, err := unwrap()
		refused(err, 400, "wrapping token is not valid or does not exist")
	}
	listed := got(asked.Logical().List("secret/metadata/go")).WrapInfo
	holds(got(s.root.Logical().Unwrap(listed.Token)).Data["keys"] != nil, "a list was wrapped")
}

func wrappingTools(s *server) {
	asked := s.client(s.root.Token())
	asked.SetWrappingLookupFunc(api.DefaultWrappingLookupFunc)
	first := got(asked.Logical().Write("sys/wrapping/wrap", fields("k", "v"))).WrapInfo
	equal(first.TTL, 300)
	found := got(s.client(first.Token).Logical().Write("sys/wrapping/lookup", nil))
	equal(found.Data["creation_path"], "sys/wrapping/wrap")
	second := got(s.root.Logical().Write("sys/wrapping/rewrap", fields("token", first.Token))).WrapInfo
	equal(second.CreationPath, "sys/wrapping/wrap")
	old := got(s.client(second.Token).Logical().Read("cubbyhole/response"))
	holds(old.Data["response"] != nil && len(old.Warnings) == 1, "the old way answers, with a warning")
}

func cubbyhole(s *server) {
	own := s.client(got(s.root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"default"}})).Auth.ClientToken)
	got(own.Logical().Write("cubbyhole/a", fields("k", "v")))
	equal(got(own.Logical().Read("cubbyhole/a")).Data, fields("k", "v"))
	equal(got(own.Logical().List("cubbyhole")).Data["keys"], []any{"a"})
	holds(got(s.root.Logical().Read("cubbyhole/a")) == nil, "nobody else sees it")
}
