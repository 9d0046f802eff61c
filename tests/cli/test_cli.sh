#!/usr/bin/env bash
# The command line end to end: exit codes, messages of one line, JSON, run folders, rerun.   usage: test_cli.sh PROGRAM
set -u
program=$(realpath "$1")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect CODE PATTERN ARGS...: exit code, and one line on stderr that matches
expect() {
  local code=$1 pattern=$2; shift 2
  "$program" "$@" >out 2>err </dev/null; local got=$?
  [ $got -eq "$code" ] || fail "spinodal $*: exit $got, expected $code: $(cat err)"
  if [ "$code" -ne 0 ]; then
    [ "$(wc -l <err)" -eq 1 ] || fail "spinodal $*: not one line: $(cat err)"
    grep -q -e "$pattern" err || fail "spinodal $*: no \"$pattern\" in: $(cat err)"
  fi
}

expect 0 "" --help
expect 0 "" --version
expect 0 "" kde --help
expect 0 "" kde theory --help
expect 0 "" commands
expect 2 "no command" nonsense
expect 2 'did you mean "kde"' kdee theory
expect 2 'did you mean "theory"' kde theorie
expect 2 "needs a verb" kde
expect 2 "alpha is needed" kde theory
expect 2 "must be > 0" kde theory --alpha 0
expect 2 "is no number" kde theory --alpha x
expect 2 "did you mean --alpha" kde theory --alfa 1
expect 2 "given twice" kde theory --alpha 1 --alpha 2
expect 2 "needs a value" kde theory --alpha
expect 2 "threads" kde theory --alpha 1 --threads -1
expect 2 "max-memory" kde theory --alpha 1 --max-memory lots
expect 2 "no run to resume" kde theory --alpha 1 --resume nowhere
expect 3 "no run folder" rerun nowhere

"$program" kde theory --alpha 0.3 --json >a.json || fail "json"
[ "$(wc -l <a.json)" -eq 1 ] || fail "--json: not exactly one line"
"$program" kde theory --alpha 0.1:1:3 --json >grid.json || fail "grid"
grep -q '"grid"' grid.json || fail "a grid gives the table grid"

"$program" kde theory --alpha 0.3 -o run >/dev/null || fail "run folder"
for f in run.json timing.json request.json tables/kl.csv; do [ -s "run/$f" ] || fail "run/$f is missing"; done
"$program" rerun run -o again >/dev/null || fail "rerun"
cmp run/run.json again/run.json || fail "rerun differs"
[ -z "$(find run again -name '*.part*')" ] || fail "temporary files left"

printf 'a,b\n1,x\n' >text.csv
"$program" kde fit text.csv -o refused >/dev/null 2>&1; [ $? -eq 3 ] || fail "a column of texts is not refused"
[ ! -e refused ] || fail "a refused command leaves a folder"

if [ -c /dev/full ]; then
  "$program" kde theory --alpha 0.3 >/dev/full 2>err; [ $? -eq 1 ] || fail "full disk is no failure"
fi
"$program" kde theory --cite | grep -q '^@article' || fail "--cite"
[ $failures -eq 0 ] && echo "command line: all passed"
exit $((failures > 0))
