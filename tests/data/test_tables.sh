#!/usr/bin/env bash
# Tables with missing values and texts through the commands: counts, names, JSON, survey.   usage: test_tables.sh PROGRAM
set -u
program=$(realpath "$1")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# expect CODE PATTERN ARGS...: exit code, and the pattern somewhere in the output (one line on stderr when refused)
expect() {
  local code=$1 pattern=$2; shift 2
  "$program" "$@" >out 2>&1 </dev/null; local got=$?
  [ $got -eq "$code" ] || fail "spinodal $*: exit $got, expected $code: $(cat out)"
  [ "$code" -eq 0 ] || [ "$(wc -l <out)" -eq 1 ] || fail "spinodal $*: not one line: $(cat out)"
  grep -q -e "$pattern" out || fail "spinodal $*: no \"$pattern\" in: $(head -c 2000 out)"
}

# Like the tables of a census: numbers, texts, "?" for what is missing, blanks behind the commas.
# Of 1500 rows 150 have no job (i = 3 mod 10), 60 no hours (i = 3 mod 25), 30 neither (i = 3 mod 50): 180 are incomplete.
awk 'BEGIN { srand(3); split("Clerk,Tech,Sales,Exec", job, ","); split("Male,Female", sex, ",")
  print "age,job,hours,sex,income"
  for (i = 0; i < 1500; i++) {
    a = int(17 + 60 * rand()); j = 1 + int(4 * rand()); h = int(20 + 40 * rand()); s = 1 + int(2 * rand())
    rich = (j == 4 || j == 2) && a > 35
    if (rand() < 0.05) rich = !rich
    print a ", " (i % 10 == 3 ? "?" : job[j]) ", " (i % 25 == 3 ? "" : h) ", " sex[s] ", " (rich ? ">50K" : "<=50K") } }' >census.csv

# --columns keeps some: the others may hold texts or miss values, the count names a column that is kept
expect 0 '"d":2,' data info census.csv --labels income --columns age,hours --json
expect 0 '60 of 1500 rows have a missing value and are left out (60 in column hours)' data info census.csv --labels income --columns 1,hours
expect 0 '^job=Clerk ' data info census.csv --labels income --columns job=Clerk,age --onehot job
expect 0 '"d":2,' data info census.csv --labels income --columns job=Clerk,age --onehot job --json
expect 0 '"d":5,' data info census.csv --labels income --columns job,age --onehot job --json
expect 0 'scale columns' kde fit census.csv --labels income --columns age,hours --scale columns --limit 300
awk -F, 'NR == 1 { print "id," $0 } NR > 1 { print "u" NR "," $0 }' census.csv >named.csv
expect 0 '"d":5,' data info named.csv --labels income --columns job=Clerk,sex,age,hours --onehot all --json
expect 0 '^job=Clerk ' select xi named.csv --y income --x job,age --onehot all
expect 3 'too many for --onehot' data info named.csv --labels income --onehot all
expect 2 'no column "height"' kde fit census.csv --labels income --columns height
expect 2 'name it (/dev/stdout' data convert census.csv - --format csv --onehot all
expect 2 'give one' select xi census.csv --y income --labels income
expect 3 'line 2, column 2 (job): ".*" is not a number; .*--factorize job .*--onehot job' data info census.csv --labels income
expect 3 'is not a number; .*--factorize job' survey census.csv --labels income --quick
expect 3 'line 5, column 2 (job): missing value "?"' data info census.csv --labels income --factorize all --na error
expect 2 "na is one of drop|error" data info census.csv --na keep
expect 2 "no column \"jobs\"" data info census.csv --factorize jobs
expect 0 "180 of 1500 rows have a missing value and are left out (150 in column job)" data info census.csv --labels income --onehot all
grep -q "^job  *Clerk" out || fail "no levels: $(cat out)"
expect 0 '"d":8,.*"dropped":180,' data info census.csv --labels income --onehot all --json
expect 0 '"missing":\[0,150,150,150,150,60,0,0\]' data info census.csv --labels income --onehot all --json
expect 0 '"warnings":\["census.csv: 180 of 1500 rows' data info census.csv --labels income --onehot all --json
expect 0 "n = 100," data info census.csv --labels income --factorize all --limit 100

# Only the columns used count.
expect 0 "n = 1500," select xi census.csv --labels income --x age
expect 0 "n = 1440," select xi census.csv --labels income --x age,hours
expect 0 "n = 1350," select xi census.csv --labels income --x 'job=Exec,age' --onehot job
expect 0 "n = 1350," select codec census.csv --labels income --x age --given job --onehot all --permutations 9
expect 0 "^q  *1 " select codec census.csv --labels income --x age --given job --onehot all --permutations 9
expect 0 "^p  *4 " select codec census.csv --labels income --x age --given job --onehot all --permutations 9
expect 0 "n = 1350," select codec census.csv --labels income --x 'job=.*' --onehot all --permutations 9
expect 0 "^columns  *\(job,age\|age,job\)" select foci census.csv --labels income --factorize all
expect 0 "^best  *sex=Male" select xi census.csv --labels sex=Female --x sex,age --onehot sex --permutations 9
expect 3 "sex has one value only" select diffoci census.csv --labels income --x age --group sex --use conditional --factorize sex --limit 1 --steps 1
expect 0 "n = 1350," select diffoci census.csv --labels income --x age --group job --use conditional --factorize job --steps 2

# The same rows written out complete give the same data.
"$program" data convert census.csv whole.csv --labels income --onehot all >/dev/null 2>&1 || fail "convert"
hash() { "$program" data info "$@" --json 2>/dev/null | grep -o '"hash":"[0-9a-f]*"'; }
[ "$(hash census.csv --labels income --onehot all)" = "$(hash whole.csv)" ] || fail "hash of the data written"
head -1 whole.csv | grep -q '^age,job=.*,hours,sex=.*,label$' || fail "names: $(head -1 whole.csv)"

expect 0 "180 of 1500 rows have a missing value" survey census.csv --labels income --onehot all --quick
grep -q "Columns of texts, with how many: job (4), sex (2)" out || fail "survey: no texts"
grep -q -e "select foci census.csv --labels income --onehot all" out || fail "survey: command to paste without --onehot"
expect 0 "mean nothing (--onehot)" survey census.csv --labels income --factorize all --quick
expect 0 "n = 1320" features data census.csv --labels income --onehot all --limit 1400
expect 0 "n = 1320" kde fit census.csv --labels income --onehot all

# Damaged ones.
printf 'a,b\r\n"x ""1""",2\r\n"y, z"\r\n' >ragged.csv
expect 3 "line 3 has 1 fields" data info ragged.csv --factorize all
printf 'a,b,c\n1,,3\n2,,4\n' >hollow.csv
expect 3 "no row is complete: 2 of 2 have no value in column b" data info hollow.csv
printf 'a,a,c\n1,2,3\n2,5,4\n3,1,9\n' >twice.csv
expect 2 'both called "a"' select xi twice.csv --labels c --x a
expect 2 '2 columns are called "a"' select xi twice.csv --labels a
awk 'BEGIN { print "id,v"; for (i = 0; i < 1200; i++) print "r" i "," i }' >names.csv
expect 3 "more than 1000 different texts" data info names.csv --onehot all
expect 0 "another text in every row" data info names.csv --factorize all

[ $failures -eq 0 ] && echo "all right"
exit $((failures > 0))
