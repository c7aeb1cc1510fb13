# Arguments, folders, result lines and the skip list. Sourced by run.sh, never run.
# Each check prints one line (ok, not ok or skip); finish prints how many there were.

set -uo pipefail

SUITE_DIR=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
[[ $# -ge 2 ]] || { echo "usage: run.sh ADDR TOKEN" >&2; exit 2; }
ADDR=${1%/} TOKEN=$2
WORK=$(mktemp -d "${TMPDIR:-/tmp}/agent-suite.XXXXXX")
PASSED=0 FAILED=0 SKIPPED=0 RUN_TOO=${SUITES_RUN:-}
PIDS=()

# no proxy, no token of the caller's, no token helper of the caller's
export NO_PROXY='*' no_proxy='*'
unset VAULT_ADDR VAULT_TOKEN VAULT_NAMESPACE VAULT_FORMAT BAO_ADDR BAO_TOKEN BAO_NAMESPACE BAO_FORMAT

ok() { PASSED=$((PASSED + 1)); echo "ok $1"; }
not_ok() { FAILED=$((FAILED + 1)); echo "not ok $1: $(tr '\n' ' ' <<<"${2:-}" | cut -c1-400)"; }
skip() { SKIPPED=$((SKIPPED + 1)); echo "skip $1: $2"; }

# skip.tsv: CATEGORY<tab>PATTERN (an extended regular expression, whole name)<tab>REASON
# SUITES_RUN: categories, comma separated, that are run all the same (a prefix is enough)
skip_reason() {
  [[ -f $SUITE_DIR/skip.tsv ]] || return 1
  local category pattern reason run
  while IFS=$'\t' read -r category pattern reason; do
    [[ -z $category || $category == \#* ]] && continue
    [[ $1 =~ ^($pattern)$ ]] || continue
    for run in ${RUN_TOO//,/ }; do [[ $category == "$run"* ]] && continue 2; done
    echo "[$category] $reason"
    return 0
  done <"$SUITE_DIR/skip.tsv"
  return 1
}

# want NAME: false (and a skip line) when the skip list names it
want() {
  local why
  if why=$(skip_reason "$1"); then skip "$1" "$why"; return 1; fi
}

# is NAME EXPECTED ACTUAL / matches NAME REGEX ACTUAL / lacks NAME REGEX ACTUAL
is() { want "$1" || return 0; if [[ $3 == "$2" ]]; then ok "$1"; else not_ok "$1" "expected «$2», got «$3»"; fi; }
matches() { want "$1" || return 0; if grep -qE -- "$2" <<<"$3"; then ok "$1"; else not_ok "$1" "expected /$2/, got «$3»"; fi; }
lacks() { want "$1" || return 0; if grep -qE -- "$2" <<<"$3"; then not_ok "$1" "did not expect /$2/ in «$3»"; else ok "$1"; fi; }

# Limits are told for an idle machine, and are this many times as long: what waits ends as soon as it can.
PATIENCE=6
# eventually NAME SECONDS COMMAND...: passes as soon as the command succeeds
eventually() {
  want "$1" || return 0
  local name=$1 end=$((SECONDS + PATIENCE * $2)); shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then not_ok "$name" "not true in time: $*"; return 0; fi
    sleep 0.2
  done
  ok "$name"
}

# api METHOD PATH [JSON]: body on stdout; status prints the status
api() {
  curl -sS --noproxy '*' -m 60 -X "$1" -H "X-Vault-Token: ${AS-$TOKEN}" ${3:+--data "$3"} \
    -o "$WORK/.body" -w '%{http_code}' "$ADDR/v1/$2" >"$WORK/.status" 2>"$WORK/.curl"
  cat "$WORK/.body" 2>/dev/null
}
status() { cat "$WORK/.status"; }

# relay: result lines of a child program are counted and passed on; a failure the skip list names is a skip.
# A line is KIND NAME: DETAIL, so a name holds no colon and space.
relay() {
  local line name why
  while IFS= read -r line; do
    case $line in
    'ok '*) PASSED=$((PASSED + 1)) ;;
    'not ok '*)
      name=${line#not ok } name=${name%%: *}
      if why=$(skip_reason "$name"); then
        SKIPPED=$((SKIPPED + 1)) line="skip $name: $why"
      else
        FAILED=$((FAILED + 1)) line=${line:0:600}
      fi
      ;;
    'skip '*) SKIPPED=$((SKIPPED + 1)) ;;
    *) continue ;;
    esac
    echo "$line"
  done
}

stop_children() {
  local pid
  for pid in "${PIDS[@]:-}"; do [[ -n $pid ]] && kill "$pid" 2>/dev/null; done
  for pid in "${PIDS[@]:-}"; do [[ -n $pid ]] && wait "$pid" 2>/dev/null; done
  PIDS=()
}
trap 'stop_children; [[ ${SUITES_KEEP:-} ]] || rm -rf "$WORK"' EXIT

# exit code 1 when something failed, 3 when nothing ran
finish() {
  stop_children
  echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
  ((FAILED == 0)) || exit 1
  ((PASSED > 0)) || exit 3
  exit 0
}

# without a server every client would wait for its own timeouts
api GET auth/token/lookup-self >/dev/null
if [[ $(status) != 200 ]]; then
  not_ok "server" "$ADDR answers $(status) to the token: $(tr '\n' ' ' <"$WORK/.curl") $(cat "$WORK/.body" 2>/dev/null)"
  finish
fi
