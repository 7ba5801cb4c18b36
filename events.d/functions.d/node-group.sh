# Groups of nodes with a leader, NAT gateway and LVS: a file of lines
# ADDRESS [follower-only], and the state of those nodes.  Sourced by the helpers
# ctdb_natgw and ctdb_lvs only, which set group_file.
# shellcheck shell=sh

# group_check PROGRAM WHAT: read the file; end with a message if it is no good
group_check() {
	# shellcheck disable=SC2154 # set by the helper
	[ -r "$group_file" ] || die "${1}: ${2} nodes file \"${group_file}\" not found"
	# Addresses in the spelling that the daemon has for them.
	group_list=$("${CTDB_HELPER_BINDIR}/ctdb-config" list group "$group_file" 2>/dev/null) ||
		group_list=$(tr -d '\r' <"$group_file" |
			awk 'NF > 0 && $1 !~ /^#/ { $1 = $1; print }')

	_group_bad=$(group_members |
		awk 'NF > 1 && $2 != "follower-only" { sub(/^[^ ]+ /, ""); print; exit }')
	[ -z "$_group_bad" ] ||
		die "${1}: Invalid options \"${_group_bad}\" in  \"${group_file}\""
}

# group_members: print the lines of the file, without comments
group_members() {
	printf '%s\n' "$group_list"
}

# group_nodes_status: set group_status to the table of all nodes; 1 if the daemon
# does not tell.  The exit status of nodestatus is of no use: it is the nodes'
# flags.
group_nodes_status() {
	group_status=$("$CTDB" -X nodestatus all)
	case "$group_status" in
	"|Node|"*) return 0 ;;
	esac
	return 1
}

# group_select members|leaders "UNWANTED STATE...": print "PNN ADDRESS" of those
# nodes of the group, in order of their number, that are in no unwanted state.
# "leaders" leaves out those that can only follow.  States are the headings of
# the table, which may have more columns in a later release.
group_select() {
	printf '%s\n' "$group_status" | awk -F '|' -v who="$1" -v unwanted="$2" \
		-v members="$(group_members | tr '\n' ';')" '
		BEGIN {
			n = split(members, line, ";")
			for (i = 1; i <= n; i++) {
				words = split(line[i], word, " ")
				if (words > 0 && (who != "leaders" || words == 1)) wanted[word[1]] = 1
			}
			states = split(unwanted, state, " ")
		}
		NR == 1 {
			for (i = 1; i <= NF; i++) column[tolower($i)] = i
			next
		}
		$3 in wanted {
			for (i = 1; i <= states; i++) if ($column[state[i]] == "1") next
			print $2, $3
		}'
}

# group_print_status: print the rows of "ctdb nodestatus all" of the group
group_print_status() {
	_group_rows=$("$CTDB" nodestatus all)
	[ -n "$_group_rows" ] || return 1
	printf '%s\n' "$_group_rows" | awk -v members="$(group_members | tr '\n' ';')" '
		BEGIN {
			n = split(members, line, ";")
			for (i = 1; i <= n; i++) {
				split(line[i], word, " ")
				if (word[1] != "") wanted[word[1]] = 1
			}
		}
		/^pnn:/ && $2 in wanted'
}
