# Sinks: exact bytes, modes, owners, wrapping, encryption, failures.

# sink_config NAME: given token, ends after authentication; sinks from standard input
sink_config() { server_block; echo "exit_after_auth = true auto_auth { $(method_block) $(cat) }"; }
token=$(<given.token)

mkdir sinks; echo old >sinks/plain; chmod 666 sinks/plain; inode=$(stat -c %i sinks/plain)
sink_config >plain.hcl <<END2
sink "file" { config = { path = "$WORK/sinks/plain" } }
sink "file" { config = { path = "$WORK/sinks/octal", mode = 0600 } }
sink "file" { config = { path = "$WORK/sinks/wide", mode = 0666 } }
sink "file" { config = { path = "$WORK/sinks/owned", mode = 0440, uid = $([[ $EUID == 0 ]] && echo 65534 || id -u), gid = $([[ $EUID == 0 ]] && echo 65533 || id -g) } }
END2
once plain
is "sink holds the token and no newline" "$(bytes given.token)" "$(bytes sinks/plain)"
is "mode is 0640 unless told, of an existing file too" "0 640" "$RC $(mode sinks/plain)"
is "mode in HCL's octal" 600 "$(mode sinks/octal)"
is "the umask holds" 644 "$(mode sinks/wide)"
if [[ $EUID == 0 ]]; then is "uid and gid" "440 65534 65533" "$(stat -c '%a %u %g' sinks/owned)"; else skip "uid and gid" "needs root"; fi
is "the file is replaced, not written over" yes "$([[ $(stat -c %i sinks/plain) != "$inode" ]] && echo yes)"
is "nothing is left over" "octal owned plain wide" "$(ls -A sinks | tr '\n' ' ' | sed 's/ $//')"

# a RAM disk folder with restricted rights, as RuntimeDirectory= makes it
ram=$(mktemp -d /dev/shm/suite.XXXXXX 2>/dev/null || mktemp -d); chmod 700 "$ram"
sink_config >ram.hcl <<<"sink \"file\" { config = { path = \"$ram/token\", mode = 0400 } }"
once ram; is "a folder on a RAM disk" "0 400 $token" "$RC $(mode "$ram/token") $(text "$ram/token")"
once ram; is "and once more over a file of mode 0400" "0 $token" "$RC $(text "$ram/token")"
rm -rf "$ram"

# --- wrapping by the sink -------------------------------------------------------------------------------------------
sink_config >wrap.hcl <<END2
sink "file" { wrap_ttl = "5m" config = { path = "$WORK/wrap.one" } }
sink "file" { wrap_ttl = "90s" config = { path = "$WORK/wrap.two" } }
sink "file" { config = { path = "$WORK/wrap.plain" } }
END2
once wrap
is "wrapped sink, keys in order" '["token","accessor","ttl","creation_time","creation_path","wrapped_accessor"]' "$(jq -c keys_unsorted wrap.one)"
is "wrapped sink is one line with a newline" "1 1" "$(wc -l <wrap.one) $(tail -c1 wrap.one | grep -c '^$')"
is "wrapped sink's ttl, path and empty accessor" '[300,"sys/wrapping/wrap","",90]' "$(jq -s -c '[.[0].ttl, .[0].creation_path, .[0].wrapped_accessor, .[1].ttl]' wrap.one wrap.two)"
matches "wrapped sink's creation time" '^20[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+)$' "$(jq -r .creation_time wrap.one)"
is "a plain sink next to it" "$token" "$(text wrap.plain)"
wrapping=$(jq -r .token wrap.one)
is "unwrapping gives the token" "$token" "$(AS=$wrapping api POST sys/wrapping/unwrap | jq -r .data.token)"
is "unwrapping works once" "400 wrapping token is not valid or does not exist" "$(AS=$wrapping api POST sys/wrapping/unwrap | jq -r '.errors[0]' >.second; status) $(<.second)"
is "two wrapped sinks are two wrapping tokens" 200 "$(AS=$(jq -r .token wrap.two) api POST sys/wrapping/unwrap >/dev/null; status)"

# --- wrapping by the method -----------------------------------------------------------------------------------------
role_block app methodwrap | sed 's/min_backoff/wrap_ttl = "4m" min_backoff/' >.block
{ server_block; echo "auto_auth { $(<.block) $(sink_block "$WORK/methodwrap.out") }"; } >methodwrap.hcl
start methodwrap -log-level=debug; methodwrap=$AGENT
eventually "a wrapped login arrives" 20 test -s methodwrap.out
is "wrapped login, keys in order" '["token","accessor","ttl","creation_time","creation_path","wrapped_accessor"]' "$(jq -c keys_unsorted methodwrap.out)"
is "wrapped login's ttl and path" '[240,"auth/suite-approle/login"]' "$(jq -c '[.ttl, .creation_path]' methodwrap.out)"
accessor=$(jq -r .wrapped_accessor methodwrap.out)
before=$(<methodwrap.out); sleep 2
is "a wrapped login stays as it is" "yes $before" "$(alive "$methodwrap" && echo yes) $(<methodwrap.out)"
auth=$(AS=$(jq -r .token methodwrap.out) api POST sys/wrapping/unwrap | jq -c .auth)
is "unwrapping it gives auth, with the accessor told" "yes $accessor" "$(works "$(jq -r .client_token <<<"$auth")" && echo yes) $(jq -r .accessor <<<"$auth")"
stop "$methodwrap"; is "and the agent ends with 0" 0 "$RC"
fresh
{ server_block "$STAND"; echo "auto_auth { $(stand_method '' 'wrap_ttl = "240s"') $(sink_block "$WORK/wraps.out") }"; } >wraps.hcl
start wraps; wraps=$AGENT; until_true 20 test -s wraps.out; sleep 2; stop "$wraps"
is "a wrapped login asks for wrapping and is never renewed" "true 0" "$(asked '[.[] | select(.path | test("login")) | .headers["x-vault-wrap-ttl"]] | . == ["240s"] or . == ["240"] or . == ["4m0s"]') $(count '.path | test("renew")')"

