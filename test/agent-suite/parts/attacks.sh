# Attacks: what secrets, links and servers must not make an agent do.

short_end='exit_after_auth = true template_config { exit_on_retry_failure = true }'
attack() { { server_block "${2:-$ADDR}"; echo "$short_end auto_auth { ${3:-$(method_block)} } $(cat)"; } | sed 's|^vault { |vault { retry { num_retries = 1 } |' >"$1.hcl"; }
keep() { api POST "suite-two/data/$1" "$2" >/dev/null; }

# --- names that come out of secrets
mkdir -p evil/in; keep evil "$(jq -n -c --arg n "$WORK/evil/escaped" --arg d "../../auth/token/lookup-self" '{data:{$n,$d,up:"../x"}}')"
attack dots <<<"template { contents = \"{{ with secret \\\"suite-two/evil\\\" }}{{ .Data.data.user }}{{ with secret (printf \\\"suite-two/data/%s\\\" .Data.data.d) }}{{ .Data }}{{ end }}{{ end }}\" destination = \"$WORK/dots.out\" }"
LIMIT=20 once dots; is "a secret that says .. does not choose the request" "1 no" "$RC $(there dots.out)"
attack dotfile <<<"template { contents = \"{{ with secret \\\"suite-two/evil\\\" }}{{ \\\"x\\\" | writeToFile (printf \\\"$WORK/evil/in/%s\\\" .Data.data.up) \\\"\\\" \\\"\\\" \\\"0644\\\" }}{{ end }}\" destination = \"$WORK/dotfile.out\" }"
LIMIT=20 once dotfile; is "a secret that says .. does not choose the file" "1 no" "$RC $(there evil/x)"

# --- links
echo keep >victim; ln -s "$WORK/victim" link.out
attack link <<<"template { contents = \"rendered\" destination = \"$WORK/link.out\" }"
LIMIT=20 once link; is "a link at the destination is not written through" keep "$(text victim)"
echo keep >victim2; ln -s "$WORK/victim2" link.token
{ server_block; echo "exit_after_auth = true auto_auth { $(method_block) $(sink_block "$WORK/link.token") }"; } >linksink.hcl
LIMIT=15 once linksink; is "a link at the sink is not written through" keep "$(text victim2)"
role_block app pipe >/dev/null; rm -f pipe.secret-id; mkfifo pipe.secret-id
{ server_block; echo "auto_auth { method \"approle\" { mount_path = \"auth/suite-approle\" min_backoff = \"500ms\" config = { role_id_file_path = \"$WORK/app.role-id\", secret_id_file_path = \"$WORK/pipe.secret-id\" } } $(sink_block "$WORK/pipe.token") }"; } >pipe.hcl
start pipe; pipe=$AGENT; sleep 4
is "a pipe instead of a secret id holds nobody up" "yes no" "$(alive "$pipe" && echo yes) $(there pipe.token)"
kill -TERM "$pipe"; until_true 10 gone "$pipe" || kill -KILL "$pipe"; wait "$pipe"; is "and SIGTERM ends that agent" 0 "$?"

# --- servers
free_port; other=$PORT; : >"$WORK/other.jsonl"; helper "$PYTHON" "$SUITE_DIR/standin.py" "$other" "$WORK/other.jsonl"; until_true 10 open_port "$other"
fresh; told "{\"redirect\":\"http://localhost:$other\"}" >/dev/null
{ server_block "$STAND"; echo "auto_auth { $(stand_method) $(sink_block "$WORK/moved.token") }"; } >moved.hcl
start moved; moved=$AGENT; until_true 10 at_least 1 '.path | test("login")'; sleep 2; stop "$moved"
is "a redirect to another server does not carry a login" "0 no" "$(jq -s '[.[] | select(.path | test("login"))] | length' other.jsonl) $(there moved.token)"
fresh; told '{"huge":30000000}' >/dev/null
attack huge "$STAND" "$(stand_method)" <<<"template { contents = \"{{ with secret \\\"huge/data/x\\\" }}{{ len .Data.data.v }}{{ end }}\" destination = \"$WORK/huge.out\" }"
once huge; is "an answer of 30 MB" "0 30000000" "$RC $(text huge.out)"

# --- templates
attack deep <<<"template { contents = \"{{ define \\\"a\\\" }}{{ executeTemplate \\\"a\\\" . }}{{ end }}{{ executeTemplate \\\"a\\\" 1 }}\" destination = \"$WORK/deep.out\" }"
once deep; is "executeTemplate of itself is an error, not a crash" "1 no" "$RC $(there deep.out)"
attack deep2 <<<"template { contents = \"{{ define \\\"a\\\" }}{{ template \\\"a\\\" . }}{{ end }}{{ template \\\"a\\\" 1 }}\" destination = \"$WORK/deep2.out\" }"
once deep2; is "a template of itself is an error, not a crash" "1 no" "$RC $(there deep2.out)"

# --- logs
canary=canary-$RANDOM$RANDOM
keep canary "{\"data\":{\"v\":\"$canary\"}}"
with_canary() { echo "{{ with secret \\\"suite-two/canary\\\" }}$1{{ end }}"; }
logged() { LIMIT=20 once "$1" -log-level=trace; is "no secret in the log of $2" "1 0" "$RC $(grep -c "$canary" "$1.log")"; }
attack c1 <<<"template { contents = \"$(with_canary '{{ .Data.data.v | parseInt }}')\" destination = \"$WORK/c1.out\" }"; logged c1 "a failing function"
attack c2 <<<"template { contents = \"$(with_canary '{{ .Data.data.v.x }}')\" destination = \"$WORK/c2.out\" }"; logged c2 "a field of a text"
attack c3 <<<"template { contents = \"$(with_canary '{{ index .Data.data.v .Data.data.v }}')\" destination = \"$WORK/c3.out\" }"; logged c3 "a wrong index"
attack c4 <<<"template { contents = \"$(with_canary '{{ .Data.data.v | parseJSON }}')\" destination = \"$WORK/c4.out\" }"; logged c4 "text that is no JSON"
attack c5 <<<"template { contents = \"$(with_canary '{{ .Data.data.v }}')\" destination = \"$WORK/c5.out\" command = \"exit 4\" }"; logged c5 "a failing command"
attack c6 <<<"template { contents = \"$(with_canary '{{ secret .Data.data.v }}')\" destination = \"$WORK/c6.out\" }"; logged c6 "a path out of a secret"
attack c7 <<<"template { contents = \"$(with_canary '{{ .Data.data.v | regexMatch .Data.data.v | len }}')\" destination = \"$WORK/c7.out\" }"; logged c7 "wrong kinds"
attack c8 <<<"template { contents = \"$(with_canary '{{ template .Data.data.v }}')\" destination = \"$WORK/c8.out\" }"; logged c8 "a template that cannot be read"
{ server_block; echo "auto_auth { $(method_block) $(sink_block "$WORK/quit.token") } template { contents = \"$(with_canary '{{ .Data.data.v }}')\" destination = \"$WORK/quit.out\" }"; } >quit.hcl
start quit -log-level=trace; quit=$AGENT; until_true 20 test -s quit.out; until_true 10 test -s quit.token
kill -QUIT "$quit"; sleep 2; stop "$quit" KILL
is "SIGQUIT tells no secret" 0 "$(grep -cE "$canary|$(<given.token)" quit.log)"
