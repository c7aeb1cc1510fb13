package main

import (
	"crypto"
	"fmt"

	"github.com/go-acme/lego/v3/certificate"
	"github.com/go-acme/lego/v3/challenge/dns01"
	"github.com/go-acme/lego/v3/challenge/http01"
	"github.com/go-acme/lego/v3/challenge/tlsalpn01"
	legoclient "github.com/go-acme/lego/v3/lego"
	"github.com/go-acme/lego/v3/registration"
)

type user struct {
	key     crypto.Signer
	account *registration.Resource
}

func (*user) GetEmail() string                           { return "admin@example.com" }
func (u *user) GetRegistration() *registration.Resource { return u.account }
func (u *user) GetPrivateKey() crypto.PrivateKey         { return u.key }

type records struct{}

func (records) Present(domain, _, keyAuth string) error {
	name, value := dns01.GetRecord(domain, keyAuth)
	return txt(name, value)
}

func (records) CleanUp(domain, _, keyAuth string) error {
	name, _ := dns01.GetRecord(domain, keyAuth)
	return txt(name, "")
}

// registered is a client with an account; bound says whether it needs a binding to an external account.
func registered(below string, bound bool) (*legoclient.Client, error) {
	u := &user{key: newKey()}
	config := legoclient.NewConfig(u)
	config.CADirURL = directory(below)
	config.HTTPClient = client()
	made, err := legoclient.NewClient(config)
	if err != nil {
		return nil, err
	}
	if bound {
		eab, err := vault("POST", "pki/"+below+"acme/new-eab", nil)
		if err != nil {
			return nil, err
		}
		u.account, err = made.Registration.RegisterWithExternalAccountBinding(registration.RegisterEABOptions{
			TermsOfServiceAgreed: true, Kid: eab["id"].(string), HmacEncoded: eab["key"].(string),
		})
		return made, err
	}
	u.account, err = made.Registration.Register(registration.RegisterOptions{TermsOfServiceAgreed: true})
	return made, err
}

func obtain(made *legoclient.Client, names ...string) (*certificate.Resource, error) {
	got, err := made.Certificate.Obtain(certificate.ObtainRequest{Domains: names, Bundle: true})
	if err != nil {
		return nil, err
	}
	_, err = leafOf(got.Certificate, names[0])
	return got, err
}

func lego() {
	check("lego: a certificate by http-01, renewed and revoked", func() error {
		made, err := registered("", false)
		if err != nil {
			return err
		}
		if err := made.Challenge.SetHTTP01Provider(http01.NewProviderServer("127.0.0.1", httpPort)); err != nil {
			return err
		}
		got, err := obtain(made, "lego.example.com", "lego2.example.com")
		if err != nil {
			return err
		}
		again, err := made.Certificate.Renew(*got, true, false)
		if err != nil {
			return err
		}
		leaf, err := leafOf(again.Certificate, "lego2.example.com")
		if err != nil {
			return err
		}
		if err := made.Certificate.Revoke(again.Certificate); err != nil {
			return err
		}
		return isRevoked(leaf)
	})
	check("lego: a wildcard by dns-01", func() error {
		made, err := registered("", false)
		if err != nil {
			return err
		}
		spread := dns01.WrapPreCheck(func(_, _, _ string, _ dns01.PreCheckFunc) (bool, error) { return true, nil })
		if err := made.Challenge.SetDNS01Provider(records{}, spread); err != nil {
			return err
		}
		_, err = obtain(made, "*.wild.example.com")
		return err
	})
	check("lego: a certificate by tls-alpn-01", func() error {
		made, err := registered("", false)
		if err != nil {
			return err
		}
		if err := made.Challenge.SetTLSALPN01Provider(tlsalpn01.NewProviderServer("127.0.0.1", tlsPort)); err != nil {
			return err
		}
		_, err = obtain(made, "alpn.example.com")
		return err
	})
	check("lego: an account with a binding, in the directory of a role", func() error {
		if _, err := vault("POST", "pki/config/acme", map[string]any{"eab_policy": "always-required"}); err != nil {
			return err
		}
		defer vault("POST", "pki/config/acme", map[string]any{"eab_policy": "not-required"})
		if _, err := registered("roles/web/", false); err == nil {
			return fmt.Errorf("an account without a binding was made")
		}
		made, err := registered("roles/web/", true)
		if err != nil {
			return err
		}
		if err := made.Challenge.SetHTTP01Provider(http01.NewProviderServer("127.0.0.1", httpPort)); err != nil {
			return err
		}
		_, err = obtain(made, "bound.example.com")
		return err
	})
	check("lego: no certificate for a name that the role does not allow", func() error {
		made, err := registered("roles/web/", false)
		if err != nil {
			return err
		}
		if err := made.Challenge.SetHTTP01Provider(http01.NewProviderServer("127.0.0.1", httpPort)); err != nil {
			return err
		}
		if _, err := obtain(made, "www.example.org"); err == nil {
			return fmt.Errorf("there is a certificate")
		}
		return nil
	})
}
