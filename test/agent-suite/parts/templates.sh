# Templates: functions, secrets of each kind, what is written and when, what happens on errors.

put() { api POST "suite-two/data/$1" "{\"data\":$2}" >/dev/null; }
put app '{"user":"ann","pass":"one"}'
put deep/a '{"k":"1"}'; put deep/b '{"k":"2"}'
[[ $(api GET suite-two/data/versions | jq -r '.data.data.v // empty') == new ]] || { put versions '{"v":"old"}'; put versions '{"v":"new"}'; }
put odd '{"a-b.c":"dashed","ключ":"зна́чение"}'
put typed '{"n":42,"b":true,"nested":{"x":"y"},"list":["p","q"]}'
put html "$(jq -n -c --arg v "<a&b>\"'" '{$v}')"
put json '{"doc":"{\"port\":5432}"}'

# --- the functions: all in one agent; those that fail, each in its own ------------------------------------------------
"$PYTHON" "$SUITE_DIR/functions.py" write "$WORK/functions" "$ADDR" "$WORK/given.token"
AGENT_ENV=(SUITE_ENV=value)
raw functions/all.log -config="$WORK/functions/all.hcl"
for number in $("$PYTHON" "$SUITE_DIR/functions.py" missing "$WORK/functions"); do
  LIMIT=15 raw "functions/$number.log" -config="$WORK/functions/$number.hcl"
done
AGENT_ENV=()
relay < <("$PYTHON" "$SUITE_DIR/functions.py" check "$WORK/functions")
is "writeToFile writes" "content 600" "$(text functions/wrote) $(mode functions/wrote)"
matches "writeToFile appends with a newline" '^a ?$' "$(head -1 functions/wrote2)"

# template_config NAME: given token, templates from standard input
templates() { server_block "${2:-$ADDR}"; echo "$3 auto_auth { ${4:-$(method_block)} } $(cat)"; }
short_life='exit_after_auth = true template_config { exit_on_retry_failure = true }'
secret_of() { echo "{{ with secret \\\"$1\\\" }}$2{{ end }}"; }
user=$(secret_of suite-two/app '{{ .Data.data.user }}:{{ .Data.data.pass }}')

# --- files ----------------------------------------------------------------------------------------------------------
echo before >existing.out; chmod 604 existing.out
echo old >backed.out; chmod 640 backed.out
printf '{{ with secret "suite-two/app" }}{{ .Data.data.user }}{{ end }}\n' >source.ctmpl
templates files "" "$short_life" >files.hcl <<END2
template { contents = "$user" destination = "$WORK/default.out" }
template { contents = "$user" destination = "$WORK/perms.out" perms = "0600" }
template { contents = "$user-" destination = "$WORK/existing.out" }
template { contents = "$user+" destination = "$WORK/made/by/agent.out" }
template { contents = "$user" destination = "$WORK/second.out" }
template { contents = "$user=" destination = "$WORK/backed.out" backup = true }
template { contents = "[[ with secret \"suite-two/app\" ]][[ .Data.data.user ]][[ end ]] {{ .Kept }}" destination = "$WORK/delimiters.out" left_delimiter = "[[" right_delimiter = "]]" }
template { source = "$WORK/source.ctmpl" destination = "$WORK/source.out" }
template { contents = "$user%" destination = "$WORK/owned.out" perms = "0440" $([[ $EUID == 0 ]] && echo 'user = "nobody"') }
template { contents = "$user~" destination = "$WORK/command.out" command = "sh -c 'cp $WORK/command.out $WORK/command.copy'" }
template { contents = "$user!" destination = "$WORK/exec.out" exec { command = ["cp", "$WORK/exec.out", "$WORK/exec copy"] } }
END2
once files
is "templates end with 0" 0 "$RC"
is "a template's file, mode 0644 unless told" "ann:one 644" "$(text default.out) $(mode default.out)"
is "perms" 600 "$(mode perms.out)"
if [[ $EUID == 0 ]]; then is "user" "440 nobody" "$(stat -c '%a %U' owned.out)"; else skip "user" "needs root"; fi
is "an existing file's mode is kept" "ann:one- 604" "$(text existing.out) $(mode existing.out)"
is "folders are made" ann:one+ "$(text made/by/agent.out)"
is "the same contents to several destinations" "ann:one ann:one" "$(text default.out) $(text second.out)"
is "backup keeps the file before, content and mode" "ann:one= old 640" "$(text backed.out) $(text backed.out.bak) $(mode backed.out.bak)"
is "delimiters" 'ann {{ .Kept }}' "$(text delimiters.out)"
is "source, its last newline kept" " a n n \\n " "$(bytes source.out)"
eventually "command runs" 5 has command.copy 'ann:one~'
eventually "exec runs without a shell" 5 has 'exec copy' 'ann:one!'
is "no temporary file stays" "0 " "$RC $(ls -A | grep -E '^(\.?(default|perms|command)\.out.+|.*[0-9]{6,}.*)$' | head -3)"
templates nodirs "" "$short_life" >nodirs.hcl <<<"template { contents = \"x\" destination = \"$WORK/not/made/x\" create_dest_dirs = false }"
LIMIT=20 once nodirs; is "create_dest_dirs = false" "1 no yes" "$RC $(there not) $(grep -q not/made nodirs.log && echo yes)"

