#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The documentation as a site: the pages of docs/ with a search, and the Javadoc, which has its own.
#   docs/site.sh               target/site/VERSION, of this checkout, and target/site/index.html with all versions there
#   docs/site.sh --releases    the same, and a folder for each tag v*, made by the docs/site.sh of that tag
# A link to nothing ends it. To look at it: python3 -m http.server -d target/site. Needs Maven, node 20 and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n '0,/<version>/s/.*<version>\(.*\)<\/version>.*/\1/p' pom.xml)
site=$PWD/target/site
pages=$PWD/target/site-pages

javadoc() {
  mvn -q -B -ntp -Dmaven.test.skip=true prepare-package javadoc:javadoc-no-fork -Prelease
  cp -r target/reports/apidocs "$pages/public/api"
}

copy_pages() {
  rm -rf "$pages"
  mkdir -p "$pages"
  cp --parents *.md docs/*.md docs/*.png docs/decisions/*.md "$pages"
  cp docs/site/package*.json "$pages"
  mkdir "$pages/.vitepress" "$pages/public"
  echo '<meta http-equiv="refresh" content="0; url=../">' > "$pages/public/versions.html"
  cp docs/site/config.mjs "$pages/.vitepress"
}

build() {
  (
    cd "$pages"
    npm ci --silent --no-fund --no-audit
    SITE_REPOSITORY=$OLDPWD SITE_VERSION=$version SITE_OUT=$site/$version npm run --silent build
  )
}

releases() {
  local tag tree
  for tag in $(git tag --list 'v*' --sort=-version:refname); do
    [ -e "$site/${tag#v}" ] && continue
    tree=$(mktemp -d)
    git worktree add -q --detach "$tree" "$tag"
    "$tree/docs/site.sh"
    cp -r "$tree/target/site/${tag#v}" "$site/"
    git worktree remove --force "$tree"
  done
}

index() {
  {
    echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>Initium</title><h1>Initium</h1><ul>'
    ls "$site" | grep -v html | sort -rV | sed 's:.*:<li><a href="&/">&</a></li>:'
    echo '</ul></html>'
  } > "$site/index.html.new"
  mv "$site/index.html.new" "$site/index.html"
}

copy_pages
javadoc
build
[ "${1-}" = --releases ] && releases
index
echo "target/site: $(find "$site" -name '*.html' | wc -l) pages"
