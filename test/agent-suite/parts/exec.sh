# The process supervisor: a child with secrets in its environment.

supervise() { server_block "${1:-$ADDR}"; echo "${2:-} template_config { static_secret_render_interval = \"2s\" } auto_auth { ${3:-$(method_block)} } $(cat)"; }
value=$(printf '{{ with secret \\"suite-two/exec\\" }}{{ .Data.data.%s }}{{ end }}' v)
api POST suite-two/data/exec '{"data":{"v":"one","w":"x"}}' >/dev/null

supervise >child.hcl <<END2
env_template "SUITE_SECRET" { contents = "$value" error_on_missing_key = true }
env_template "SUITE_PAIR" { contents = "[[ with secret \"suite-two/exec\" ]][[ .Data.data.w ]]\n[[ end ]]" left_delimiter = "[[" right_delimiter = "]]" }
exec {
  command = ["sh", "-c", "echo start >>$WORK/child.runs; trap 'echo term >>$WORK/child.runs; exit 0' TERM; printf %s \"\$SUITE_SECRET|\$SUITE_PAIR|\$SUITE_OWN\" >$WORK/child.env; echo \$\$ >$WORK/child.pid; while :; do sleep 0.2; done"]
  restart_on_secret_changes = "always"
  restart_stop_signal = "SIGTERM"
}
END2
AGENT_ENV=(SUITE_OWN=mine); start child; child=$AGENT; AGENT_ENV=()
eventually "the child runs with secrets and the agent's environment" 20 has child.env $'one|x\n|mine'
kept=$(text child.pid)
sleep 4.5
is "unchanged secrets leave the child alone" "start $kept" "$(text child.runs) $(text child.pid)"
api POST suite-two/data/exec '{"data":{"v":"two","w":"x"}}' >/dev/null
eventually "a changed secret restarts it with the new value" 20 has child.env $'two|x\n|mine'
is "by SIGTERM, then a new start" "start term start" "$(tr '\n' ' ' <child.runs | sed 's/ $//')"
eventually "the old child is gone" 5 departed "$kept"
last=$(text child.pid)
stop "$child"
is "the agent's end is the child's" yes "$(until_true 10 departed "$last" && echo yes)"
eventually "which was told by its signal" 5 test "$(tail -1 child.runs)" == term

supervise >usr.hcl <<END2
env_template "SUITE_SECRET" { contents = "$value" }
exec { command = ["sh", "-c", "trap 'echo usr >>$WORK/usr.runs; exit 0' USR1; echo \$SUITE_SECRET >>$WORK/usr.runs; while :; do sleep 0.2; done"] restart_stop_signal = "SIGUSR1" }
END2
start usr; usr=$AGENT; until_true 20 test -s usr.runs
api POST suite-two/data/exec '{"data":{"v":"three","w":"x"}}' >/dev/null
signalled() { [[ $(tr '\n' ' ' <usr.runs) == 'two usr three ' ]]; }
eventually "restart_stop_signal" 20 signalled
stop "$usr"

supervise >never.hcl <<END2
env_template "SUITE_SECRET" { contents = "$value" }
exec { command = ["sh", "-c", "echo \$SUITE_SECRET >>$WORK/never.runs; while :; do sleep 0.2; done"] restart_on_secret_changes = "never" }
END2
start never; never=$AGENT; until_true 20 test -s never.runs
api POST suite-two/data/exec '{"data":{"v":"four","w":"x"}}' >/dev/null; sleep 7
is "restart_on_secret_changes = never" three "$(text never.runs)"
stop "$never"

supervise >code.hcl <<<"env_template \"A\" { contents = \"$value\" } exec { command = [\"sh\", \"-c\", \"test \$A = four && exit 7\"] }"
once code; is "the child's exit code is the agent's" 7 "$RC"
supervise >zero.hcl <<<"env_template \"A\" { contents = \"$value\" } exec { command = [\"true\"] }"
once zero; is "a child that ends well ends the agent with 0" 0 "$RC"
supervise >line.hcl <<<"env_template \"A\" { contents = \"$value\" } exec { command = [\"echo \$A >$WORK/line.out\"] }"
once line; is "a command line as one string is run by a shell" four "$(text line.out)"
supervise >nothing.hcl <<<"env_template \"A\" { contents = \"$value\" } exec { command = [\"$WORK/no-such-program\"] }"
LIMIT=20 once nothing; is "a program that is not there ends with an error" "yes no-such-program" "$([[ $RC != 0 && $RC != 124 ]] && echo yes || echo "$RC") $(says nothing no-such-program)"
fresh; told '{"kv":{"a":{"v":"1"}}}' >/dev/null
supervise "$STAND" "" "$(stand_method)" >both.hcl <<END2
env_template "A" { contents = "{{ with secret \"two/a\" }}{{ .Data.data.v }}{{ end }}" }
env_template "B" { contents = "{{ with secret \"two/b\" }}{{ .Data.data.v }}{{ end }}" }
exec { command = ["sh", "-c", "echo \$A\$B >$WORK/both.out"] }
END2
start both; both=$AGENT; until_true 20 at_least 2 '.path == "/v1/two/data/b"'
is "the child waits until every value is there" "yes no" "$(at_least 2 '.path == "/v1/two/data/b"' && echo yes) $(there both.out)"
told '{"kv":{"a":{"v":"1"},"b":{"v":"2"}}}' >/dev/null
eventually "and starts then" 20 has both.out 12
until_true 10 gone "$both" || stop "$both"
supervise >stdio.hcl <<<"env_template \"A\" { contents = \"x\" } exec { command = [\"sh\", \"-c\", \"echo to-stdout; echo to-stderr >&2\"] }"
once stdio; is "the child's output goes through" "to-stdout to-stderr" "$(grep -xo 'to-stdout' stdio.log) $(grep -xo 'to-stderr' stdio.log)"
