#!/usr/bin/env bash
# The survey end to end: sections, files, one answer for one seed, resume, refusals.   usage: test_survey.sh PROGRAM
set -u
program=$(readlink -f "$1")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
data=gen:gaussian-mixture,d=16,n=500

"$program" survey $data --quick -o one --threads 1 >text || fail "survey"
for f in run.json report.html tables/spectrum.csv tables/curves.csv tables/clock.csv; do [ -s one/$f ] || fail "one/$f is missing"; done
for word in "In words" "Covariance spectrum" "When it memorises"; do
  grep -q "$word" one/report.html || fail "no section \"$word\" in the report"
  grep -q "$word" text || fail "no section \"$word\" on the terminal"
done
"$program" survey $data --quick -o two --threads 2 >/dev/null || fail "survey with two threads"
cmp one/run.json two/run.json || fail "the threads change the result"
[ -e one/checkpoint ] && fail "checkpoints left"

# stopped after a moment, then resumed: the same bits
"$program" survey $data --quick -o three --time-limit 0.05 >/dev/null 2>err; code=$?
if [ $code -eq 4 ]; then
  "$program" survey $data --quick --resume three >/dev/null || fail "resume"
  cmp one/run.json three/run.json || fail "a resumed survey differs"
elif [ $code -ne 0 ]; then
  fail "stopped survey: exit $code: $(cat err)"
fi

# a labelled CSV
{ echo "a,b,c,label"; for i in $(seq 1 60); do echo "$((i * 7 % 13)),$((i * 5 % 11)),$((i * 3 % 17)),$((i % 2 ? 1 : 2))"; done; } >table.csv
"$program" survey table.csv --labels label --quick -o csv >/dev/null || fail "labelled CSV"
grep -q '^label' csv/tables/columns.csv && fail "the labels are no coordinate"

"$program" survey $data --quick --full >/dev/null 2>err; [ $? -eq 2 ] || fail "--quick --full is refused"
[ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
printf 'a,b\n1,2\n' >short.csv
"$program" survey short.csv >/dev/null 2>err; [ $? -eq 3 ] || fail "one row is refused"
[ $failures -eq 0 ] && echo "survey: all passed"
exit $((failures > 0))
