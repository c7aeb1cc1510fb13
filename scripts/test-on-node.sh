#!/usr/bin/env bash
# test-on-node.sh VERSION [JEST ARGUMENT...]: runs tests on another Node than the one that is installed. npm's package
# `node` brings it, once; after that no network is needed. 24 is the runtime in AWS. Slow suites are played too.
set -euo pipefail
version=${1:?which Node: 20, 22 or 24}
shift
on_node() { npx --yes --prefer-offline --package "node@$version" -- "$@"; }
# A connection that broke says nothing about the tests.
for pause in 5 20 0; do
  if on_node node --version > /dev/null; then break; fi
  sleep "$pause"
done
on_node node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js "$@" --testPathIgnorePatterns=/node_modules/
