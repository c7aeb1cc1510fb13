# TLS to the server: authorities, names, client certificates, and what turns verification off.

mkdir -p safe/folder; "$PYTHON" "$SUITE_DIR/tools.py" certs "$WORK/safe"; cp safe/ca-a.pem safe/folder/a.pem
# secured NAME CERTIFICATE [CLIENT_CA]: a scripted server over TLS; its port in PORT, what it was asked in NAME.jsonl
secured() {
  free_port; : >"$WORK/$1.jsonl"
  helper "$PYTHON" "$SUITE_DIR/standin.py" "$PORT" "$WORK/$1.jsonl" "$WORK/safe/$2.pem" "$WORK/safe/$2.key" ${3:+"$WORK/safe/$3.pem"}
  until_true 10 open_port "$PORT"
}
reaching() { echo "vault { address = \"https://127.0.0.1:$2\" $3 } exit_after_auth = true auto_auth { $(stand_method) $(sink_block "$WORK/$1.token") }" >"$1.hcl"; }
# reach NAME PORT OPTIONS: one login; exit code in RC
reach() { reaching "$@"; once "$1"; }
# unreached NAME PORT OPTIONS: a login that fails; its second failure, so that the first is behind it
unreached() {
  reaching "$@"; start "$1"
  until_true 15 eval "(( \$(grep -ciE 'error authenticating' '$WORK/$1.log') > 1 ))"; stop "$AGENT"
}
secured plain server-a; plain=$PORT
reach trusted "$plain" "ca_cert = \"$WORK/safe/ca-a.pem\""
is "tls ca_cert" "0 yes" "$RC $(there trusted.token)"
reach folded "$plain" "ca_path = \"$WORK/safe/folder\""
is "tls ca_path" "0 yes" "$RC $(there folded.token)"
unreached foreign "$plain" "ca_cert = \"$WORK/safe/ca-b.pem\""
is "tls a foreign authority is refused" "no 0" "$(there foreign.token) $(jq -s '[.[] | select(.path | test("login"))] | length' plain.jsonl | awk '{print $1 - 2}')"
unreached unknown-ca "$plain" ""
is "tls an unknown authority is refused" no "$(there unknown-ca.token)"
matches "tls and the log says so" 'certificate|x509' "$(text unknown-ca.log)"
reach skipping "$plain" "tls_skip_verify = true"
is "tls tls_skip_verify" "0 yes" "$RC $(there skipping.token)"
AGENT_ENV=(VAULT_SKIP_VERIFY=true); reach by-variable "$plain" ""; AGENT_ENV=()
is "tls VAULT_SKIP_VERIFY=true" "0 yes" "$RC $(there by-variable.token)"
AGENT_ENV=(VAULT_SKIP_VERIFY=false); unreached verified "$plain" ""; AGENT_ENV=()
is "tls VAULT_SKIP_VERIFY=false verifies" no "$(there verified.token)"
AGENT_ENV=(VAULT_CACERT="$WORK/safe/ca-a.pem"); reach cacert "$plain" "ca_cert = \"$WORK/safe/ca-b.pem\""; AGENT_ENV=()
is "tls VAULT_CACERT beats the configuration" "0 yes" "$RC $(there cacert.token)"
secured named named; named=$PORT
unreached nameless "$named" "ca_cert = \"$WORK/safe/ca-a.pem\""
is "tls another name is refused" no "$(there nameless.token)"
reach right-name "$named" "ca_cert = \"$WORK/safe/ca-a.pem\" tls_server_name = \"vault.suite.test\""
is "tls tls_server_name" "0 yes" "$RC $(there right-name.token)"
secured asking server-a ca-a; asking=$PORT
unreached without "$asking" "ca_cert = \"$WORK/safe/ca-a.pem\""
is "tls a server that asks for a certificate" no "$(there without.token)"
reach with-own "$asking" "ca_cert = \"$WORK/safe/ca-a.pem\" client_cert = \"$WORK/safe/client.pem\" client_key = \"$WORK/safe/client.key\""
is "tls client_cert and client_key" '0 ["suite-client"]' "$RC $(jq -s -c '[.[] | select(.path | test("login"))] | last | .peer' asking.jsonl)"
echo broken >safe/broken.pem
reach unreadable "$plain" "ca_cert = \"$WORK/safe/none.pem\""
is "tls a missing ca_cert ends with 1" "1 yes" "$RC $(grep -q none.pem unreadable.log && echo yes)"
