#!/bin/sh
# start-with-token.sh TOKEN_FILE PROGRAM [ARGUMENT...]: runs a program with the token of a file in VAULT_TOKEN. The file is
# removed first: from then on the token is in that program's memory alone.
set -eu
file=$1
shift
[ -s "$file" ] || { echo "start-with-token: no token in $file: did the agent run before?" >&2; exit 1; }
VAULT_TOKEN=$(cat "$file")
export VAULT_TOKEN
rm -f "$file"
exec "$@"