# --- errors ---------------------------------------------------------------------------------------------------------
# fails NAME REGEX TEMPLATE-BLOCK: exit code 1, no file, a text
fails() {
  templates "fail-$1" "" 'exit_after_auth = true template_config { exit_on_retry_failure = true }' <<<"template { destination = \"$WORK/fail-$1.out\" $3 }" | sed "s|vault { |vault { retry { num_retries = 1 } |" >"fail-$1.hcl"
  once "fail-$1"
  is "$1 ends with 1 and no file" "1 no yes" "$RC $(there "fail-$1.out") $(grep -qE -- "$2" "fail-$1.log" && echo yes)"
}
fails 'error_on_missing_key' 'map has no entry for key .{1,2}none' "error_on_missing_key = true contents = \"$(secret_of suite-two/app '{{ .Data.data.none }}')\""
fails 'a missing secret' 'no secret exists at suite-two/(data/)?nothing' "contents = \"$(secret_of suite-two/nothing x)\""
fails 'a forbidden path' 'permission denied' "contents = \"$(secret_of other/data/app x)\""
fails 'a syntax error' 'parse|unclosed|unexpected' 'contents = "{{ if }}"'
fails 'an unknown function' 'nope' 'contents = "{{ nope }}"'
fails 'secret with an argument without =' 'not k=v pair .{1,2}x' 'contents = "{{ with secret \"suite-two/app\" \"x\" }}{{ end }}"'
fails 'mustEnv of nothing' 'SUITE_NONE' 'contents = "{{ mustEnv \"SUITE_NONE\" }}"'
fails 'a denied function' 'disabled|denied|denylist' 'function_denylist = ["env"] contents = "{{ env \"HOME\" }}"'
mkdir -p box; echo inside >box/in; echo outside >out-of-box
fails 'file outside the sandbox' 'sandbox' "sandbox_path = \"$WORK/box\" contents = \"{{ file \\\"$WORK/out-of-box\\\" }}\""
fails 'file outside the sandbox by ..' 'sandbox' "sandbox_path = \"$WORK/box\" contents = \"{{ file \\\"$WORK/box/../out-of-box\\\" }}\""
templates failing "" 'template_config { exit_on_retry_failure = true }' >failing.hcl <<<"template { contents = \"x\" destination = \"$WORK/failing.out\" command = \"exit 3\" }"
LIMIT=25 once failing; is "a failing command is an error" "1 yes" "$RC $(there failing.out)"
templates slow "" 'template_config { exit_on_retry_failure = true }' >slow.hcl <<<"template { contents = \"x\" destination = \"$WORK/slow.out\" command_timeout = \"1s\" command = \"sleep 9; touch $WORK/slow.done\" }"
LIMIT=25 once slow; is "command_timeout is an error, and ends the command" "1 yes no" "$RC $(there slow.out) $(there slow.done)"
put gone '{"a":"b"}'; api DELETE suite-two/data/gone >/dev/null
fails 'a deleted secret' 'no secret exists at' "contents = \"$(secret_of suite-two/gone x)\""

