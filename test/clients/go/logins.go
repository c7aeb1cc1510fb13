package main

import (
	"os"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/approle"
	"github.com/hashicorp/vault/api/auth/userpass"
)

var logins = []check{
	{"AppRole: a login with the client's own helper", appRole},
	{"AppRole: a login with a wrapped secret id", wrappedAppRole},
	{"userpass: a login with the client's own helper", userPass},
}

func enable(s *server, path, method string) func() {
	must(s.root.Sys().EnableAuthWithOptions(path, &api.EnableAuthOptions{Type: method}))
	return func() { must(s.root.Sys().DisableAuth(path)) }
}

func roleID(s *server, role string) string {
	return got(s.root.Logical().Read(role + "/role-id")).Data["role_id"].(string)
}

func appRole(s *server) {
	defer enable(s, "go-approle", "approle")()
	role := "auth/go-approle/role/web"
	got(s.root.Logical().Write(role, fields("token_policies", "default", "token_ttl", "20m", "secret_id_num_uses", 1)))
	secret := got(s.root.Logical().Write(role+"/secret-id", nil)).Data["secret_id"].(string)
	id := &approle.SecretID{FromString: secret}
	method := got(approle.NewAppRoleAuth(roleID(s, role), id, approle.WithMountPath("go-approle")))
	guest := s.client("")
	login := got(guest.Auth().Login(background, method))
	equal(login.Auth.LeaseDuration, 1200)
	equal(login.Auth.Metadata["role_name"], "web")
	equal(got(guest.Auth().Token().LookupSelf()).Data["path"], "auth/go-approle/login")
	_, err := s.client("").Auth().Login(background, method)
	refused(err, 400, "invalid role or secret ID")
}

func wrappedAppRole(s *server) {
	defer enable(s, "go-wrapped", "approle")()
	role := "auth/go-wrapped/role/web"
	got(s.root.Logical().Write(role, fields("token_policies", "default")))
	asked := s.client(s.root.Token())
	asked.SetWrappingLookupFunc(func(operation, path string) string { return "60s" })
	wrapped := got(asked.Logical().Write(role+"/secret-id", nil)).WrapInfo
	holds(wrapped.WrappedAccessor != "", "the wrapping shows the secret id's accessor")
	file := got(os.CreateTemp("", "secret-id"))
	defer os.Remove(file.Name())
	got(file.WriteString(wrapped.Token))
	must(file.Close())
	id := &approle.SecretID{FromFile: file.Name()}
	options := []approle.LoginOption{approle.WithMountPath("go-wrapped"), approle.WithWrappingToken()}
	method := got(approle.NewAppRoleAuth(roleID(s, role), id, options...))
	equal(got(s.client("").Auth().Login(background, method)).Auth.Policies, []string{"default"})
}

func userPass(s *server) {
	defer enable(s, "go-userpass", "userpass")()
	got(s.root.Logical().Write("auth/go-userpass/users/ann", fields("password", "a password", "token_policies", "default")))
	password := &userpass.Password{FromString: "a password"}
	method := got(userpass.NewUserpassAuth("ann", password, userpass.WithMountPath("go-userpass")))
	login := got(s.client("").Auth().Login(background, method))
	holds(login.Auth.EntityID != "", "the login has an entity")
	equal(login.Auth.Metadata, map[string]string{"username": "ann"})
}
