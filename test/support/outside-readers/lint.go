package main

import (
	"sort"

	"github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"
)

// A Finding is a rule of zlint that a thing breaks.
type Finding struct {
	Rule    string `json:"rule"`
	Status  string `json:"status"`
	Source  string `json:"source"`
	Details string `json:"details"`
}

// Rules of the RFCs bind everybody; those of browsers and their forum bind public authorities alone.
var rules = func() lint.Registry {
	registry, err := lint.GlobalRegistry().Filter(lint.FilterOptions{
		IncludeSources: lint.SourceList{lint.RFC5280, lint.RFC5480, lint.RFC5891, lint.RFC6962, lint.RFC8813, lint.Community},
	})
	if err != nil {
		panic(err)
	}
	return registry
}()

func found(set *zlint.ResultSet) []Finding {
	findings := []Finding{}
	for name, result := range set.Results {
		if result.Status <= lint.Pass {
			continue
		}
		source := ""
		if one := rules.ByName(name); one != nil {
			source = string(one.Source)
		}
		findings = append(findings, Finding{name, result.Status.String(), source, result.Details})
	}
	sort.Slice(findings, func(a, b int) bool { return findings[a].Rule < findings[b].Rule })
	return findings
}

func unread(err error) []Finding {
	return []Finding{{Rule: "read", Status: "error", Details: err.Error()}}
}

func lintThing(thing Thing) []Finding {
	switch thing.Kind {
	case "certificate":
		parsed, err := x509.ParseCertificate(thing.DER)
		if err != nil {
			return unread(err)
		}
		return found(zlint.LintCertificateEx(parsed, rules))
	case "list":
		parsed, err := x509.ParseRevocationList(thing.DER)
		if err != nil {
			return unread(err)
		}
		return found(zlint.LintRevocationListEx(parsed, rules))
	}
	return []Finding{}
}