fresh; told '{"kv":{"app":{"v":"late"}},"kv_failures":2}' >/dev/null
templates retried "$STAND" "$short_life" "$(stand_method)" >retried.hcl <<<"template { contents = \"$(secret_of two/app '{{ .Data.data.v }}')\" destination = \"$WORK/retried.out\" }"
once retried; is "a server's failure is tried again" "0 late" "$RC $(text retried.out)"
fresh
templates tries "$STAND" "$short_life" "$(stand_method)" <<<"template { contents = \"$(secret_of two/app x)\" destination = \"$WORK/tries.out\" }" | sed 's|vault { |vault { retry { num_retries = 2 } |' >tries.hcl
once tries; is "num_retries = 2 is three requests" "1 3" "$RC $(count '.path == "/v1/two/data/app"')"
fresh
templates waits "$STAND" 'exit_after_auth = true vault { address = "'"$STAND"'" retry { num_retries = 1 } }' "$(stand_method)" <<<"template { contents = \"$(secret_of two/app '{{ .Data.data.v }}')\" destination = \"$WORK/waits.out\" }" | sed 1d >waits.hcl
start waits; waits=$AGENT; until_true 15 at_least 3 '.path == "/v1/two/data/app"'
is "without exit_on_retry_failure a missing secret is waited for" yes "$(alive "$waits" && echo yes)"
told '{"kv":{"app":{"v":"there"}}}' >/dev/null
eventually "and rendered when it appears" 30 has waits.out there
until_true 15 gone "$waits"; wait "$waits"; is "then exit_after_auth ends with 0" 0 "$?"

# --- detection of KV ------------------------------------------------------------------------------------------------
fresh; told '{"kv":{"app":{"v":"1"}},"kv_one":{"app":{"v":"2"}}}' >/dev/null
templates detect "$STAND" "$short_life" "$(stand_method)" >detect.hcl <<END2
template { contents = "$(secret_of two/app '{{ .Data.data.v }}')$(secret_of one/app '{{ .Data.v }}')" destination = "$WORK/detect.out" }
END2
once detect
is "mounts are asked once, then the right paths" '0 12 ["/v1/one/app","/v1/sys/internal/ui/mounts/one/app","/v1/sys/internal/ui/mounts/two/app","/v1/two/data/app"]' "$RC $(text detect.out) $(asked '[.[].path | select(test("one/|two/"))] | unique')"
fresh; told '{"kv":{"app":{"v":"1"}},"kv_one":{"app":{"v":"2"}},"ui_status":403}' >/dev/null
templates blind "$STAND" "$short_life" "$(stand_method)" >blind.hcl <<<"template { contents = \"$(secret_of one/app '{{ .Data.v }}')$(secret_of two/data/app '{{ .Data.data.v }}')\" destination = \"$WORK/blind.out\" }"
once blind; is "without the right to ask, paths are taken as written" "0 21" "$RC $(text blind.out)"

# --- following changes ----------------------------------------------------------------------------------------------
echo one >watched
templates follow "" "pid_file = \"$WORK/follow.pid\" template_config { static_secret_render_interval = \"2s\" }" >follow.hcl <<END2
template { contents = "$user" destination = "$WORK/follow.out" command = "echo ran >>$WORK/follow.ran" }
template { contents = "$(secret_of suite-one/app '{{ .Data.pass }}')" destination = "$WORK/follow.one" }
template { contents = "{{ file \"$WORK/watched\" }}" destination = "$WORK/follow.file" }
template { contents = "{{ range secrets \"suite-two/metadata/listed/\" }}{{ . }},{{ end }}" destination = "$WORK/follow.list" }
END2
put app '{"user":"ann","pass":"one"}'; api DELETE suite-two/metadata/listed/x >/dev/null; rm -f follow.ran
start follow; follow=$AGENT
eventually "an agent renders and stays" 20 has follow.out ann:one
eventually "its command ran" 5 has follow.ran ran
stamp=$(stat -c '%i %Y' follow.out)
put app '{"user":"ann","pass":"one"}'; sleep 4.5
is "an unchanged value touches nothing and runs nothing" "$stamp 1" "$(stat -c '%i %Y' follow.out) $(wc -l <follow.ran)"
put app '{"user":"ann","pass":"two"}'; put listed/x '{"a":"b"}'; echo two >watched; api POST suite-one/app '{"user":"bob","pass":"second"}' >/dev/null
eventually "a new version is rendered within the interval" 12 has follow.out ann:two
eventually "and the command runs again" 5 eval '[[ $(wc -l <follow.ran) == 2 ]]'
eventually "a list follows" 12 has follow.list x,
eventually "a file follows" 12 has follow.file two
eventually "a KV v1 secret follows, too" 12 has follow.one second
stop "$follow"; is "SIGTERM ends it with 0" 0 "$RC"
put app '{"user":"ann","pass":"one"}'; api POST suite-one/app '{"user":"bob","pass":"first"}' >/dev/null

