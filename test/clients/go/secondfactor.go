package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"

	"github.com/hashicorp/vault/api/auth/userpass"
)

var secondFactors = []check{
	{"MFA: a login with a code, in one request and in two", secondFactor},
}

// code is what an authenticator shows for an otpauth URL, a number of periods of 30 seconds from now.
func code(address string, periods uint64) string {
	secret := got(url.Parse(address)).Query().Get("secret")
	key := got(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret))
	mac := hmac.New(sha256.New, key)
	must(binary.Write(mac, binary.BigEndian, uint64(time.Now().Unix())/30+periods))
	digest := mac.Sum(nil)
	offset := digest[len(digest)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(digest[offset:])&0x7fffffff%1_000_000)
}

func secondFactor(s *server) {
	defer enable(s, "go-second", "userpass")()
	write(s, "auth/go-second/users/ann", "password", "a password", "token_policies", "people")
	method := got(userpass.NewUserpassAuth("ann", &userpass.Password{FromString: "a password"}, userpass.WithMountPath("go-second")))
	entity := login(s, method).EntityID
	logical := s.root.Logical()
	id := got(logical.Write("identity/mfa/method/totp", fields("issuer", "Zeroth", "algorithm", "SHA256"))).Data["method_id"].(string)
	key := got(logical.Write("identity/mfa/method/totp/admin-generate", fields("method_id", id, "entity_id", entity))).Data["url"].(string)
	accessor := got(s.root.Sys().ListAuth())["go-second/"].Accessor
	write(s, "identity/mfa/login-enforcement/go-second", "mfa_method_ids", id, "auth_method_accessors", accessor)

	guest := s.client("")
	waiting := got(guest.Auth().MFALogin(background, method))
	equal(waiting.Auth.MFARequirement.MFAConstraints["go-second"].Any[0].ID, id)
	made := got(guest.Auth().MFAValidate(background, waiting, fields(id, []string{code(key, 0)})))
	equal(made.Auth.EntityID, entity)
	equal(made.Auth.Policies, []string{"default", "people"})

	at := s.client("")
	equal(got(at.Auth().MFALogin(background, method, id+":"+code(key, 1))).Auth.EntityID, entity)
	_, err := s.client("").Auth().MFALogin(background, method, id+":000000")
	refused(err, 403, "permission denied")
	got(logical.Delete("identity/mfa/login-enforcement/go-second"))
	got(logical.Delete("identity/mfa/method/totp/" + id))
}
