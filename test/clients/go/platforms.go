package main

import (
	"os"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/aws"
	"github.com/hashicorp/vault/api/auth/kubernetes"
	"github.com/hashicorp/vault/api/auth/ldap"
)

// Logins with what a platform or a directory says of the caller, each by the client's own helper. Variables of the
// environment name the other systems; a check whose variables are missing is skipped.
var platforms = []check{
	{"AWS: a signed identity, by the client's own helper", awsIdentity},
	{"AWS: an instance's signed document and its PKCS #7, by the client's own helper", awsInstance},
	{"kubernetes: a service account's token, by the client's own helper", serviceAccount},
	{"ldap: a name and a password, by the client's own helper", directory},
	{"cert: a client's certificate", certificate},
}

func given(names ...string) []string {
	values := []string{}
	for _, name := range names {
		if os.Getenv(name) == "" {
			panic(skipped("not given: " + name))
		}
		values = append(values, os.Getenv(name))
	}
	return values
}

func text(file string) string { return string(got(os.ReadFile(file))) }

// write is one that must not fail.
func write(s *server, path string, pairs ...any) {
	got(s.root.Logical().Write(path, fields(pairs...)))
}

func login(s *server, method api.AuthMethod) *api.SecretAuth {
	guest := s.client("")
	auth := got(guest.Auth().Login(background, method)).Auth
	equal(got(guest.Auth().Token().LookupSelf()).Data["entity_id"], auth.EntityID)
	return auth
}

