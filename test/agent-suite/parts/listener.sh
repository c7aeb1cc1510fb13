# The listener: what goes through, what is kept, what the agent answers itself.

free_port; door=$PORT; way=http://127.0.0.1:$door
# listening NAME LISTENER-OPTIONS REST
listening() { server_block "${4:-$STAND}"; echo "auto_auth { ${5:-$(stand_method)} $(sink_block "$WORK/$1.token") } listener \"tcp\" { address = \"127.0.0.1:$door\" tls_disable = true $2 } $3"; }
ask() { curl -sS --noproxy '*' -m 20 -o "$WORK/.answer" -D "$WORK/.heads" -w '%{http_code}' "$@"; }
answer() { cat "$WORK/.answer"; }
head_of() { tr -d '\r' <"$WORK/.heads" | sed -n "s/^$1: //Ip" | tail -1; }
up() { until_true 20 open_port "$door"; until_true 20 test -s "$1.token"; }
last() { asked "[.[] | select(.path | test(\"$1\"))] | last"; }

fresh; told '{"kv":{"app":{"v":"1"}}}' >/dev/null
listening proxy '' 'api_proxy { use_auto_auth_token = true }' >proxy.hcl
start proxy; proxy=$AGENT; up proxy
is "a read goes through with the agent's token" "200 1" "$(ask "$way/v1/two/data/app") $(answer | jq -r .data.data.v)"
is "the token is the agent's" "$(text proxy.token)" "$(last 'two/data' | jq -r '.headers["x-vault-token"]')"
ask -H 'X-Vault-Token: mine' "$way/v1/two/data/app" >/dev/null
is "the client's token goes before" mine "$(last 'two/data' | jq -r '.headers["x-vault-token"]')"
ask -X POST -d '{"a":1}' "$way/v1/echo/x?b=c&d=e" >/dev/null
is "method, query and body" 'POST /v1/echo/x b=c&d=e {"a":1}' "$(last echo | jq -r -c '"\(.method) \(.path) \(.query) \(.body)"')"
ask -X LIST "$way/v1/echo/list" >/dev/null
is "LIST stays LIST" LIST "$(last echo/list | jq -r .method)"
ask -X DELETE "$way/v1/echo/del" >/dev/null; is "DELETE" DELETE "$(last echo/del | jq -r .method)"
ask -X PATCH -d '{}' "$way/v1/echo/patch" >/dev/null; is "PATCH" PATCH "$(last echo/patch | jq -r .method)"
ask -H 'X-Own: yes' -H 'Accept-Encoding: gzip' -A 'client/1' "$way/v1/echo/heads" >/dev/null
matches "headers go through, User-Agent is told" 'yes.*client/1' "$(last echo/heads | jq -c '[.headers["x-own"], .headers["user-agent"]]')"
ask -H 'X-Vault-Namespace: ns' "$way/v1/echo/ns" >/dev/null; is "a namespace goes through" ns "$(last echo/ns | jq -r '.headers["x-vault-namespace"]' | tr -d /)"
is "an error goes through" "403 permission denied" "$(ask "$way/v1/forbidden") $(answer | jq -r '.errors[0]')"
is "no /agent/v1/quit unless enabled" 404 "$(ask -X POST "$way/agent/v1/quit")"
stop "$proxy"

fresh; listening forced '' 'api_proxy { use_auto_auth_token = "force" }' >forced.hcl
start forced; forced=$AGENT; up forced
ask -H 'X-Vault-Token: mine' "$way/v1/echo/f" >/dev/null; is "force drops the client's token" "$(text forced.token)" "$(last echo/f | jq -r '.headers["x-vault-token"]')"
stop "$forced"
fresh; listening off '' '' >off.hcl
start off; off=$AGENT; up off
ask "$way/v1/echo/o" >/dev/null; is "without use_auto_auth_token no token is added" null "$(last echo/o | jq -r '.headers["x-vault-token"]')"
stop "$off"

fresh; listening guard 'require_request_header = true' 'api_proxy { use_auto_auth_token = true }' >guard.hcl
start guard; guard=$AGENT; up guard
is "require_request_header" '412 missing "X-Vault-Request" header' "$(ask "$way/v1/echo/g") $(answer | jq -r '.errors[0]')"
is "and with the header" 200 "$(ask -H 'X-Vault-Request: true' "$way/v1/echo/g")"
is "another value is not enough" 412 "$(ask -H 'X-Vault-Request: yes' "$way/v1/echo/g")"
stop "$guard"

# --- upstream away
free_port; nowhere=$PORT
{ echo "vault { address = \"http://127.0.0.1:$nowhere\" retry { num_retries = -1 } } listener \"tcp\" { address = \"127.0.0.1:$door\" tls_disable = true } cache {}"; } >nobody.hcl
start nobody; nobody=$AGENT; until_true 20 open_port "$door"
matches "a server out of reach is 500" '^500 failed to get the response' "$(ask "$way/v1/two/data/app") $(answer | jq -r '.errors[0]')"
stop "$nobody"

