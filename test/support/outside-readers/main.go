// Command outside-readers reads what this project signs, with the standard library of Go and the rules of zlint.
//
// It takes a JSON list of things from its input and writes one of what it read of each, in their order.
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"golang.org/x/crypto/ocsp"
)

// A Thing is DER of a kind; Issuer is the DER of the certificate that signed it, empty where nothing is to be checked.
type Thing struct {
	Kind   string `json:"kind"`
	DER    []byte `json:"der"`
	Issuer []byte `json:"issuer"`
}

// A Reading is what was read, and what is wrong with it.
type Reading struct {
	// Error is why the thing cannot be read, or why its signature does not hold.
	Error    string    `json:"error"`
	Fields   any       `json:"fields"`
	Findings []Finding `json:"findings"`
}

// Fields that certificates and requests share.
type Fields struct {
	Subject            string   `json:"subject"`
	Issuer             string   `json:"issuer,omitempty"`
	Serial             string   `json:"serial,omitempty"`
	SignatureAlgorithm string   `json:"signatureAlgorithm"`
	KeyAlgorithm       string   `json:"keyAlgorithm"`
	NotBefore          string   `json:"notBefore,omitempty"`
	NotAfter           string   `json:"notAfter,omitempty"`
	DNS                []string `json:"dns"`
	Emails             []string `json:"emails"`
	Addresses          []string `json:"addresses"`
	URIs               []string `json:"uris"`
	KeyUsage           int      `json:"keyUsage,omitempty"`
	ExtendedKeyUsage   []int    `json:"extendedKeyUsage,omitempty"`
	UnknownUsages      []string `json:"unknownUsages,omitempty"`
	BasicConstraints   string   `json:"basicConstraints,omitempty"`
	SubjectKeyID       string   `json:"subjectKeyId,omitempty"`
	AuthorityKeyID     string   `json:"authorityKeyId,omitempty"`
	OCSP               []string `json:"ocsp,omitempty"`
	Issuers            []string `json:"issuers,omitempty"`
	Lists              []string `json:"lists,omitempty"`
	Policies           []string `json:"policies,omitempty"`
	PermittedDNS       []string `json:"permittedDns,omitempty"`
	PermittedRanges    []string `json:"permittedRanges,omitempty"`
	ExcludedEmails     []string `json:"excludedEmails,omitempty"`
	// NotUnderstood are critical extensions that Go passes over.
	NotUnderstood []string `json:"notUnderstood,omitempty"`
	Extensions    []string `json:"extensions"`
}

func texts[T fmt.Stringer](list []T) []string {
	found := []string{}
	for _, one := range list {
		found = append(found, one.String())
	}
	return found
}

func list(found []string) []string {
	if found == nil {
		return []string{}
	}
	return found
}

func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func certificate(c *x509.Certificate) Fields {
	usages := []int{}
	for _, usage := range c.ExtKeyUsage {
		usages = append(usages, int(usage))
	}
	constraints := ""
	if c.BasicConstraintsValid {
		constraints = fmt.Sprintf("%v %d", c.IsCA, c.MaxPathLen)
		if c.MaxPathLen == 0 && !c.MaxPathLenZero {
			constraints = fmt.Sprintf("%v -1", c.IsCA)
		}
	}
	ranges := []string{}
	for _, one := range c.PermittedIPRanges {
		ranges = append(ranges, one.String())
	}
	extensions := []string{}
	for _, one := range c.Extensions {
		extensions = append(extensions, one.Id.String())
	}
	return Fields{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Serial: c.SerialNumber.Text(16),
		SignatureAlgorithm: c.SignatureAlgorithm.String(), KeyAlgorithm: c.PublicKeyAlgorithm.String(),
		NotBefore: moment(c.NotBefore), NotAfter: moment(c.NotAfter),
		DNS: list(c.DNSNames), Emails: list(c.EmailAddresses), Addresses: texts(c.IPAddresses), URIs: texts(c.URIs),
		KeyUsage: int(c.KeyUsage), ExtendedKeyUsage: usages, UnknownUsages: texts(c.UnknownExtKeyUsage),
		BasicConstraints: constraints,
		SubjectKeyID:     hex.EncodeToString(c.SubjectKeyId), AuthorityKeyID: hex.EncodeToString(c.AuthorityKeyId),
		OCSP: c.OCSPServer, Issuers: c.IssuingCertificateURL, Lists: c.CRLDistributionPoints,
		Policies: texts(c.PolicyIdentifiers), PermittedDNS: c.PermittedDNSDomains, PermittedRanges: ranges,
		ExcludedEmails: c.ExcludedEmailAddresses, NotUnderstood: texts(c.UnhandledCriticalExtensions),
		Extensions: extensions,
	}
}

