#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The release's archive, unpacked and started in an empty environment: no Maven, no sources, nothing built.
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' pom.xml)
python3 -m zipfile -e "target/initium-bin.zip" "$work" # which keeps no modes
home=$work/initium-$version
chmod +x "$home/bin/initium"
run() { env -i "HOME=$work" "INITIUM_CACHE=$work/cache" "$home/bin/initium" "$@"; }

[ "$(run --version)" = "initium $version" ] || { echo "FAULT: $(run --version 2>&1)" >&2; exit 1; }
[ -n "$(find "$home/lib" -name "initium*-$version.aot" -size +1000k)" ] ||
  { echo "FAULT: the first start made no cache of classes" >&2; exit 1; }
run init "$home/examples/resnet50.yaml" --out "$work/m.safetensors"
run verify "$work/m.safetensors" "$home/examples/resnet50.yaml"
run fill orthogonal --shape 8,8 --out "$work/o.safetensors"
run inspect "$work/o.safetensors" --plot "$work/o.png"
for kind in sources javadoc; do
  [ -f "target/initium-$kind.jar" ] || { echo "FAULT: no $kind jar" >&2; exit 1; }
done
grep -q snakeyaml-engine target/initium-bom.json || { echo "FAULT: no bill of materials" >&2; exit 1; }
