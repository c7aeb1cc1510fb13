package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/crypto/acme"
)

// answering serves the key authorization of one challenge, as a web server would.
func answering(path, text string) (func(), error) {
	listener, err := net.Listen("tcp", "127.0.0.1:"+httpPort)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	return func() { server.Close() }, nil
}

// byHand obtains a certificate, step by step.
func byHand(ctx context.Context, made *acme.Client, name string) (*x509.Certificate, crypto.Signer, error) {
	order, err := made.AuthorizeOrder(ctx, acme.DomainIDs(name))
	if err != nil {
		return nil, nil, err
	}
	for _, at := range order.AuthzURLs {
		authorization, err := made.GetAuthorization(ctx, at)
		if err != nil {
			return nil, nil, err
		}
		for _, challenge := range authorization.Challenges {
			if challenge.Type != "http-01" {
				continue
			}
			text, err := made.HTTP01ChallengeResponse(challenge.Token)
			if err != nil {
				return nil, nil, err
			}
			stop, err := answering(made.HTTP01ChallengePath(challenge.Token), text)
			if err != nil {
				return nil, nil, err
			}
			defer stop()
			if _, err := made.Accept(ctx, challenge); err != nil {
				return nil, nil, err
			}
		}
		if _, err := made.WaitAuthorization(ctx, at); err != nil {
			return nil, nil, err
		}
	}
	if _, err := made.WaitOrder(ctx, order.URI); err != nil {
		return nil, nil, err
	}
	key := newKey()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
	}, key)
	if err != nil {
		return nil, nil, err
	}
	chain, _, err := made.CreateOrderCert(ctx, order.FinalizeURL, csr, true)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := x509.ParseCertificate(chain[0])
	return leaf, key, err
}

func own() {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	made := &acme.Client{Key: newKey(), DirectoryURL: directory(""), HTTPClient: client()}
	check("golang.org/x/crypto/acme: an account, found again and given another key", func() error {
		account, err := made.Register(ctx, &acme.Account{Contact: []string{"mailto:admin@example.com"}}, acme.AcceptTOS)
		if err != nil {
			return err
		}
		if err := made.AccountKeyRollover(ctx, newKey()); err != nil {
			return err
		}
		again, err := made.GetReg(ctx, "")
		if err == nil && again.URI != account.URI {
			return fmt.Errorf("it is %s, was %s", again.URI, account.URI)
		}
		return err
	})
	check("golang.org/x/crypto/acme: a certificate, revoked by its own key", func() error {
		leaf, key, err := byHand(ctx, made, "own.example.com")
		if err != nil {
			return err
		}
		if err := made.RevokeCert(ctx, key, leaf.Raw, acme.CRLReasonUnspecified); err != nil {
			return err
		}
		return isRevoked(leaf)
	})
	check("golang.org/x/crypto/acme: a name that nobody answers for stays unproved", func() error {
		order, err := made.AuthorizeOrder(ctx, acme.DomainIDs("silent.example.com"))
		if err != nil {
			return err
		}
		authorization, err := made.GetAuthorization(ctx, order.AuthzURLs[0])
		if err != nil {
			return err
		}
		if _, err := made.Accept(ctx, authorization.Challenges[0]); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
		after, err := made.GetAuthorization(ctx, order.AuthzURLs[0])
		if err == nil && after.Status == acme.StatusValid {
			return fmt.Errorf("it was proved")
		}
		return err
	})
	check("golang.org/x/crypto/acme: an account that is deactivated makes no order", func() error {
		if err := made.DeactivateReg(ctx); err != nil {
			return err
		}
		if _, err := made.AuthorizeOrder(ctx, acme.DomainIDs("own.example.com")); err == nil {
			return fmt.Errorf("there is an order")
		}
		return nil
	})
}
