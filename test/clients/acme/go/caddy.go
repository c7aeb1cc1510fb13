package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strconv"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// managed is how Caddy has its certificates managed, with its state in a folder of its own.
func managed(folder string) (*certmagic.Config, error) {
	text, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	http, _ := strconv.Atoi(httpPort)
	tls, _ := strconv.Atoi(tlsPort)
	var config *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return config, nil },
		Logger:           zap.NewNop(),
	})
	config = certmagic.New(cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: folder}, Logger: zap.NewNop()})
	issuer := certmagic.NewACMEIssuer(config, certmagic.ACMEIssuer{
		CA: directory(""), Email: "admin@example.com", Agreed: true, TrustedRoots: roots, ListenHost: "127.0.0.1",
		AltHTTPPort: http, AltTLSALPNPort: tls, Logger: zap.NewNop(),
	})
	config.Issuers = []certmagic.Issuer{issuer}
	return config, nil
}

func caddy() {
	check("caddy (certmagic): a certificate, obtained and renewed", func() error {
		folder, err := os.MkdirTemp("", "zeroth-caddy-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		config, err := managed(folder)
		if err != nil {
			return err
		}
		name := "caddy.example.com"
		if err := config.ObtainCertSync(context.Background(), name); err != nil {
			return err
		}
		first, err := config.CacheManagedCertificate(context.Background(), name)
		if err != nil {
			return err
		}
		if err := config.RenewCertSync(context.Background(), name, true); err != nil {
			return err
		}
		second, err := config.CacheManagedCertificate(context.Background(), name)
		if err != nil {
			return err
		}
		if first.Leaf.SerialNumber.Cmp(second.Leaf.SerialNumber) == 0 {
			return fmt.Errorf("it is the same certificate")
		}
		return second.Leaf.VerifyHostname(name)
	})
}
