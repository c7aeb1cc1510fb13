package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/google/tink/go/kwp/subtle"
	"github.com/hashicorp/vault/api"
)

// Keys that Go made, wrapped as `vault transit import` wraps them (with Tink's AES-KWP), imported, and found to be the
// very same: by their exports, and by what they sign and encrypt.
var transit = []check{
	{"transit: keys of every type, wrapped with Tink, are imported and are the same", imports},
	{"transit: signatures and ciphertexts of imported keys are Go's own", uses},
	{"transit: keys are wrapped for an RSA key of Go's, which unwraps them", passages},
}

type material struct {
	kind    string
	private any
	raw     []byte
}

func materials() []material {
	bits := func(n int) []byte {
		made := make([]byte, n)
		got(rand.Read(made))
		return made
	}
	curve := func(c elliptic.Curve) *ecdsa.PrivateKey { return got(ecdsa.GenerateKey(c, rand.Reader)) }
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	return []material{
		{kind: "aes128-gcm96", raw: bits(16)},
		{kind: "aes256-gcm96", raw: bits(32)},
		{kind: "chacha20-poly1305", raw: bits(32)},
		{kind: "hmac", raw: bits(77)},
		{kind: "ed25519", private: edwards},
		{kind: "ecdsa-p256", private: curve(elliptic.P256())},
		{kind: "ecdsa-p384", private: curve(elliptic.P384())},
		{kind: "ecdsa-p521", private: curve(elliptic.P521())},
		{kind: "rsa-2048", private: got(rsa.GenerateKey(rand.Reader, 2048))},
		{kind: "rsa-3072", private: got(rsa.GenerateKey(rand.Reader, 3072))},
		{kind: "rsa-4096", private: got(rsa.GenerateKey(rand.Reader, 4096))},
	}
}

// wrapped is how Vault's command line wraps a key (command/transit_import_key.go).
func wrapped(wrappingKey *rsa.PublicKey, m material) string {
	key := m.raw
	if m.private != nil {
		key = got(x509.MarshalPKCS8PrivateKey(m.private))
	}
	ephemeral := make([]byte, 32)
	got(rand.Read(ephemeral))
	head := got(rsa.EncryptOAEP(sha256.New(), rand.Reader, wrappingKey, ephemeral, []byte{}))
	body := got(got(subtle.NewKWP(ephemeral)).Wrap(key))
	return base64.StdEncoding.EncodeToString(append(head, body...))
}

func wrappingKey(s *server, mount string) *rsa.PublicKey {
	text := got(s.root.Logical().Read(mount + "/wrapping_key")).Data["public_key"].(string)
	block, _ := pem.Decode([]byte(text))
	return got(x509.ParsePKIXPublicKey(block.Bytes)).(*rsa.PublicKey)
}

func only(s *server, path string) string {
	return got(s.root.Logical().Read(path)).Data["keys"].(map[string]any)["1"].(string)
}

func imports(s *server) {
	must(s.root.Sys().Mount("go-transit", &api.MountInput{Type: "transit"}))
	key := wrappingKey(s, "go-transit")
	for _, m := range materials() {
		name := "go-transit/keys/" + m.kind
		got(s.root.Logical().Write(name+"/import", fields("type", m.kind, "ciphertext", wrapped(key, m), "exportable", true)))
		read := got(s.root.Logical().Read(name)).Data
		equal(read["type"], m.kind)
		equal(read["imported_key"], true)
		if m.private == nil {
			what := map[bool]string{true: "hmac-key", false: "encryption-key"}[m.kind == "hmac"]
			equal(only(s, fmt.Sprintf("go-transit/export/%s/%s", what, m.kind)), base64.StdEncoding.EncodeToString(m.raw))
			continue
		}
		der := got(base64.StdEncoding.DecodeString(got(s.root.Logical().ReadWithData("go-transit/export/signing-key/"+m.kind, map[string][]string{"format": {"der"}})).Data["keys"].(map[string]any)["1"].(string)))
		exported := got(x509.ParsePKCS8PrivateKey(der)).(interface{ Equal(crypto.PrivateKey) bool })
		holds(exported.Equal(m.private), m.kind+" is the same")
	}
	must(s.root.Sys().Unmount("go-transit"))
}

func uses(s *server) {
	must(s.root.Sys().Mount("go-use", &api.MountInput{Type: "transit"}))
	key := wrappingKey(s, "go-use")
	message := []byte("a message")
	input := base64.StdEncoding.EncodeToString(message)
	digest := sha256.Sum256(message)
	for _, m := range materials() {
		got(s.root.Logical().Write("go-use/keys/"+m.kind+"/import", fields("type", m.kind, "ciphertext", wrapped(key, m))))
		signed := func(more ...any) []byte {
			data := got(s.root.Logical().Write("go-use/sign/"+m.kind, fields(append([]any{"input", input}, more...)...))).Data
			return got(base64.StdEncoding.DecodeString(strings.TrimPrefix(data["signature"].(string), "vault:v1:")))
		}
		switch private := m.private.(type) {
		case ed25519.PrivateKey:
			holds(ed25519.Verify(private.Public().(ed25519.PublicKey), message, signed()), "ed25519 signs")
		case *ecdsa.PrivateKey:
			holds(ecdsa.VerifyASN1(&private.PublicKey, digest[:], signed()), m.kind+" signs")
		case *rsa.PrivateKey:
			must(rsa.VerifyPSS(&private.PublicKey, crypto.SHA256, digest[:], signed(), nil))
			must(rsa.VerifyPKCS1v15(&private.PublicKey, crypto.SHA256, digest[:], signed("signature_algorithm", "pkcs1v15")))
			secret := got(rsa.EncryptOAEP(sha256.New(), rand.Reader, &private.PublicKey, message, nil))
			data := got(s.root.Logical().Write("go-use/decrypt/"+m.kind, fields("ciphertext", "vault:v1:"+base64.StdEncoding.EncodeToString(secret)))).Data
			equal(data["plaintext"], input)
		default:
			if m.kind != "hmac" {
				continue
			}
			mac := hmac.New(sha256.New, m.raw)
			mac.Write(message)
			data := got(s.root.Logical().Write("go-use/hmac/hmac", fields("input", input))).Data
			equal(data["hmac"], "vault:v1:"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		}
	}
	must(s.root.Sys().Unmount("go-use"))
}

func passages(s *server) {
	must(s.root.Sys().Mount("go-byok", &api.MountInput{Type: "transit"}))
	private := got(rsa.GenerateKey(rand.Reader, 2048))
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: got(x509.MarshalPKIXPublicKey(&private.PublicKey))})
	got(s.root.Logical().Write("go-byok/keys/theirs/import", fields("type", "rsa-2048", "public_key", string(public))))
	got(s.root.Logical().Write("go-byok/keys/own", fields("type", "aes256-gcm96", "exportable", true)))
	blob := got(base64.StdEncoding.DecodeString(only(s, "go-byok/byok-export/theirs/own")))
	ephemeral := got(rsa.DecryptOAEP(sha256.New(), rand.Reader, private, blob[:private.Size()], nil))
	key := got(got(subtle.NewKWP(ephemeral)).Unwrap(blob[private.Size():]))
	want := got(base64.StdEncoding.DecodeString(only(s, "go-byok/export/encryption-key/own")))
	holds(bytes.Equal(key, want), "the key is the one that is exported")
	must(s.root.Sys().Unmount("go-byok"))
}
