# Renewal: tokens that live on, tokens that cannot, servers that fail meanwhile. Nothing may come too early; how late is
# for tests with a clock of their own (test/unit/agent/auth/loop.test.ts): here a busy machine would decide it.

renewing() { server_block "${2:-$ADDR}"; echo "auto_auth { $(cat) $(sink_block "$WORK/$1.token") }"; }
times() { asked "[.[] | select(.path | test(\"$1\")) | .time]"; }

# --- what the server sees -----------------------------------------------------------------------------------------
fresh; told '{"ttl":6}' >/dev/null
renewing steady "$STAND" <<<"$(stand_method)" >steady.hcl
start steady -log-level=debug; steady=$AGENT
eventually "a new token is renewed at once" 8 at_least 1 '.path == "/v1/auth/token/renew-self"'
is "before anything else" '["/v1/auth/approle/login","/v1/auth/token/renew-self"]' "$(asked '[.[] | select(.path | test("health") | not) | .path][:2]')"
is "renew-self carries the token" '["hvs.standin"]' "$(asked '[.[] | select(.path == "/v1/auth/token/renew-self") | .headers["x-vault-token"][0:11]] | unique')"
eventually "and again before two thirds and a grace are over" 14 at_least 3 '.path == "/v1/auth/token/renew-self"'
is "not before two thirds of its life" true "$(asked '[.[] | select(.path == "/v1/auth/token/renew-self") | .time] | [range(1; length) as $i | .[$i] - .[$i-1]] | all(. > 3.6)')"
is "one login is enough" 1 "$(count '.path | test("login")')"
stop "$steady"; is "renewing ends with 0" 0 "$RC"

fresh; told '{"ttl":5,"renewable":false}' >/dev/null; rm -f steady.token
start steady; steady=$AGENT; until_true 15 test -s steady.token; first=$(text steady.token)
eventually "a token that cannot be renewed is replaced" 10 other steady.token "$first"
is "not before 0.6 of its life" true "$(asked '[.[] | select(.path | test("login")) | .time] | (.[1] - .[0]) > 3.0')"
is "and never renewed" 0 "$(count '.path == "/v1/auth/token/renew-self"')"
stop "$steady"

fresh; told '{"ttl":5,"renew_status":500}' >/dev/null; rm -f steady.token
start steady; steady=$AGENT; until_true 15 test -s steady.token; first=$(text steady.token)
eventually "when renewal fails until the end, a new login" 12 other steady.token "$first"
told '{"renew_status":200}' >/dev/null
stop "$steady"
fresh; told '{"ttl":5,"renew_status":403}' >/dev/null; rm -f steady.token
start steady; steady=$AGENT; until_true 15 test -s steady.token; first=$(text steady.token)
eventually "when renewal is refused, too" 12 other steady.token "$first"
stop "$steady"

# --- against the server -------------------------------------------------------------------------------------------
role_block brief outlives | renewing outlives >outlives.hcl
start outlives; outlives=$AGENT; until_true 15 test -s outlives.token; first=$(text outlives.token)
sleep 16
is "a token of twelve seconds lives on" "$first yes" "$(text outlives.token) $(works "$first" && echo yes)"
stop "$outlives"
role_block short ends ', remove_secret_id_file_after_reading = false' | renewing ends >ends.hcl
start ends; ends=$AGENT; until_true 15 test -s ends.token; first=$(text ends.token)
eventually "at the end of its longest life there is a new one" 16 other ends.token "$first"
is "which works" yes "$(works "$(text ends.token)" && echo yes)"
stop "$ends"

# --- the server goes away and comes back --------------------------------------------------------------------------
free_port; door=$PORT
helper "$PYTHON" "$SUITE_DIR/tools.py" forward "$door" "$STAND_PORT"; forward=$HELPER
until_true 10 open_port "$door"
fresh; told '{"ttl":4}' >/dev/null; rm -f away.token
renewing away "http://127.0.0.1:$door" <<<"$(stand_method '' 'max_backoff = "1s"')" >away.hcl
start away; away=$AGENT; until_true 15 test -s away.token; first=$(text away.token)
kill "$forward"; sleep 6
is "a server that is gone ends no agent" yes "$(alive "$away" && echo yes)"
helper "$PYTHON" "$SUITE_DIR/tools.py" forward "$door" "$STAND_PORT"
eventually "and is used again when it is back" 15 other away.token "$first"
stop "$away"; is "then SIGTERM ends with 0" 0 "$RC"

# --- a new token reaches everybody --------------------------------------------------------------------------------
fresh; told '{"ttl":5,"renewable":false,"kv":{"app":{"v":"1"}}}' >/dev/null; rm -f two.token
{ server_block "$STAND"; echo "auto_auth { $(stand_method) $(sink_block "$WORK/one.token") sink \"file\" { wrap_ttl = \"5m\" config = { path = \"$WORK/two.token\" } } } template { contents = \"{{ with secret \\\"two/app\\\" }}{{ .Data.data.v }}{{ end }}\" destination = \"$WORK/newtoken.out\" }"; } >newtoken.hcl
start newtoken; newtoken=$AGENT; until_true 15 test -s newtoken.out; until_true 5 test -s two.token; stamp=$(stat -c %Y%i two.token)
eventually "templates read with the new token, too" 12 at_least 2 '.path == "/v1/two/data/app"'
is "with two tokens in all" 2 "$(asked '[.[] | select(.path == "/v1/two/data/app") | .headers["x-vault-token"]] | unique | length')"
eventually "and a wrapped sink is wrapped again" 5 eval '[[ $(stat -c %Y%i two.token) != "$stamp" ]]'
stop "$newtoken"
