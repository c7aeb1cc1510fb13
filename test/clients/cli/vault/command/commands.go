package command

import (
	credOIDC "github.com/hashicorp/vault-plugin-auth-jwt"
	credAws "github.com/hashicorp/vault/builtin/credential/aws"
	credCert "github.com/hashicorp/vault/builtin/credential/cert"
	credGitHub "github.com/hashicorp/vault/builtin/credential/github"
	credLdap "github.com/hashicorp/vault/builtin/credential/ldap"
	credToken "github.com/hashicorp/vault/builtin/credential/token"
	credUserpass "github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/version"
	"github.com/mitchellh/cli"
)

// initCommands is the list of commands that Vault's own main.go asks for: those that speak to a server. The list it
// has by itself also names the server, the agent and every storage, and with them a thousand packages.
func initCommands(ui, _ cli.Ui, options *RunOptions) map[string]cli.CommandFactory {
	handlers := map[string]LoginHandler{
		"aws":      &credAws.CLIHandler{},
		"cert":     &credCert.CLIHandler{},
		"github":   &credGitHub.CLIHandler{},
		"ldap":     &credLdap.CLIHandler{},
		"oidc":     &credOIDC.CLIHandler{},
		"token":    &credToken.CLIHandler{},
		"userpass": &credUserpass.CLIHandler{DefaultMount: "userpass"},
	}
	made := func(command func(*BaseCommand) cli.Command) cli.CommandFactory {
		return func() (cli.Command, error) {
			base := &BaseCommand{UI: ui, tokenHelper: options.TokenHelper, flagAddress: options.Address, client: options.Client}
			return command(base), nil
		}
	}
	return map[string]cli.CommandFactory{
		"audit":              made(func(base *BaseCommand) cli.Command { return &AuditCommand{BaseCommand: base} }),
		"audit disable":      made(func(base *BaseCommand) cli.Command { return &AuditDisableCommand{BaseCommand: base} }),
		"audit enable":       made(func(base *BaseCommand) cli.Command { return &AuditEnableCommand{BaseCommand: base} }),
		"audit list":         made(func(base *BaseCommand) cli.Command { return &AuditListCommand{BaseCommand: base} }),
		"auth tune":          made(func(base *BaseCommand) cli.Command { return &AuthTuneCommand{BaseCommand: base} }),
		"auth":               made(func(base *BaseCommand) cli.Command { return &AuthCommand{BaseCommand: base} }),
		"auth disable":       made(func(base *BaseCommand) cli.Command { return &AuthDisableCommand{BaseCommand: base} }),
		"auth enable":        made(func(base *BaseCommand) cli.Command { return &AuthEnableCommand{BaseCommand: base} }),
		"auth list":          made(func(base *BaseCommand) cli.Command { return &AuthListCommand{BaseCommand: base} }),
		"auth move":          made(func(base *BaseCommand) cli.Command { return &AuthMoveCommand{BaseCommand: base} }),
		"delete":             made(func(base *BaseCommand) cli.Command { return &DeleteCommand{BaseCommand: base} }),
		"lease":              made(func(base *BaseCommand) cli.Command { return &LeaseCommand{BaseCommand: base} }),
		"lease renew":        made(func(base *BaseCommand) cli.Command { return &LeaseRenewCommand{BaseCommand: base} }),
		"lease lookup":       made(func(base *BaseCommand) cli.Command { return &LeaseLookupCommand{BaseCommand: base} }),
		"lease revoke":       made(func(base *BaseCommand) cli.Command { return &LeaseRevokeCommand{BaseCommand: base} }),
		"list":               made(func(base *BaseCommand) cli.Command { return &ListCommand{BaseCommand: base} }),
		"login":              made(func(base *BaseCommand) cli.Command { return &LoginCommand{BaseCommand: base, Handlers: handlers} }),
		"patch":              made(func(base *BaseCommand) cli.Command { return &PatchCommand{BaseCommand: base} }),
		"path-help":          made(func(base *BaseCommand) cli.Command { return &PathHelpCommand{BaseCommand: base} }),
		"policy":             made(func(base *BaseCommand) cli.Command { return &PolicyCommand{BaseCommand: base} }),
		"policy delete":      made(func(base *BaseCommand) cli.Command { return &PolicyDeleteCommand{BaseCommand: base} }),
		"policy list":        made(func(base *BaseCommand) cli.Command { return &PolicyListCommand{BaseCommand: base} }),
		"policy read":        made(func(base *BaseCommand) cli.Command { return &PolicyReadCommand{BaseCommand: base} }),
		"policy write":       made(func(base *BaseCommand) cli.Command { return &PolicyWriteCommand{BaseCommand: base} }),
		"print token":        made(func(base *BaseCommand) cli.Command { return &PrintTokenCommand{BaseCommand: base} }),
		"read":               made(func(base *BaseCommand) cli.Command { return &ReadCommand{BaseCommand: base} }),
		"secrets":            made(func(base *BaseCommand) cli.Command { return &SecretsCommand{BaseCommand: base} }),
		"secrets disable":    made(func(base *BaseCommand) cli.Command { return &SecretsDisableCommand{BaseCommand: base} }),
		"secrets enable":     made(func(base *BaseCommand) cli.Command { return &SecretsEnableCommand{BaseCommand: base} }),
		"secrets list":       made(func(base *BaseCommand) cli.Command { return &SecretsListCommand{BaseCommand: base} }),
		"secrets move":       made(func(base *BaseCommand) cli.Command { return &SecretsMoveCommand{BaseCommand: base} }),
		"secrets tune":       made(func(base *BaseCommand) cli.Command { return &SecretsTuneCommand{BaseCommand: base} }),
		"ssh":                made(func(base *BaseCommand) cli.Command { return &SSHCommand{BaseCommand: base} }),
		"status":             made(func(base *BaseCommand) cli.Command { return &StatusCommand{BaseCommand: base} }),
		"token":              made(func(base *BaseCommand) cli.Command { return &TokenCommand{BaseCommand: base} }),
		"token create":       made(func(base *BaseCommand) cli.Command { return &TokenCreateCommand{BaseCommand: base} }),
		"token capabilities": made(func(base *BaseCommand) cli.Command { return &TokenCapabilitiesCommand{BaseCommand: base} }),
		"token lookup":       made(func(base *BaseCommand) cli.Command { return &TokenLookupCommand{BaseCommand: base} }),
		"token renew":        made(func(base *BaseCommand) cli.Command { return &TokenRenewCommand{BaseCommand: base} }),
		"token revoke":       made(func(base *BaseCommand) cli.Command { return &TokenRevokeCommand{BaseCommand: base} }),
		"unwrap":             made(func(base *BaseCommand) cli.Command { return &UnwrapCommand{BaseCommand: base} }),
		"version": made(func(base *BaseCommand) cli.Command {
			return &VersionCommand{VersionInfo: version.GetVersion(), BaseCommand: base}
		}),
		"write":                made(func(base *BaseCommand) cli.Command { return &WriteCommand{BaseCommand: base} }),
		"kv":                   made(func(base *BaseCommand) cli.Command { return &KVCommand{BaseCommand: base} }),
		"kv put":               made(func(base *BaseCommand) cli.Command { return &KVPutCommand{BaseCommand: base} }),
		"kv patch":             made(func(base *BaseCommand) cli.Command { return &KVPatchCommand{BaseCommand: base} }),
		"kv rollback":          made(func(base *BaseCommand) cli.Command { return &KVRollbackCommand{BaseCommand: base} }),
		"kv get":               made(func(base *BaseCommand) cli.Command { return &KVGetCommand{BaseCommand: base} }),
		"kv delete":            made(func(base *BaseCommand) cli.Command { return &KVDeleteCommand{BaseCommand: base} }),
		"kv list":              made(func(base *BaseCommand) cli.Command { return &KVListCommand{BaseCommand: base} }),
		"kv destroy":           made(func(base *BaseCommand) cli.Command { return &KVDestroyCommand{BaseCommand: base} }),
		"kv undelete":          made(func(base *BaseCommand) cli.Command { return &KVUndeleteCommand{BaseCommand: base} }),
		"kv enable-versioning": made(func(base *BaseCommand) cli.Command { return &KVEnableVersioningCommand{BaseCommand: base} }),
		"kv metadata":          made(func(base *BaseCommand) cli.Command { return &KVMetadataCommand{BaseCommand: base} }),
		"kv metadata put":      made(func(base *BaseCommand) cli.Command { return &KVMetadataPutCommand{BaseCommand: base} }),
		"kv metadata patch":    made(func(base *BaseCommand) cli.Command { return &KVMetadataPatchCommand{BaseCommand: base} }),
		"kv metadata get":      made(func(base *BaseCommand) cli.Command { return &KVMetadataGetCommand{BaseCommand: base} }),
		"kv metadata delete":   made(func(base *BaseCommand) cli.Command { return &KVMetadataDeleteCommand{BaseCommand: base} }),
	}
}
