// Go's ACME clients, unmodified, against a running server: lego, the library that Caddy gets its certificates with, and
// Go's own. One line a check. Where everything is comes in variables of the environment, from suite.ts.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

var (
	address   = os.Getenv("ACME_ADDRESS")
	token     = os.Getenv("ACME_TOKEN")
	httpPort  = os.Getenv("ACME_HTTP_PORT")
	tlsPort   = os.Getenv("ACME_TLS_PORT")
	control   = os.Getenv("ACME_DNS_CONTROL")
	authority = os.Getenv("ACME_CA_FILE")
	failed    = 0
)

// directory is where a client begins; "" is the mount's own.
func directory(below string) string { return address + "/v1/pki/" + below + "acme/directory" }

func check(name string, run func() error) {
	if err := run(); err != nil {
		failed++
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Printf("ok %s\n", name)
}

// client trusts the server's own authority, and nobody else.
func client() *http.Client {
	text, err := os.ReadFile(authority)
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

// vault makes one request with the token, and reads data of its answer.
func vault(method, path string, body any) (map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, address+"/v1/"+path, strings.NewReader(string(text)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Vault-Token", token)
	answer, err := client().Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var read struct {
		Data   map[string]any `json:"data"`
		Errors []string       `json:"errors"`
	}
	if answer.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(answer.Body).Decode(&read); err != nil {
			return nil, err
		}
	}
	if answer.StatusCode >= 300 {
		return nil, fmt.Errorf("%s: %d %v", path, answer.StatusCode, read.Errors)
	}
	return read.Data, nil
}

// txt puts a record into the name service, or takes it away.
func txt(name, value string) error {
	answer, err := http.Get(control + "?name=" + url.QueryEscape(strings.TrimSuffix(name, ".")) + "&txt=" + url.QueryEscape(value))
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func newKey() crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// leafOf is the first certificate of a chain, verified for a name against the mount's root.
func leafOf(chain []byte, name string) (*x509.Certificate, error) {
	block, rest := pem.Decode(chain)
	if block == nil {
		return nil, fmt.Errorf("no certificate in %d bytes", len(chain))
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	root, err := http.NewRequest("GET", address+"/v1/pki/ca/pem", nil)
	if err != nil {
		return nil, err
	}
	answer, err := client().Do(root)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text := make([]byte, 1<<16)
	read, _ := answer.Body.Read(text)
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AppendCertsFromPEM(text[:read])
	others.AppendCertsFromPEM(rest)
	_, err = leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: others})
	return leaf, err
}

// isRevoked says whether the mount has revoked a certificate.
func isRevoked(leaf *x509.Certificate) error {
	serial := []string{}
	for _, part := range leaf.SerialNumber.Bytes() {
		serial = append(serial, fmt.Sprintf("%02x", part))
	}
	data, err := vault("GET", "pki/cert/"+strings.Join(serial, "-"), nil)
	if err == nil && data["revocation_time"] == float64(0) {
		return fmt.Errorf("it is not revoked")
	}
	return err
}

func main() {
	lego()
	caddy()
	own()
	if failed > 0 {
		os.Exit(1)
	}
}
