#!/usr/bin/env bash
# The group `diffusion` as a user meets it.   usage: test_diffusion.sh PROGRAM
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
  [ "$(wc -l <err)" -eq 1 ] || fail "spinodal $*: not one line: $(cat err)"
  grep -q -e "$pattern" err || fail "spinodal $*: no \"$pattern\" in: $(cat err)"
}
printf '0,0\n1,0\n0,2\n' >tiny.csv
printf '1,1\n1,1\n1,1\n' >equal.csv
printf '1,2\n' >one.csv
expect 2 "either DATA, or --spectrum" diffusion times
expect 2 "either DATA, or --spectrum" diffusion curves tiny.csv --spectrum 1,2 --n 10
expect 2 "needs --n >= 2" diffusion times --spectrum 1,2
expect 2 "t must be > 0" diffusion curves tiny.csv --t 0
expect 2 "t must be > 0" diffusion posterior tiny.csv --at 0,0 --t 0
expect 2 "multiple of 2 coordinates" diffusion posterior tiny.csv --at 0,0,0
expect 2 "beta must be in" diffusion curves tiny.csv --schedule linear:0:1:10
expect 3 "" diffusion times equal.csv --scale none
expect 3 "" diffusion times one.csv --scale none
expect 3 "" diffusion times absent.csv
expect 2 "dt <= data_var" diffusion clone --data-var 0 --t 1
expect 2 "not for DATA" diffusion clone tiny.csv --exact
expect 2 "class-fraction 1" diffusion exact --simulate 2 --class-fraction 0.5
expect 2 "must end in" diffusion sample tiny.csv --samples 2 --frames frames.txt
expect 2 "samples must be >= 1" diffusion sample tiny.csv --samples 0

"$program" diffusion posterior tiny.csv --at 0.5,0.5 --t 0.5 --scale none --no-center --json >out || fail "posterior"
grep -q '"log_density": *\[ *-1.767101537' out || fail "the log density of spec 07, 7.4: $(cat out)"
"$program" diffusion sample tiny.csv --scale none --samples 40 --frames frames.npy >/dev/null || fail "sample"
"$program" data info frames.npy --scale none 2>/dev/null | grep -q '480' || fail "frames: 40 trajectories of 12"

# an interrupted run goes on to the same files
sample=(diffusion sample gen:gaussian,d=20,n=1000 --samples 192 --steps 100)
"$program" "${sample[@]}" -o whole >/dev/null || fail "sample -o"
timeout -s INT 0.2 "$program" "${sample[@]}" -o broken >/dev/null 2>err; code=$?
[ $code -eq 124 ] || [ $code -eq 4 ] || [ $code -eq 0 ] || fail "interrupt: exit $code: $(cat err)"
if [ ! -f broken/run.json ]; then
  "$program" --resume broken >/dev/null 2>err || fail "resume: $(cat err)"
fi
cmp whole/tables/trajectories.csv broken/tables/trajectories.csv || fail "a resumed run differs"
"$program" "${sample[@]}" --threads 1 -o single >/dev/null
cmp whole/tables/trajectories.csv single/tables/trajectories.csv || fail "one thread differs"
[ $failures -eq 0 ] && echo "diffusion: all passed"
exit $((failures > 0))