# --- encryption -----------------------------------------------------------------------------------------------------
"$PYTHON" "$SUITE_DIR/tools.py" dh-key "$WORK/client-key.json" "$WORK/dh.private"
open_sink() { "$PYTHON" "$SUITE_DIR/tools.py" dh-open "$WORK/dh.private" "$@" 2>&1 | tail -1; }
dh="dh_type = \"curve25519\" dh_path = \"$WORK/client-key.json\""
sink_config >dh.hcl <<END2
sink "file" { $dh config = { path = "$WORK/dh.plain" } }
sink "file" { $dh derive_key = true config = { path = "$WORK/dh.derived" } }
sink "file" { $dh derive_key = true aad = "for-web" config = { path = "$WORK/dh.aad" } }
sink "file" { $dh aad = "overruled" aad_env_var = "SUITE_AAD" config = { path = "$WORK/dh.env" } }
sink "file" { $dh wrap_ttl = "5m" config = { path = "$WORK/dh.wrapped" } }
END2
AGENT_ENV=(SUITE_AAD=from-environment); once dh; AGENT_ENV=()
is "encrypted sink, keys in order and a newline" '0 ["curve25519_public_key","nonce","encrypted_payload"] 1' "$RC $(jq -c keys_unsorted dh.plain) $(wc -l <dh.plain)"
is "encrypted sink opens" "$token" "$(open_sink dh.plain)"
is "derive_key: HKDF of the shared secret" "$token" "$(open_sink dh.derived derive)"
is "aad is bound" "$token" "$(open_sink dh.aad derive aad=for-web)"
matches "another aad does not open it" InvalidTag "$(open_sink dh.aad derive aad=for-mail)"
is "aad_env_var beats aad" "$token" "$(open_sink dh.env aad=from-environment)"
is "a wrapped, encrypted sink" "sys/wrapping/wrap 200" "$(open_sink dh.wrapped >.inner; jq -r .creation_path .inner) $(AS=$(jq -r .token .inner) api POST sys/wrapping/unwrap >/dev/null; status)"
is "each sink has a key pair and a nonce of its own" 5 "$(jq -r '.curve25519_public_key + .nonce' dh.plain dh.derived dh.aad dh.env dh.wrapped | sort -u | wc -l)"
is "no token in the clear" "5 0" "$(cat dh.plain dh.derived dh.aad dh.env dh.wrapped | tee .all | grep -c encrypted_payload) $(grep -c "$token" .all)"
sink_config >noenv.hcl <<<"sink \"file\" { $dh aad_env_var = \"SUITE_NO_SUCH\" config = { path = \"$WORK/noenv.out\" } }"
LIMIT=15 once noenv
is "a missing aad_env_var gives no file" "yes no yes" "$([[ $RC != 0 ]] && echo yes) $(there noenv.out) $(grep -qE "SUITE_NO_SUCH|aad_env_var" noenv.log && echo yes)"
sink_config >late.hcl <<<"sink \"file\" { dh_type = \"curve25519\" dh_path = \"$WORK/late.json\" config = { path = \"$WORK/late.out\" } }"
start late; late=$AGENT
eventually "a missing public key is logged" 15 grep -q 'no dh parameters file found, and no cached pub key' late.log
cp client-key.json late.json.new; mv late.json.new late.json
eventually "and read as soon as it is there" 20 test -s late.out
is "for this sink, too" "$token" "$(open_sink late.out)"
until_true 10 gone "$late" || stop "$late"

# --- failures -------------------------------------------------------------------------------------------------------
fresh; told '{"login_failures":1}' >/dev/null; mkdir going
{ server_block "$STAND"; echo "exit_after_auth = true auto_auth { $(stand_method '' 'max_backoff = "6s"' | sed 's/500ms/4s/') sink \"file\" { config = { path = \"$WORK/going/token\" } } $(sink_block "$WORK/staying.out") }"; } >going.hcl
start going; going=$AGENT
until_true 15 at_least 1 '.path | test("login")'; rmdir going
eventually "another sink is not held up by a failing one" 20 test -s staying.out
sleep 1; is "exit_after_auth waits for every sink" yes "$(alive "$going" && echo yes)"
mkdir going
eventually "a failing sink is tried again" 15 test -s going/token
until_true 10 gone "$going"; wait "$going"; is "and then the agent ends with 0" 0 "$?"
