# Auto-auth: approle against the server; the other methods' requests against the scripted server.

auth_config() { server_block "${3:-$ADDR}"; echo "exit_after_auth = true auto_auth { $(cat) $(sink_block "$WORK/$1.token") }"; }

# --- approle --------------------------------------------------------------------------------------------------------
role_block app approle | auth_config approle >approle.hcl
once approle
is "approle logs in" '0 ["default","suite-app"]' "$RC $(lookup "$(text approle.token)" | jq -c '.data.policies | sort')"
is "secret id file is removed after reading" no "$(there approle.secret-id)"
is "role id file stays" "0 yes" "$RC $(there app.role-id)"
role_block app kept ', remove_secret_id_file_after_reading = false' | auth_config kept >kept.hcl
printf '%s\n' "$(<kept.secret-id)" >kept.padded; mv kept.padded kept.secret-id
once kept
is "secret id file stays when told so; its newline is dropped" "0 yes yes" "$RC $(there kept.secret-id) $(works "$(text kept.token)" && echo yes)"
role_block app slash | sed 's|auth/suite-approle"|auth/suite-approle/"|' | auth_config slash >slash.hcl
once slash; is "mount_path with a slash behind it" "0 yes" "$RC $(there slash.token)"

role_block app lost | auth_config lost >lost.hcl; mv lost.secret-id lost.later
start lost; lost=$AGENT
eventually "a missing secret id file is logged" 15 grep -q 'no known secret ID' lost.log
is "and waited for" yes "$(alive "$lost" && echo yes)"
mv lost.later lost.secret-id
eventually "the secret id is used as soon as it is there" 20 test -s lost.token
until_true 15 gone "$lost"; wait "$lost"; is "and the agent ends with 0" 0 "$?"
role_block app hollow | auth_config hollow >hollow.hcl; : >hollow.secret-id
start hollow; hollow=$AGENT
eventually "an empty secret id file is logged" 15 grep -q 'secret ID file empty and no cached secret ID known' hollow.log
stop "$hollow"
role_block app absent | sed "s|$WORK/app.role-id|$WORK/absent.role-id|" | auth_config absent >absent.hcl
start absent; absent=$AGENT
eventually "a missing role id file is logged" 15 grep -q 'no known role ID' absent.log
stop "$absent"

wrapping_path=', secret_id_response_wrapping_path = "auth/suite-approle/role/app/secret-id"'
role_block app wrapped "$wrapping_path" | auth_config wrapped >wrapped.hcl
wrapped 5m auth/suite-approle/role/app/secret-id '{}' | tr -d '\n' >wrapped.secret-id
once wrapped
is "a wrapped secret id logs in" "0 yes" "$RC $(works "$(text wrapped.token)" && echo yes)"
for kind in foreign forged; do
  role_block app $kind "$wrapping_path" | auth_config $kind >$kind.hcl
  case $kind in
  foreign) wrapped 5m auth/suite-approle/role/short/secret-id '{}' ;;
  forged) wrapped 5m sys/wrapping/wrap '{"secret_id":"forged"}' ;;
  esac | tr -d '\n' >$kind.secret-id
  cp $kind.secret-id $kind.copy
  start $kind; wrong=$AGENT
  until_true 15 grep -qi 'creation path' $kind.log
  stop "$wrong"
  is "a secret id wrapped elsewhere ($kind) is refused" "no unable to validate wrapping token creation path" "$(there $kind.token) $(says $kind 'unable to validate wrapping token creation path')"
  is "and not unwrapped ($kind)" "creation path 200" "$(says $kind "creation path") $(api POST sys/wrapping/lookup "{\"token\":\"$(<$kind.copy)\"}" >/dev/null; status)"
done
role_block app spent "$wrapping_path" | auth_config spent >spent.hcl
wrapped 5m auth/suite-approle/role/app/secret-id '{}' | tr -d '\n' >spent.secret-id
AS=$(<spent.secret-id) api POST sys/wrapping/unwrap >/dev/null
start spent; spent=$AGENT
eventually "an unwrapped secret id (somebody was first) is an error" 15 grep -qE 'error (looking up|unwrapping) (wrapped )?secret ID' spent.log
is "and gives no token" "yes no" "$(alive "$spent" && echo yes) $(there spent.token)"; stop "$spent"

# --- what goes over the wire ------------------------------------------------------------------------------------------
bodies() { asked '[.[] | select(.path | test("/login")) | [.method, .path, .body]]'; }
# wire NAME METHOD-BLOCK EXPECTED: one login, its method, path and body
wire() {
  fresh
  auth_config "wire-$1" "" "$STAND" <<<"$2" >"wire-$1.hcl"
  once "wire-$1"
  want "$1 login, byte for byte" || return 0
  is "$1 login, byte for byte" "0 $3" "$RC $(bodies | sed 's/"POST"/"PUT"/')"
}
printf 'the.jwt.here\n' >wire.jwt
printf 'the.service.account\n' >wire.sa
printf 'pass-word\n' >wire.pass
wire approle "$(stand_method)" '[["PUT","/v1/auth/approle/login",{"role_id":"role-of-standin","secret_id":"secret-of-standin"}]]'
wire jwt "method \"jwt\" { mount_path = \"auth/ci\" config = { role = \"r\" path = \"$WORK/wire.jwt\" } }" '[["PUT","/v1/auth/ci/login",{"jwt":"the.jwt.here\n","role":"r"}]]'
is "jwt file is removed after reading" no "$(there wire.jwt)"
printf 'kept.jwt.here' >wire.jwt
wire jwt-kept "method \"jwt\" { config = { role = \"r\" path = \"$WORK/wire.jwt\" remove_jwt_after_reading = false } }" '[["PUT","/v1/auth/jwt/login",{"jwt":"kept.jwt.here","role":"r"}]]'
is "jwt file stays when told so" "0 yes" "$RC $(there wire.jwt)"
printf 'linked.jwt' >real.jwt; ln -s real.jwt link.jwt
wire jwt-link "method \"jwt\" { config = { role = \"r\" path = \"$WORK/link.jwt\" } }" '[["PUT","/v1/auth/jwt/login",{"jwt":"linked.jwt","role":"r"}]]'
is "a jwt link is removed, its target is not" "no yes" "$([[ -L link.jwt ]] && echo yes || echo no) $(there real.jwt)"
wire kubernetes "method \"kubernetes\" { config = { role = \"r\" token_path = \"$WORK/wire.sa\" } }" '[["PUT","/v1/auth/kubernetes/login",{"jwt":"the.service.account","role":"r"}]]'
is "service account token stays" "0 yes" "$RC $(there wire.sa)"
wire cert "method \"cert\" { config = { name = \"web\" } }" '[["PUT","/v1/auth/cert/login",{"name":"web"}]]'
wire ldap "method \"ldap\" { config = { username = \"ann\" password_file_path = \"$WORK/wire.pass\" } }" '[["PUT","/v1/auth/ldap/login/ann",{"password":"pass-word"}]]'