# --- cache
fresh; told '{"creds_ttl":30,"creds_renewable":true}' >/dev/null
listening cached 'agent_api { enable_quit = true }' 'api_proxy { use_auto_auth_token = true } cache {}' >cached.hcl
start cached; cached=$AGENT; up cached
user() { answer | jq -r .data.username; }
is "the first answer is a MISS" "200 MISS" "$(ask "$way/v1/dyn/creds/app") $(head_of x-cache)"; first=$(user)
is "the second is a HIT, the same" "200 HIT $first" "$(ask "$way/v1/dyn/creds/app") $(head_of x-cache) $(user)"
matches "with an age" '^[0-9]+$' "$(head_of age)"
is "another query is another entry" "MISS yes" "$(ask "$way/v1/dyn/creds/app?x=1" >/dev/null; head_of x-cache) $([[ $(user) != "$first" ]] && echo yes)"
is "another header, too" "MISS yes" "$(ask -H 'X-Some: y' "$way/v1/dyn/creds/app" >/dev/null; head_of x-cache) $([[ $(user) != "$first" ]] && echo yes)"
eventually "its lease is renewed" 30 at_least 1 '.path == "/v1/sys/leases/renew"'
is "a foreign token's answer is not kept" "MISS MISS" "$(ask -H 'X-Vault-Token: other' "$way/v1/dyn/creds/b" >/dev/null; head_of x-cache) $(ask -H 'X-Vault-Token: other' "$way/v1/dyn/creds/b" >/dev/null; head_of x-cache)"
told '{"kv":{"app":{"v":"1"}}}' >/dev/null
is "what has no lease is not kept" "MISS MISS" "$(ask "$way/v1/two/data/app" >/dev/null; head_of x-cache) $(ask "$way/v1/two/data/app" >/dev/null; head_of x-cache)"
is "cache-clear wants JSON" "400" "$(ask -X POST "$way/agent/v1/cache-clear")"
is "cache-clear wants a known type" "400 failed to clear cache: invalid type provided" "$(ask -X POST -d '{"type":"x","value":"y"}' "$way/agent/v1/cache-clear") $(answer | jq -r '.errors[0]')"
is "cache-clear by path" 200 "$(ask -X POST -d '{"type":"request_path","value":"/v1/dyn/creds/app"}' "$way/agent/v1/cache-clear")"
eventually "and then a MISS again" 5 eval 'ask "$way/v1/dyn/creds/app" >/dev/null; [[ $(head_of x-cache) == MISS ]]'
ask "$way/v1/dyn/creds/app" >/dev/null; before=$(user)
is "cache-clear of all" 200 "$(ask -X PUT -d '{"type":"all"}' "$way/agent/v1/cache-clear")"
eventually "all is gone" 5 eval 'ask "$way/v1/dyn/creds/app" >/dev/null; [[ $(user) != "$before" ]]'
matches "metrics" '^200 ' "$(ask "$way/agent/v1/metrics") "
is "quit by GET is 405" 405 "$(ask "$way/agent/v1/quit")"
is "quit" 200 "$(ask -X POST "$way/agent/v1/quit")"
until_true 15 gone "$cached"; wait "$cached"; is "ends the agent with 0" 0 "$?"

# --- real leases: the cache and revocation
listening real '' 'api_proxy { use_auto_auth_token = true } cache {}' "$ADDR" "$(role_block app real)" >real.hcl
start real; real=$AGENT; up real
made() { ask -X POST -d '{"ttl":"1h","policies":["suite-app"]}' "$way/v1/auth/token/create" >/dev/null; answer | jq -r .auth.client_token; }
one=$(made); is "a child token is kept" "HIT $one" "$(made >.two; head_of x-cache) $(<.two)"
is "and revoked through the agent it is gone" "204 MISS" "$(ask -X POST -d "{\"token\":\"$one\"}" -H "X-Vault-Token: $TOKEN" "$way/v1/auth/token/revoke") $(made >/dev/null; head_of x-cache)"
is "lookup-self hides the agent's token" "200 null" "$(ask "$way/v1/auth/token/lookup-self") $(answer | jq -r '.data.id // "null"' | sed 's/^$/null/')"
stop "$real"

# --- sockets
{ server_block "$STAND"; echo "auto_auth { $(stand_method) $(sink_block "$WORK/socket.token") } api_proxy { use_auto_auth_token = true } listener \"unix\" { address = \"$WORK/agent.sock\" tls_disable = true socket_mode = \"0600\" }"; } >socket.hcl
start socket; socket=$AGENT; until_true 20 test -S agent.sock; until_true 20 test -s socket.token
is "a unix socket" 200 "$(ask --unix-socket "$WORK/agent.sock" http://agent/v1/echo/u)"
is "socket_mode holds on its own, too" 600 "$(mode agent.sock)"
stop "$socket"; is "the socket is gone at the end" no "$(there agent.sock)"

# --- TLS
mkdir -p tls; "$PYTHON" "$SUITE_DIR/tools.py" certs "$WORK/tls"
{ server_block "$STAND"; echo "auto_auth { $(stand_method) $(sink_block "$WORK/tls.token") } api_proxy { use_auto_auth_token = true } listener \"tcp\" { address = \"127.0.0.1:$door\" tls_cert_file = \"$WORK/tls/server-a.pem\" tls_key_file = \"$WORK/tls/server-a.key\" }"; } >tls.hcl
start tls; tls=$AGENT; up tls
is "TLS" 200 "$(ask --cacert tls/ca-a.pem "https://127.0.0.1:$door/v1/echo/t")"
cp tls/server-b.pem tls/server-a.pem; cp tls/server-b.key tls/server-a.key; kill -HUP "$tls"
eventually "SIGHUP reads certificates again" 5 eval 'ask --cacert tls/ca-b.pem "https://127.0.0.1:$door/v1/echo/t"'
stop "$tls"