func awsIdentity(s *server) {
	account := given("AWS_ACCOUNT_ID", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")[0]
	defer enable(s, "go-aws", "aws")()
	principal := "arn:aws:iam::" + account + ":user/administrator"
	write(s, "auth/go-aws/role/dev", "auth_type", "iam", "bound_iam_principal_arn", principal, "token_policies", "dev")
	write(s, "auth/go-aws/config/client", "iam_server_id_header_value", "zeroth.example")
	options := []aws.LoginOption{aws.WithMountPath("go-aws"), aws.WithRole("dev"), aws.WithIAMAuth()}
	named := append(options, aws.WithIAMServerIDHeader("zeroth.example"))
	auth := login(s, got(aws.NewAWSAuth(named...)))
	equal(auth.Policies, []string{"default", "dev"})
	equal(auth.Metadata["account_id"], account)
	_, err := s.client("").Auth().Login(background, got(aws.NewAWSAuth(options...)))
	refused(err, 400, "X-Vault-AWS-IAM-Server-ID")
}

func awsInstance(s *server) {
	values := given("AWS_ACCOUNT_ID", "EC2_CERTIFICATE", "AWS_EC2_METADATA_SERVICE_ENDPOINT")
	defer enable(s, "go-ec2", "aws")()
	for _, kind := range []string{"pkcs7", "identity"} {
		write(s, "auth/go-ec2/config/certificate/"+kind, "aws_public_cert", values[1], "type", kind)
	}
	write(s, "auth/go-ec2/role/fleet", "auth_type", "ec2", "bound_account_id", values[0], "token_policies", "fleet")
	options := []aws.LoginOption{aws.WithMountPath("go-ec2"), aws.WithRole("fleet"), aws.WithEC2Auth(), aws.WithNonce("a nonce")}
	for _, signature := range []aws.LoginOption{aws.WithIdentitySignature(), aws.WithRSA2048Signature()} {
		auth := login(s, got(aws.NewAWSAuth(append(options, signature)...)))
		equal(auth.Policies, []string{"default", "fleet"})
		equal(auth.Metadata["auth_type"], "ec2")
	}
	another := append(options, aws.WithIdentitySignature(), aws.WithNonce("another"))
	_, err := s.client("").Auth().Login(background, got(aws.NewAWSAuth(another...)))
	refused(err, 400, "client nonce mismatch")
}

func serviceAccount(s *server) {
	values := given("KUBERNETES_URL", "KUBERNETES_CA", "KUBERNETES_JWT", "KUBERNETES_REVIEWER_JWT")
	defer enable(s, "go-kubernetes", "kubernetes")()
	write(s, "auth/go-kubernetes/config", "kubernetes_host", values[0], "kubernetes_ca_cert", text(values[1]), "token_reviewer_jwt", values[3])
	write(s, "auth/go-kubernetes/role/app", "bound_service_account_names", "g-app", "bound_service_account_namespaces", "g-prod", "token_policies", "app")
	mount := kubernetes.WithMountPath("go-kubernetes")
	file := got(os.CreateTemp("", "token"))
	defer os.Remove(file.Name())
	got(file.WriteString(values[2]))
	must(file.Close())
	for _, token := range []kubernetes.LoginOption{
		kubernetes.WithServiceAccountToken(values[2]),
		kubernetes.WithServiceAccountTokenEnv("KUBERNETES_JWT"),
		kubernetes.WithServiceAccountTokenPath(file.Name()),
	} {
		auth := login(s, got(kubernetes.NewKubernetesAuth("app", mount, token)))
		equal(auth.Policies, []string{"app", "default"})
		equal(auth.Metadata["service_account_name"], "g-app")
	}
	method := got(kubernetes.NewKubernetesAuth("none", mount, kubernetes.WithServiceAccountToken(values[2])))
	_, err := s.client("").Auth().Login(background, method)
	refused(err, 400, `invalid role name "none"`)
}

func directory(s *server) {
	url := given("LDAP_URL")[0]
	defer enable(s, "go-ldap", "ldap")()
	base := "dc=golden,dc=test"
	write(s, "auth/go-ldap/config", "url", url, "binddn", "cn=binder,"+base, "bindpass", "binder-pw", "userdn", "ou=people,"+base, "groupdn", "ou=groups,"+base)
	write(s, "auth/go-ldap/groups/g-dev", "policies", "dev")
	mount := ldap.WithMountPath("go-ldap")
	auth := login(s, got(ldap.NewLDAPAuth("alice", &ldap.Password{FromString: "alice-pw"}, mount)))
	equal(auth.Policies, []string{"default", "dev"})
	equal(auth.Metadata, map[string]string{"username": "alice"})
	_, err := s.client("").Auth().Login(background, got(ldap.NewLDAPAuth("alice", &ldap.Password{FromString: "bob-pw"}, mount)))
	refused(err, 400, "ldap operation failed")
}

// certificate has no helper: the client shows its certificate on the connection, and writes to login.
func certificate(s *server) {
	values := given("TLS_ADDRESS", "TLS_CA", "TLS_CLIENT_CERT", "TLS_CLIENT_KEY")
	config := api.DefaultConfig()
	config.Address = values[0]
	must(config.ConfigureTLS(&api.TLSConfig{CACert: values[1], ClientCert: values[2], ClientKey: values[3]}))
	client := got(api.NewClient(config))
	client.SetToken(s.root.Token())
	secured := &server{address: values[0], root: client}
	defer enable(secured, "go-cert", "cert")()
	write(secured, "auth/go-cert/certs/ann", "certificate", text(values[1]), "allowed_common_names", "ann", "token_policies", "people")
	guest := got(client.Clone())
	guest.ClearToken()
	auth := got(guest.Logical().Write("auth/go-cert/login", fields("name", "ann"))).Auth
	equal(auth.Policies, []string{"default", "people"})
	equal(auth.Metadata["common_name"], "ann")
	guest.SetToken(auth.ClientToken)
	equal(got(guest.Auth().Token().RenewSelf(0)).Auth.Renewable, true)

	config = api.DefaultConfig()
	config.Address = values[0]
	must(config.ConfigureTLS(&api.TLSConfig{CACert: values[1]}))
	stranger := got(api.NewClient(config))
	stranger.ClearToken()
	_, err := stranger.Logical().Write("auth/go-cert/login", fields("name", "ann"))
	refused(err, 400, "certificate")
}