fresh; { server_block "$STAND"; echo "exit_after_auth = true auto_auth { method \"token_file\" { config = { token_file_path = \"$WORK/given.token\" } } $(sink_block "$WORK/file.token") }"; } >file.hcl
once file
is "token_file asks lookup-self with the token and logs in nowhere" "0 1 0 $(<given.token)" "$RC $(count ".path == \"/v1/auth/token/lookup-self\" and .headers[\"x-vault-token\"] == \"$(<given.token)\"") $(count '.path | test("login")') $(text file.token)"
{ server_block; echo "auto_auth { method \"token_file\" { config = { token_file_path = \"$WORK/root.token\" } } $(sink_block "$WORK/unlimited.token") }"; } >unlimited.hcl
printf '%s\n' "$TOKEN" >root.token
start unlimited -log-level=debug; unlimited=$AGENT
eventually "token_file with an unlimited token" 20 has unlimited.token "$TOKEN"
sleep 1; is "an unlimited token is not renewed" "yes 0" "$(alive "$unlimited" && echo yes) $(grep -ciE 'renewed auth token' unlimited.log)"
stop "$unlimited"

# the namespace of the method, and a TLS client certificate of its own
fresh; auth_config spaced "" "$STAND" <<<"$(stand_method '' 'namespace = "team-a"')" >spaced.hcl
once spaced
matches "the method's namespace goes along" '^\["team-a/?"\]$' "$(asked '[.[] | select(.path | test("login")) | .headers["x-vault-namespace"]]')"

# --- failures and backoff ---------------------------------------------------------------------------------------------
fresh; told '{"login_failures":5}' >/dev/null
auth_config backoff "" "$STAND" <<<"$(stand_method '' 'max_backoff = "1s"')" >backoff.hcl
once backoff
is "five refused logins, then a token" "0 6 yes" "$RC $(count '.path | test("login")') $(there backoff.token)"
# first wait 0.75 to 1 of 500 ms, then twice as long, capped at 1 s: at most 4.5 s in all, and without the cap 11.6 or more
is "the waits between them grow, and no further than max_backoff" true "$(asked '[.[] | select(.path | test("login")) | .time] as $t | [range(1; $t | length) | $t[.] - $t[. - 1]] | .[0] >= 0.37 and all(.[1:][]; . >= 0.70) and add < 11.6')"
fresh; told '{"login_status":503}' >/dev/null
auth_config down "" "$STAND" <<<"$(stand_method)" >down.hcl
start down; down=$AGENT; until_true 15 at_least 3 '.path | test("login")'
is "a login is not retried by the HTTP client" true "$(asked '[.[] | select(.path | test("login")) | .time] as $t | ($t | length) >= 3 and ([range(1; $t | length) | $t[.] - $t[. - 1] >= 0.37] | all)')"
told '{"login_status":200}' >/dev/null
eventually "a server that recovers is noticed" 15 test -s down.token
stop "$down"
fresh; told '{"login_status":500}' >/dev/null
auth_config fatal2 "" "$STAND" <<<"$(stand_method '' 'exit_on_err = true')" >fatal2.hcl
once fatal2; is "exit_on_err ends at the first failure" "1 1" "$RC $(count '.path | test("login")')"

# --- new credentials ----------------------------------------------------------------------------------------------------
for flag in true false; do
  fresh; printf 'first.jwt' >reauth.jwt
  { server_block "$STAND"; echo "auto_auth { enable_reauth_on_new_credentials = $flag method \"jwt\" { config = { role = \"r\" path = \"$WORK/reauth.jwt\" jwt_read_period = \"500ms\" } } $(sink_block "$WORK/reauth-$flag.token") }"; } >reauth.hcl
  start reauth; reauth=$AGENT
  until_true 20 test -s reauth-$flag.token; first=$(text reauth-$flag.token)
  printf 'second.jwt' >reauth.jwt
  if [[ $flag == true ]]; then
    eventually "new credentials log in again when enabled" 15 other reauth-$flag.token "$first"
    is "and the new ones are sent" '["first.jwt","second.jwt"]' "$(asked '[.[] | select(.path | test("login")) | .body.jwt]')"
  else
    sleep 3; is "new credentials change nothing when not enabled" "yes $first" "$([[ $first ]] && echo yes) $(text reauth-$flag.token)"
  fi
  stop "$reauth"
done
