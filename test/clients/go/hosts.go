package main

import (
	"fmt"
	"strings"

	"github.com/hashicorp/vault/api"
)

// Ways into hosts. vault-ssh-helper is this client: its configuration, and Verify.
var hosts = []check{
	{"ssh: vault-ssh-helper's client verifies a one-time password once", oneTimePasswords},
	{"ssh: a key is signed, and the CA is read as a file", certificates},
}

func oneTimePasswords(s *server) {
	must(s.root.Sys().Mount("go-otp", &api.MountInput{Type: "ssh"}))
	logical := s.root.Logical()
	got(logical.Write("go-otp/roles/r", fields("key_type", "otp", "default_user", "ubuntu", "cidr_list", "10.0.0.0/8")))
	config := got(api.ParseSSHHelperConfig(fmt.Sprintf("vault_addr = %q\nssh_mount_point = \"go-otp\"\nallowed_roles = \"r\"", s.address)))
	client := got(config.NewClient())
	client.ClearToken()
	helper := client.SSHHelperWithMountPoint(config.SSHMountPoint)
	equal(got(helper.Verify(api.VerifyEchoRequest)).Message, api.VerifyEchoResponse)

	made := got(s.root.SSHWithMountPoint("go-otp").Credential("r", fields("ip", "10.1.2.3")))
	holds(strings.HasPrefix(made.LeaseID, "go-otp/creds/r/") && !made.Renewable, "it is leased")
	otp := made.Data["key"].(string)
	equal(*got(helper.Verify(otp)), api.SSHVerifyResponse{IP: "10.1.2.3", Username: "ubuntu", RoleName: "r"})
	_, err := helper.Verify(otp)
	refused(err, 400, "OTP not found")

	another := got(s.root.SSHWithMountPoint("go-otp").Credential("r", fields("ip", "10.1.2.3")))
	must(s.root.Sys().Revoke(another.LeaseID))
	_, err = helper.Verify(another.Data["key"].(string))
	refused(err, 400, "OTP not found")
	must(s.root.Sys().Unmount("go-otp"))
}

func certificates(s *server) {
	must(s.root.Sys().Mount("go-ca", &api.MountInput{Type: "ssh"}))
	logical := s.root.Logical()
	ca := got(logical.Write("go-ca/config/ca", fields("key_type", "ssh-ed25519"))).Data["public_key"]
	got(logical.Write("go-ca/roles/r", fields("key_type", "ca", "allow_user_certificates", true, "allowed_users", "bob", "ttl", "30m")))
	key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbTEJZyveejmOqlPh64bObMhJcmfUcByk18hF7D6X78"
	signed := got(s.root.SSHWithMountPoint("go-ca").SignKey("r", fields("public_key", key, "valid_principals", "bob")))
	holds(strings.HasPrefix(signed.Data["signed_key"].(string), "ssh-ed25519-cert-v01@openssh.com "), "it is a certificate")
	issued := got(logical.Write("go-ca/issue/r", fields("key_type", "ed25519", "valid_principals", "bob")))
	holds(strings.HasPrefix(issued.Data["private_key"].(string), "-----BEGIN OPENSSH PRIVATE KEY-----"), "a key is issued")
	_, err := s.root.SSHWithMountPoint("go-ca").SignKey("r", fields("public_key", key, "valid_principals", "eve"))
	refused(err, 400, "eve is not a valid value for valid_principals")
	raw := got(s.client("").Logical().ReadRaw("go-ca/public_key"))
	defer raw.Body.Close()
	text := make([]byte, 200)
	n, _ := raw.Body.Read(text)
	equal(string(text[:n]), ca)
	must(s.root.Sys().Unmount("go-ca"))
}
