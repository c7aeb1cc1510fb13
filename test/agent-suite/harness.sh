# What every part uses. Sourced by run.sh inside the scratch folder.

declare -a AGENT_ENV=()
: "${SUITES_PORTS:=}"
PORT_NEXT=${SUITES_PORTS%-*}
# free_port: in PORT
free_port() {
  if [[ -z ${SUITES_PORTS:-} ]]; then
    # below the ports that systems give to connections: one of those could be taken before the server meant for it is up
    PORT=$("$PYTHON" -c '
import random, socket
while True:
    port = random.randrange(20000, 32768)
    try:
        socket.socket().bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    break')
    return
  fi
  local tries
  for tries in {1..400}; do
    PORT=$PORT_NEXT PORT_NEXT=$((PORT_NEXT + 1))
    ((PORT_NEXT <= ${SUITES_PORTS#*-})) || PORT_NEXT=${SUITES_PORTS%-*}
    (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null || return 0
  done
}

# config_of NAME: its path, HCL or JSON
config_of() { if [[ -e $WORK/$1.json ]]; then echo "$WORK/$1.json"; else echo "$WORK/$1.hcl"; fi; }
# raw LOG ARGUMENT...: the agent in the foreground; exit code in RC, 124 where it had not ended by its LIMIT
raw() {
  local log=$WORK/$1; shift
  (cd "$HERE" && exec timeout -k 5 "$((PATIENCE * ${LIMIT:-45}))" env "${AGENT_ENV[@]}" "${AGENT_COMMAND[@]}" "$@") >"$log" 2>&1 </dev/null; RC=$?
}
# once NAME [FLAG...]: an agent that should end by itself; exit code in RC, output in NAME.log
once() { local name=$1; shift; raw "$name.log" -config="$(config_of "$name")" "$@"; }
# start NAME [FLAG...]: an agent in the background; pid in AGENT
start() {
  local name=$1; shift
  (cd "$HERE" && exec env "${AGENT_ENV[@]}" "${AGENT_COMMAND[@]}" -config="$(config_of "$name")" "$@") >"$WORK/$name.log" 2>&1 </dev/null &
  AGENT=$!; PIDS+=("$AGENT")
}
# stop PID [SIGNAL]: exit code in RC
stop() { kill "-${2:-TERM}" "$1" 2>/dev/null; wait "$1" 2>/dev/null; RC=$?; }
gone() { ! kill -0 "$1" 2>/dev/null; }
# departed PID: there was one, and it is gone
departed() { [[ ${1:-} ]] && gone "$1"; }
alive() { kill -0 "$1" 2>/dev/null; }
# helper: a background process of the suite's own; pid in HELPER
helper() { "$@" >>"$WORK/helpers.log" 2>&1 </dev/null & HELPER=$!; PIDS+=("$HELPER"); }

has() { [[ -s $1 ]] && [[ $(<"$1") == "$2" ]]; }
other() { [[ -s $1 ]] && [[ $(<"$1") != "$2" ]]; }
text() { cat "$1" 2>/dev/null; }
there() { [[ -e $1 ]] && echo yes || echo no; }
mode() { stat -c %a "$1" 2>/dev/null; }
# says LOG REGEX: first match or nothing
says() { grep -oEi -m1 -- "$2" "$WORK/$1.log"; }
bytes() { od -An -c "$1" | tr -s ' \n' ' '; }
# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + PATIENCE * $1)); shift
  until "$@" >/dev/null 2>&1; do ((SECONDS < end)) || return 1; sleep 0.1; done
}
lookup() { AS=$1 api GET auth/token/lookup-self; }
works() { lookup "$1" >/dev/null; [[ $(status) == 200 ]]; }
open_port() { (: <"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null; }
# wrapped TTL PATH [JSON]: a wrapping token for an answer
wrapped() { curl -sS --noproxy '*' -X POST -H "X-Vault-Token: $TOKEN" -H "X-Vault-Wrap-TTL: $1" ${3:+-d "$3"} "$ADDR/v1/$2" | jq -r .wrap_info.token; }

# the scripted server: STAND is its address, STAND_LOG what it was asked
stand() {
  free_port; STAND_PORT=$PORT STAND=http://127.0.0.1:$PORT STAND_LOG=$WORK/stand.jsonl
  : >"$STAND_LOG"
  helper "$PYTHON" "$SUITE_DIR/standin.py" "$PORT" "$STAND_LOG"
  until_true 10 open_port "$PORT"
}
told() { curl -sS --noproxy '*' -X PUT -d "$1" "$STAND/_/set"; }
# fresh: forget what was asked, and what was set
fresh() {
  : >"$STAND_LOG"
  told '{"login_status":200,"login_failures":0,"ttl":3600,"renewable":true,"renew_status":200,"token":"","kv":{},"kv_one":{},"kv_status":200,"kv_failures":0,"ui_status":200,"creds_ttl":4,"creds_renewable":false,"creds_status":200,"lease_renew_status":200,"data":{},"redirect":"","huge":0,"pki_ttl":3600,"slow":0,"wrap_path":""}'
}
# asked JQ-FILTER: over the list of requests
asked() { jq -s -c "$1" "$STAND_LOG"; }
# count JQ-CONDITION
count() { jq -s "[.[] | select($1)] | length" "$STAND_LOG"; }
at_least() { (($(count "$2") >= $1)); }

# blocks of configuration
server_block() { echo "vault { address = \"${1:-$ADDR}\" }"; }
sink_block() { echo "sink \"file\" { config = { path = \"$1\" } }"; }
# method_block: a token file with a token of policy suite-app, good for an hour
method_block() { echo "method \"token_file\" { config = { token_file_path = \"$WORK/given.token\" } }"; }
# role_block ROLE NAME [MORE]: an approle method with a secret id file of its own
role_block() {
  secret_id "$1" "$2.secret-id"
  echo "method \"approle\" {
    mount_path = \"auth/suite-approle\"
    min_backoff = \"500ms\"
    config = { role_id_file_path = \"$WORK/$1.role-id\", secret_id_file_path = \"$WORK/$2.secret-id\" ${3:-} }
  }"
}
secret_id() { api POST "auth/suite-approle/role/$1/secret-id" | jq -rj .data.secret_id >"$WORK/$2"; }
# stand_method [MORE]: approle against the scripted server
stand_method() {
  echo "method \"approle\" { min_backoff = \"500ms\" ${2:-} config = { role_id_file_path = \"$WORK/stand.role-id\", secret_id_file_path = \"$WORK/stand.secret-id\", remove_secret_id_file_after_reading = false ${1:-} } }"
}

leave() {
  local path
  for path in mounts/suite-two mounts/suite-one auth/suite-approle policies/acl/suite-app; do api DELETE "sys/$path"; done
} >/dev/null

leave
api POST sys/mounts/suite-two '{"type":"kv","options":{"version":"2"}}' >/dev/null
api POST sys/mounts/suite-one '{"type":"kv","options":{"version":"1"}}' >/dev/null
until [[ $(api GET suite-two/config) != *pgrad* ]]; do sleep 0.1; done
api POST suite-two/data/app '{"data":{"user":"ann","pass":"one"}}' >/dev/null
api POST suite-one/app '{"user":"bob","pass":"first"}' >/dev/null
api POST sys/policies/acl/suite-app '{"policy":"path \"suite-two/*\" { capabilities = [\"create\",\"read\",\"update\",\"delete\",\"list\"] } path \"suite-one/*\" { capabilities = [\"create\",\"read\",\"update\",\"list\"] } path \"auth/token/create\" { capabilities = [\"update\"] }"}' >/dev/null
api POST sys/auth/suite-approle '{"type":"approle"}' >/dev/null
api POST auth/suite-approle/role/app '{"token_policies":"suite-app","token_ttl":"20m"}' >/dev/null
api POST auth/suite-approle/role/short '{"token_policies":"suite-app","token_ttl":"4s","token_max_ttl":"12s"}' >/dev/null
api POST auth/suite-approle/role/brief '{"token_policies":"suite-app","token_ttl":"12s","token_max_ttl":"1h"}' >/dev/null
for role in app short brief; do api GET "auth/suite-approle/role/$role/role-id" | jq -rj .data.role_id >"$role.role-id"; done
api POST auth/token/create '{"policies":["suite-app"],"ttl":"2h"}' | jq -rj .auth.client_token >given.token
printf role-of-standin >stand.role-id
printf secret-of-standin >stand.secret-id
is "set-up" "200 true" "$(lookup "$(<given.token)" >/dev/null; status) $([[ -s app.role-id ]] && echo true)"
stand
