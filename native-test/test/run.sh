#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh TEST...   Runs every test binary and adds up what they count.
# Each ends with a line "N passed, M failed"; one that dies without it counts as one failure.
passed=0 failed=0
for test in "$@"; do
  output=$("$test" 2>&1)
  status=$?
  line=$(printf '%s\n' "$output" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -1)
  set -- $line
  if [ -z "$line" ] || { [ $status -ne 0 ] && [ "$3" -eq 0 ]; }; then
    printf '%s\n' "$output" | tail -20
    echo "FAILED $test: exit status $status"
    failed=$((failed + 1))
    continue
  fi
  [ "$3" -eq 0 ] || printf '%s\n' "$output" | tail -60
  echo "$test: $line"
  passed=$((passed + $1)) failed=$((failed + $3))
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