func readCertificate(der []byte, issuer *x509.Certificate) (any, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if issuer == nil {
		return certificate(c), nil
	}
	if bytes.Equal(der, issuer.Raw) {
		return certificate(c), c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	}
	if !bytes.Equal(c.RawIssuer, issuer.RawSubject) {
		return certificate(c), fmt.Errorf("its issuer is not the subject of the issuer, byte by byte")
	}
	return certificate(c), issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
}

func readRequest(der []byte) (any, error) {
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, err
	}
	extensions := []string{}
	for _, one := range r.Extensions {
		extensions = append(extensions, one.Id.String())
	}
	return Fields{
		Subject: r.Subject.String(), SignatureAlgorithm: r.SignatureAlgorithm.String(),
		KeyAlgorithm: r.PublicKeyAlgorithm.String(), DNS: list(r.DNSNames), Emails: list(r.EmailAddresses),
		Addresses: texts(r.IPAddresses), URIs: texts(r.URIs), Extensions: extensions,
	}, r.CheckSignature()
}

// An Entry of a list of the revoked.
type Entry struct {
	Serial  string `json:"serial"`
	Revoked string `json:"revoked"`
	Reason  int    `json:"reason"`
}

func readList(der []byte, issuer *x509.Certificate) (any, error) {
	l, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, err
	}
	entries := []Entry{}
	for _, one := range l.RevokedCertificateEntries {
		entries = append(entries, Entry{one.SerialNumber.Text(16), moment(one.RevocationTime), one.ReasonCode})
	}
	extensions := []string{}
	for _, one := range l.Extensions {
		extensions = append(extensions, one.Id.String())
	}
	fields := map[string]any{
		"issuer": l.Issuer.String(), "thisUpdate": moment(l.ThisUpdate), "nextUpdate": moment(l.NextUpdate),
		"number": l.Number.String(), "authorityKeyId": hex.EncodeToString(l.AuthorityKeyId), "entries": entries,
		"extensions": extensions, "signatureAlgorithm": l.SignatureAlgorithm.String(),
	}
	if issuer == nil {
		return fields, nil
	}
	return fields, l.CheckSignatureFrom(issuer)
}

func readOCSP(der []byte, issuer *x509.Certificate) (any, error) {
	r, err := ocsp.ParseResponse(der, issuer)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{
		"status": r.Status, "serial": r.SerialNumber.Text(16), "producedAt": moment(r.ProducedAt),
		"thisUpdate": moment(r.ThisUpdate), "nextUpdate": moment(r.NextUpdate), "revoked": moment(r.RevokedAt),
		"reason": r.RevocationReason,
	}
	return fields, nil
}

func read(thing Thing) (any, error) {
	var issuer *x509.Certificate
	if len(thing.Issuer) > 0 {
		parsed, err := x509.ParseCertificate(thing.Issuer)
		if err != nil {
			return nil, err
		}
		issuer = parsed
	}
	switch thing.Kind {
	case "certificate":
		return readCertificate(thing.DER, issuer)
	case "request":
		return readRequest(thing.DER)
	case "list":
		return readList(thing.DER, issuer)
	case "ocsp":
		return readOCSP(thing.DER, issuer)
	}
	return nil, fmt.Errorf("a thing of an unknown kind: %s", thing.Kind)
}

func main() {
	var things []Thing
	if err := json.NewDecoder(os.Stdin).Decode(&things); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	readings := []Reading{}
	for _, thing := range things {
		fields, err := read(thing)
		reading := Reading{Fields: fields, Findings: lintThing(thing)}
		if err != nil {
			reading.Error = err.Error()
		}
		readings = append(readings, reading)
	}
	if err := json.NewEncoder(os.Stdout).Encode(readings); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
