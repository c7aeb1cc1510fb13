#!/bin/bash
# `zeroth agent` as a drop-in for Vault Agent: run.sh ADDR TOKEN
#   SUITES_AGENT='bao agent'     the command line under test; default: bin/zeroth.ts of the current folder
#   SUITES_ONLY=sinks            parts, commas between them: process auth sinks templates exec renewal listener attacks tls
#   SUITES_PYTHON=python3        a Python with the packages of requirements.txt
#   SUITES_PORTS=8765-8799       ports to take; any free ones unless given
#   SUITES_RUN=reference         run also what the skip list leaves out for the reference agent
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HERE=$PWD
# one process and no npx around it: signals and exit codes must be the agent's own
read -ra AGENT_COMMAND <<<"${SUITES_AGENT:-node --import tsx bin/zeroth.ts agent}"
case $(basename "${AGENT_COMMAND[0]}") in
bao | openbao) KIND=bao ;;
vault) KIND=vault ;;
*) KIND=zeroth ;;
esac
# categories of skip.tsv: bao (left out for bao alone), upstream (for bao and vault)
case $KIND in
vault) RUN_TOO+=,bao ;;
zeroth) RUN_TOO+=,bao,upstream ;;
esac
[[ $RUN_TOO == *reference* ]] && RUN_TOO+=,bao,upstream

PYTHON=${SUITES_PYTHON:-python3}
"$PYTHON" -c 'import cryptography' 2>/dev/null || { not_ok install "$PYTHON has no package cryptography"; finish; }
export PYTHONDONTWRITEBYTECODE=1

# nothing of the caller's: no AWS identity, no agent settings
for name in $(compgen -e | grep -E '^(AWS_|VAULT_|BAO_)'); do unset "$name"; done
export HOME=$WORK/home AWS_EC2_METADATA_DISABLED=true
mkdir -p "$HOME"
cd "$WORK" || exit 1
umask 022

. "$SUITE_DIR/harness.sh"
for part in ${SUITES_ONLY:-process auth sinks templates exec renewal listener attacks tls}; do
  for each in ${part//,/ }; do . "$SUITE_DIR/parts/$each.sh"; done
done
leave
finish