# --- leases ---------------------------------------------------------------------------------------------------------
fresh; told '{"creds_ttl":4}' >/dev/null
creds=$(secret_of dyn/creds/app '{{ .Data.username }}')
templates lease "$STAND" "" "$(stand_method)" >lease.hcl <<<"template { contents = \"$creds\" destination = \"$WORK/lease.out\" }"
start lease; lease=$AGENT
eventually "dynamic credentials are rendered" 20 has lease.out user-1
eventually "and fetched again before they end" 8 has lease.out user-2
is "not before 0.8 of the lease" true "$(asked '[.[] | select(.path == "/v1/dyn/creds/app") | .time] | (.[1] - .[0]) > 3.0')"
stop "$lease"
fresh; told '{"creds_ttl":6,"creds_renewable":true}' >/dev/null; rm -f lease.out
start lease; lease=$AGENT
until_true 20 test -s lease.out; first=$(text lease.out)
eventually "a renewable lease is renewed" 10 at_least 2 '.path == "/v1/sys/leases/renew"'
is "and its credentials stay" "yes $first" "$([[ $first ]] && echo yes) $(text lease.out)"
told '{"lease_renew_status":400}' >/dev/null
eventually "when it cannot be renewed, new ones are fetched" 15 other lease.out "$first"
stop "$lease"
fresh; rm -f lease.out; told '{"creds_ttl":600,"renewable":false,"ttl":5}' >/dev/null
start lease; lease=$AGENT; until_true 20 test -s lease.out; first=$(text lease.out)
eventually "a new token fetches dynamic credentials again" 15 other lease.out "$first"
stop "$lease"

fresh; told "{\"data\":{\"rotated\":{\"rotation_period\":60,\"ttl\":2,\"password\":\"p\"},\"still\":{\"password\":\"p\"}}}" >/dev/null
templates rotate "$STAND" "" "$(stand_method)" >rotate.hcl <<END2
template { contents = "$(secret_of any/rotated '{{ .Data.count }}')" destination = "$WORK/rotate.out" }
template { contents = "$(secret_of any/still '{{ .Data.count }}')" destination = "$WORK/still.out" }
END2
start rotate; rotate=$AGENT; until_true 20 test -s rotate.out; until_true 20 test -s still.out; first=$(text rotate.out); still=$(text still.out)
eventually "rotated credentials are read at their end, ttl and a second" 8 other rotate.out "$first"
is "what has no end is not" "yes $still" "$([[ $still ]] && echo yes) $(text still.out)"
stop "$rotate"

fresh; told '{"pki_ttl":8}' >/dev/null
templates cert "$STAND" "" "$(stand_method)" >cert.hcl <<<"template { contents = \"{{ with pkiCert \\\"pki/issue/web\\\" \\\"common_name=web.test\\\" }}{{ .Cert }}{{ .CA }}{{ .Key }}{{ end }}\" destination = \"$WORK/cert.out\" }"
start cert; cert=$AGENT
eventually "pkiCert renders certificate, CA and key" 20 grep -q 'PRIVATE KEY' cert.out
is "its arguments are the request's body" '[{"common_name":"web.test"}]' "$(asked '[.[] | select(.path == "/v1/pki/issue/web") | .body]')"
subject() { openssl x509 -noout -subject -in "$1"; }
is "the certificate comes first" standin-1 "$(subject cert.out | grep -o 'standin-[0-9]*')"
renewed() { [[ $(subject cert.out | grep -o 'standin-[0-9]*') == standin-2 ]]; }
eventually "it is replaced at the end of its life" 14 renewed
stop "$cert"
fresh; told '{"pki_ttl":3600}' >/dev/null; rm -f cert.out
start cert; cert=$AGENT; until_true 20 grep -q PRIVATE cert.out; stop "$cert"; asked_before=$(count '.path | test("pki/issue")')
start cert; cert=$AGENT; sleep 4; stop "$cert"
is "a restart keeps a good certificate" "1 1" "$asked_before $(count '.path | test("pki/issue")')"
