#!/usr/bin/env bash
# Runs every suite, one after the other, and prints the time of each and the sum. Called by `./nightjar test`.
#   --fast    only what needs nothing installed
#   NAME...   only these suites (Tests, Conventions, Stories, Live)
set -uo pipefail
home=${NIGHTJAR_HOME:?run me through ./nightjar test}
results=$home/TestResults
mkdir -p "$results"

fast=0; suites=()
for arg in "$@"; do
  case $arg in
    --fast) fast=1 ;;
    --help|-h) sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    -*) echo "nightjar test: unknown option $arg (there is --fast)" >&2; exit 2 ;;
    *) suites+=("$arg") ;;
  esac
done
if [[ ${#suites[@]} == 0 ]]; then
  suites=(Tests Conventions Stories)
  ((fast)) || suites+=(Live)
fi

# want PROGRAM PACKAGE WHAT-FOR: installs a Debian package where we may, says what is skipped where we may not.
want() {
  command -v "$1" >/dev/null && return
  if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
    echo "installing $2 ($3)"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >"$results/install-$2.log" 2>&1 && return
    echo "skipped: $2 could not be installed (see $results/install-$2.log): $3"
  else
    echo "skipped: $1 is not here and only root can install it with apt-get (package $2): $3"
  fi
}

if ((!fast)); then
  want bwrap bubblewrap "the fence"
  want chromium chromium "the pages in a real browser"
fi

passed=0 failed=0 skipped=0 began=$SECONDS
for suite in "${suites[@]}"; do
  dll=$home/tests/Nightjar.$suite/bin/Release/net10.0/Nightjar.$suite.dll
  [[ -f $dll ]] || { echo "nightjar test: there is no suite $suite" >&2; exit 2; }
  from=$SECONDS xml=$results/$suite.xml
  rm -f "$xml"
  echo "── $suite"
  dotnet "$dll" -noLogo -noColor -longRunning 60 -xml "$xml" >"$results/$suite.log" 2>&1
  code=$?
  if [[ ! -f $xml ]]; then
    tail -n 60 "$results/$suite.log"
    echo "   $suite wrote no result (exit code $code)"; failed=$((failed + 1)); continue
  fi
  sum() { grep -oE "<assembly [^>]*>" "$xml" | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+' | head -n1; }
  p=$(sum passed) f=$(sum failed) s=$(sum skipped) e=$(sum errors)
  ((f + ${e:-0} > 0 || code != 0)) && grep -vE '^\s*$' "$results/$suite.log" | tail -n 150
  ((f + ${e:-0} == 0 && code != 0)) && f=1
  grep -hE '\[SKIP\]' -A1 "$results/$suite.log" | grep -vE '^--' | sed 's/^/   /' | head -n 60
  echo "   $p passed, $((f + ${e:-0})) failed, $s skipped, in $((SECONDS - from)) s"
  passed=$((passed + p)) failed=$((failed + f + ${e:-0})) skipped=$((skipped + s))
done
echo "all suites in $((SECONDS - began)) s"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
