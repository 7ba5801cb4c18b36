#!/bin/sh
# One stand-in for every outside command: it notes the call, then answers as
# the scenario says.  The scenario's answer is a piece of shell, found under
# the command's own name; without one the command succeeds silently.
name="${0##*/}"
echo "${name}${*:+ $*}" >>"${CASE}/calls"

# for answers: the real command of this name
# shellcheck disable=SC2317
real() {
	PATH="$REAL_PATH" command "$name" "$@"
}

# for answers: note what came on standard input
# shellcheck disable=SC2317
record_stdin() {
	sed -e "s/^/${name} < /" >>"${CASE}/calls"
}

if [ -f "${CASE}/answers/${name}" ]; then
	# shellcheck source=/dev/null
	. "${CASE}/answers/${name}"
fi
exit 0
