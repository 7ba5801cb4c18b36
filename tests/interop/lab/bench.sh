# Measurements: a name, then one number for each run.
# shellcheck shell=bash

# Three clients, all on one node (1) or one on each node (3).  Progress output
# stays on: its timer keeps the test's event loop from waiting for ever.
b_open1() { bench_torture unc1 raw.bench-open; }
b_open3() { bench_torture unc3 raw.bench-open; }
b_lock3() { bench_torture unc3 raw.bench-lock; }
bench_torture() {
	TLIMIT=$((SECS + 30)) torture --unclist="$BASE/client/$1" "$2" \
		--option=torture:nprocs=3 --option=torture:timelimit="$SECS" |
		tr '\r' '\n' | sed -nE 's/^\[[0-9]+\] ([0-9]+) ops.*/\1/p' |
		awk -v t="$SECS" '{ n += $1 } END { printf "%.1f operations/second\n", n / t }'
}
b_pingpong1() { echo "$(smbx pingpong "$SECS" "$(ip_of 0)" "$(ip_of 0)") opens/second"; }
b_pingpong3() { echo "$(smbx pingpong "$SECS" "$(ip_of 0)" "$(ip_of 1)" "$(ip_of 2)") opens/second"; }
b_registry()  {   # 10 transactions, each its own process
	local t
	on 0 net registry createkey 'HKLM\Software\SmbBench' >/dev/null
	t=$(now)
	# shellcheck disable=SC2016
	on 0 bash -c 'for i in 1 2 3 4 5 6 7 8 9 10; do
		net registry setvalue "HKLM\Software\SmbBench" v sz $i >/dev/null; done'
	awk -v s="$(since "$t")" 'BEGIN { printf "%.2f transactions/second\n", 10 / s }'
}

BENCHES="open1 open3 lock3 pingpong1 pingpong3 registry"

do_bench() {
	local b i v unit pat=${1:-.} all
	for b in $BENCHES; do
		[[ $b =~ $pat ]] || continue
		all=
		for ((i = 0; i < RUNS; i++)); do
			v=$("b_$b" 2>>"$LOG")
			all="$all ${v%% *}"
			unit=${v#* }
		done
		# shellcheck disable=SC2086
		say "BENCH $b: median $(printf '%s\n' $all | sort -n |
			awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }') $unit (runs:$all)"
	done
}
