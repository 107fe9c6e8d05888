#!/usr/bin/env bash
# Runs every suite, one after the other, and prints the time of each and the sum. Called by `./nightjar test`.
#   --fast    only what needs nothing installed, and of that not the crash stories, which take two minutes
#   NAME...   only these suites (Tests, Conventions, Stories, Live)
set -uo pipefail
home=${NIGHTJAR_HOME:?run me through ./nightjar test}
results=$home/TestResults
mkdir -p "$results"

# A suite that hangs is ended and counted as failed; the longest takes a quarter of an hour.
longest=${NIGHTJAR_TEST_LIMIT:-35m}

fast=0; suites=()
for arg in "$@"; do
  case $arg in
    --fast) fast=1 ;;
    --help|-h) sed -n '2,4p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    -*) echo "nightjar test: unknown option $arg (there is --fast)" >&2; exit 2 ;;
    *) suites+=("$arg") ;;
  esac
done
if [[ ${#suites[@]} == 0 ]]; then
  suites=(Tests Conventions Stories)
  ((fast)) || suites+=(Live)
fi
for suite in "${suites[@]}"; do
  [[ -f $home/tests/Nightjar.$suite/bin/Release/net10.0/Nightjar.$suite.dll ]] && continue
  echo "nightjar test: there is no suite $suite (there are Tests, Conventions, Stories, Live)" >&2; exit 2
done

# quietly COMMAND...: packages of servers would start them; with this policy of invoke-rc.d's none is started while the command runs.
quietly() {
  local policy=/usr/sbin/policy-rc.d mine=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && mine=1
  fi
  "$@"; local code=$?
  ((mine)) && rm -f "$policy"
  return $code
}

# want PROGRAM PACKAGE WHAT-FOR: installs a Debian package where we may, says what is skipped where we may not.
want() {
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null && return
  if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
    echo "installing $2 ($3)"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive quietly apt-get install -y -qq "$2" >"$results/install-$2.log" 2>&1 && return
    echo "skipped: $2 could not be installed (see $results/install-$2.log): $3"
  else
    echo "skipped: $1 is not here and only root can install it with apt-get (package $2): $3"
  fi
}

# fetch PACKAGE VERSION FOLDER FILE WHAT-FOR: takes one file out of an npm package, once; says what is skipped where it cannot be had.
fetch() {
  [[ -s $3/$4 ]] && return
  command -v npm >/dev/null || { echo "skipped: npm is not here ($1): $5"; return; }
  echo "fetching $1 $2 ($5)"
  mkdir -p "$3"
  (cd "$3" && npm pack --silent "$1@$2" && tar xzf ./*.tgz "$4" && rm -f ./*.tgz) >"$results/fetch.log" 2>&1 || echo "skipped: $1 could not be fetched (see $results/fetch.log): $5"
}

# The program that the agent's tests run: 235 MB, kept beside other caches, on the PATH of the Live suite.
cli_version=$(sed -nE 's/.*TestedVersion = "([0-9.]+)".*/\1/p' "$home/src/Nightjar.Agents/ClaudeCode/ClaudeCodeOptions.cs")
cli=${XDG_CACHE_HOME:-${HOME:?}/.cache}/nightjar/claude-code-$cli_version
want_cli() {
  if [[ ! -x $cli/node_modules/.bin/claude ]]; then
    command -v npm >/dev/null || { echo "skipped: npm is not here (@anthropic-ai/claude-code): the agent's real program"; return; }
    echo "installing @anthropic-ai/claude-code $cli_version into $cli (235 MB; the agent's real program)"
    mkdir -p "$cli"
    npm install --silent --no-audit --no-fund --prefix "$cli" "@anthropic-ai/claude-code@$cli_version" >"$results/install-claude-code.log" 2>&1 \
      || { echo "skipped: @anthropic-ai/claude-code could not be installed (see $results/install-claude-code.log): the agent's real program"; return; }
  fi
}

if ((!fast)); then
  [[ " ${suites[*]} " =~ \ (Tests|Live)\  ]] && want bwrap bubblewrap "the fence"
  if [[ " ${suites[*]} " =~ \ Live\  ]]; then
    want chromium chromium "the pages in a real browser"
    want gh gh "GitHub's own client against the stand-in"
    fetch @octokit/openapi 23.0.2 "$results/github-openapi" package/generated/api.github.com.json "the stand-in against GitHub's OpenAPI document"
    want /lib/systemd/systemd-journal-remote systemd-journal-remote "lines of a real journal"
    want prometheus prometheus "error rates from a real Prometheus"
    want prometheus-alertmanager prometheus-alertmanager "alerts from a real Alertmanager"
    want clickhouse-server clickhouse-server "own SQL against a real ClickHouse"
    want dockerd docker.io "real containers in a real Docker Engine"
    want busybox busybox-static "the image that real containers run"
    want docker-compose docker-compose "compose services that are built anew"
    initdb=$(compgen -G "/usr/lib/postgresql/*/bin/initdb" | tail -n1)
    want "${initdb:-initdb}" postgresql "a real PostgreSQL whose connections are used up"
    want systemd-analyze systemd "the unit as systemd reads it"
    want_cli
    [[ -n ${KUBECONFIG:-} ]] || echo "skipped: KUBECONFIG names no cluster for tests (one whose current context is named nightjar-test): stories on a real Kubernetes"
  fi
fi

# sum NAME FILE: a count that the result file of a suite gives; 0 when it gives none.
sum() { local n; n=$(grep -oE '<assembly [^>]*>' "$2" | head -n1 | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+'); echo "${n:-0}"; }

# reasons FILE: each skipped test with its reason.
reasons() {
  grep -E '\[SKIP\]' -A1 "$1" | grep -vE '^--' | sed -E 's/^ +//' \
    | awk '/\[SKIP\]/ { sub(/ *\[SKIP\].*/, ""); name = $0; next } name != "" { print "   skipped: " name ": " $0; name = "" }' | head -n 60
}

passed=0 failed=0 skipped=0 began=$SECONDS
for suite in "${suites[@]}"; do
  dll=$home/tests/Nightjar.$suite/bin/Release/net10.0/Nightjar.$suite.dll
  from=$SECONDS xml=$results/$suite.xml log=$results/$suite.log
  rm -f "$xml"
  echo "── $suite"
  left=() path=$PATH
  ((fast)) && [[ $suite == Stories ]] && left=(-namespace- 'Nightjar.Stories.Crashes*') && echo "   left out by --fast: the crash stories"
  [[ $suite == Live ]] && path=$cli/node_modules/.bin:$PATH
  PATH=$path timeout --foreground --kill-after=30 "$longest" dotnet "$dll" -noLogo -noColor -longRunning 60 ${left[@]+"${left[@]}"} -xml "$xml" >"$log" 2>&1
  code=$?
  if ! grep -qE '<assembly [^>]*total=' "$xml" 2>/dev/null; then
    grep -vE '^\s*$' "$log" | tail -n 60
    why="it crashed, exit code $code"
    ((code == 124 || code == 137)) && why="it was ended after $longest"
    echo "   0 passed, 1 failed, 0 skipped, in $((SECONDS - from)) s: the suite gave no result ($why; all of it is in $log)"
    failed=$((failed + 1)); continue
  fi
  p=$(sum passed "$xml") s=$(sum skipped "$xml") f=$(($(sum failed "$xml") + $(sum errors "$xml")))
  if ((f > 0 || code != 0)); then
    grep -vE '^\s*$' "$log" | tail -n 150
    ((f == 0)) && { f=1; echo "   every test passed, but the suite ended with exit code $code"; }
  fi
  reasons "$log"
  grep -E '^escape suite: ' "$log" | sed 's/^/   /'
  echo "   $p passed, $f failed, $s skipped, in $((SECONDS - from)) s"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "all suites in $((SECONDS - began)) s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
