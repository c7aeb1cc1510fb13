import { z } from "zod";
import { field } from "../../framework/index.ts";

/** The fields of a role as they are sent. Those of one type are ignored by the other, as in Vault. */

const both = {
  key_type: field.text("`otp` or `ca`."),
  default_user: field.text("User where none is asked for; needed for `otp`."),
  allowed_users: field.text(
    "Comma list of users, besides the default user of `otp`; `*` allows any. Empty: no other for `otp`, none for `ca`.",
  ),
};

const otp = {
  cidr_list: field.text("`otp`: comma list of ranges in which hosts may be. Empty: none, unless `config/zeroaddress`."),
  exclude_cidr_list: field.text("`otp`: comma list of ranges that are left out of `cidr_list`."),
  port: field.integer("`otp`: the port told to clients; 22 unless given."),
};

const ca = {
  allow_user_certificates: field.flag("`ca`: sign certificates of users."),
  allow_host_certificates: field.flag("`ca`: sign certificates of hosts."),
  allowed_users_template: field.flag("`ca`: fill identity templates in `allowed_users`."),
  allowed_domains: field.text("`ca`: comma list of domains of hosts; `*` allows any. Empty: none."),
  allowed_domains_template: field.flag("`ca`: fill identity templates in `allowed_domains`."),
  default_user_template: field.flag("`ca`: fill identity templates in `default_user`."),
  allow_bare_domains: field.flag("`ca`: the allowed domains themselves are hosts."),
  allow_subdomains: field.flag("`ca`: hosts below the allowed domains."),
  allow_empty_principals: field.flag("`ca`: sign certificates that name nobody, which are valid for everybody."),
  allow_user_key_ids: field.flag("`ca`: callers may choose the key id."),
  key_id_format: field.text(
    "`ca`: the key id, with `{{token_display_name}}`, `{{role_name}}` and `{{public_key_hash}}`.",
  ),
  ttl: field.duration("`ca`: lifetime where none is asked for; 0: the mount's."),
  max_ttl: field.duration("`ca`: longest lifetime; 0: the mount's."),
  not_before_duration: field.duration("`ca`: how far back certificates begin; 30 seconds unless given."),
  allowed_critical_options: field.text("`ca`: comma list of critical options callers may set. Empty: any."),
  allowed_extensions: field.text("`ca`: comma list of extensions callers may set; `*` allows any. Empty: none."),
  default_critical_options: field.map("`ca`: critical options where the caller sets none."),
  default_extensions: field.map("`ca`: extensions where the caller sets none."),
  default_extensions_template: field.flag("`ca`: fill identity templates in the values of `default_extensions`."),
  allowed_user_key_lengths: field.map(
    "`ca`: kinds of public keys (`rsa`, `ec`, `ed25519`, or OpenSSH's names) and their lengths. Empty: any.",
  ),
  algorithm_signer: field.text(
    "`ca`: how an RSA key signs, `rsa-sha2-256` or `rsa-sha2-512`. `default` and `ssh-rsa` mean the first: SHA-1 is never used.",
  ),
};

export const RoleInput = z.object({ ...both, ...otp, ...ca });
export type RoleInput = z.output<typeof RoleInput>;
