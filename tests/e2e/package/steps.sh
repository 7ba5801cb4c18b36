# shellcheck shell=bash disable=SC2034
# steps.sh, to be sourced: says PASS or FAIL of each step, and remembers in $failed if one did.

failed=0

step() {   # step NAME COMMAND...
	local name=$1 said
	shift
	if said=$("$@" </dev/null 2>&1); then
		echo "PASS $name"
	else
		echo "FAIL $name: $*"
		tail -n 5 <<<"$said" | sed 's/^/     | /'
		failed=1
	fi
}
