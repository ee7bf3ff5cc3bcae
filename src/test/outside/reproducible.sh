#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a release build left in target/, built once more: in another folder, time zone and language. Every file that is
# published must be the same to the byte.
#   mvn package -Prelease -Dmaven.test.skip=true && src/test/outside/reproducible.sh
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{ # an export has no git
  git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
    find . \( -name target -o -name build -o -name .git \) -prune -o -type f -print0
} | xargs -0 cp --parents -t "$work"
(
  cd "$work"
  TZ=Pacific/Apia LC_ALL=C LANG=C mvn -q -B -ntp package -Prelease -Dmaven.test.skip=true
)
for file in initium.jar initium-sources.jar initium-javadoc.jar initium-bom.json initium-bom.xml initium-bin.zip; do
  cmp "target/$file" "$work/target/$file" || { echo "FAULT: $file is not the same when built again" >&2; exit 1; }
done
