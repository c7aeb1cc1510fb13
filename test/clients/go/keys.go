package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/vault/api"
)

// Keys as a service, as applications ask for it: encryption and signatures, certificates that Go itself believes, and
// one-time codes.
var keyEngines = []check{
	{"transit: data is encrypted, rewrapped after a rotation, signed, verified and authenticated", encryption},
	{"pki: a chain that crypto/x509 believes, from a root and an intermediate, until it is revoked", chains},
	{"totp: a key made here and taken over there, whose code is right once", oneTimeCodes},
}

func encryption(s *server) {
	must(s.root.Sys().Mount("go-keys", &api.MountInput{Type: "transit"}))
	logical := s.root.Logical()
	input := base64.StdEncoding.EncodeToString([]byte("a message"))
	got(logical.Write("go-keys/keys/app", nil))
	first := got(logical.Write("go-keys/encrypt/app", fields("plaintext", input))).Data["ciphertext"].(string)
	holds(strings.HasPrefix(first, "vault:v1:"), "sops reads vault:v1:")
	got(logical.Write("go-keys/keys/app/rotate", nil))
	second := got(logical.Write("go-keys/rewrap/app", fields("ciphertext", first))).Data["ciphertext"].(string)
	holds(strings.HasPrefix(second, "vault:v2:"), "the second version")
	for _, text := range []string{first, second} {
		equal(got(logical.Write("go-keys/decrypt/app", fields("ciphertext", text))).Data["plaintext"], input)
	}
	_, err := logical.Write("go-keys/decrypt/app", fields("ciphertext", second[:len(second)-6]+"AAAAA="))
	refused(err, 400, "")
	batch := []map[string]any{{"plaintext": input}, {"plaintext": "!"}}
	_, err = logical.Write("go-keys/encrypt/app", fields("batch_input", batch))
	holds(err != nil, "a batch with a bad item is refused")

	got(logical.Write("go-keys/keys/signs", fields("type", "ecdsa-p256")))
	signature := got(logical.Write("go-keys/sign/signs/sha2-384", fields("input", input))).Data["signature"]
	equal(got(logical.Write("go-keys/verify/signs/sha2-384", fields("input", input, "signature", signature))).Data["valid"], true)
	equal(got(logical.Write("go-keys/verify/signs/sha2-256", fields("input", input, "signature", signature))).Data["valid"], false)
	mac := got(logical.Write("go-keys/hmac/app", fields("input", input))).Data["hmac"]
	equal(got(logical.Write("go-keys/verify/app", fields("input", input, "hmac", mac))).Data["valid"], true)
	must(s.root.Sys().Unmount("go-keys"))
}

func parsed(text any) *x509.Certificate {
	block, _ := pem.Decode([]byte(text.(string)))
	return got(x509.ParseCertificate(block.Bytes))
}

func chains(s *server) {
	logical := s.root.Logical()
	for _, mount := range []string{"go-root", "go-int"} {
		must(s.root.Sys().Mount(mount, &api.MountInput{Type: "pki", Config: api.MountConfigInput{MaxLeaseTTL: "87600h"}}))
	}
	root := got(logical.Write("go-root/root/generate/internal", fields("common_name", "go root", "key_type", "ec", "ttl", "87600h"))).Data["certificate"]
	csr := got(logical.Write("go-int/intermediate/generate/internal", fields("common_name", "go intermediate", "key_type", "ec"))).Data["csr"]
	intermediate := got(logical.Write("go-root/root/sign-intermediate", fields("csr", csr, "common_name", "go intermediate", "ttl", "43800h"))).Data["certificate"]
	got(logical.Write("go-int/intermediate/set-signed", fields("certificate", intermediate)))
	got(logical.Write("go-int/roles/web", fields("allowed_domains", "example.com", "allow_subdomains", true, "key_type", "any", "ttl", "1h")))

	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(parsed(root))
	between.AddCert(parsed(intermediate))
	believed := func(certificate *x509.Certificate, name string) error {
		_, err := certificate.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: name})
		return err
	}

	issued := got(logical.Write("go-int/issue/web", fields("common_name", "a.example.com", "key_type", "ec", "ttl", "10m"))).Data
	must(believed(parsed(issued["certificate"]), "a.example.com"))
	holds(believed(parsed(issued["certificate"]), "b.example.com") != nil, "it is nobody else's")
	equal(parsed(issued["ca_chain"].([]any)[0]).Subject.CommonName, "go intermediate")
	holds(issued["expiration"].(json.Number) != "", "it says when it ends")

	key := got(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	request := got(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:  pkix.Name{CommonName: "b.example.com"},
		DNSNames: []string{"b.example.com", "c.example.com"},
	}, key))
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request}))
	signed := got(logical.Write("go-int/sign/web", fields("csr", text, "common_name", "b.example.com"))).Data
	certificate := parsed(signed["certificate"])
	must(believed(certificate, "c.example.com"))
	holds(key.PublicKey.Equal(certificate.PublicKey), "it is of the key that asked")
	elsewhere := got(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "b.example.org"}}, key))
	text = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: elsewhere}))
	_, err := logical.Write("go-int/sign/web", fields("csr", text))
	refused(err, 400, "not allowed by this role")

	got(logical.Write("go-int/revoke", fields("serial_number", signed["serial_number"])))
	raw := got(s.client("").Logical().ReadRaw("go-int/crl"))
	defer raw.Body.Close()
	der := make([]byte, 100_000)
	n := 0
	for {
		read, err := raw.Body.Read(der[n:])
		n += read
		if err != nil {
			break
		}
	}
	list := got(x509.ParseRevocationList(der[:n]))
	must(list.CheckSignatureFrom(parsed(intermediate)))
	holds(list.NextUpdate.After(time.Now()), "the list is current")
	equal(len(list.RevokedCertificates), 1)
	equal(list.RevokedCertificates[0].SerialNumber.Cmp(certificate.SerialNumber), 0)
	must(s.root.Sys().Unmount("go-int"))
	must(s.root.Sys().Unmount("go-root"))
}

func oneTimeCodes(s *server) {
	must(s.root.Sys().Mount("go-totp", &api.MountInput{Type: "totp"}))
	logical := s.root.Logical()
	made := got(logical.Write("go-totp/keys/app", fields("generate", true, "issuer", "Go & Co", "account_name", "ann@example.com"))).Data
	address := got(url.Parse(made["url"].(string)))
	equal(address.Query().Get("issuer"), "Go & Co")
	equal(address.Path, "/Go & Co:ann@example.com")
	got(logical.Write("go-totp/keys/copy", fields("url", made["url"])))
	code := got(logical.Read("go-totp/code/copy")).Data["code"]
	equal(got(logical.Write("go-totp/code/app", fields("code", code))).Data["valid"], true)
	_, err := logical.Write("go-totp/code/app", fields("code", code))
	refused(err, 400, "code already used")
	equal(got(logical.List("go-totp/keys")).Data["keys"], []any{"app", "copy"})
	must(s.root.Sys().Unmount("go-totp"))
}
