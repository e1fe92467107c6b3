# The eight families of the workload for regorus (Rego), each knowledge table a document from item to what is allowed.
package workload

import rego.v1

broken contains ["age", n] if {
	some n, line in input.lines
	limits := data.age[line.item]
	not within(limits)
}

within(limits) if {
	input.patient.age >= limits[0]
	input.patient.age <= limits[1]
}

broken contains ["sex", n] if {
	some n, line in input.lines
	data.sex[line.item] != input.patient.sex
}

broken contains ["diagnosis", n] if {
	some n, line in input.lines
	prefixes := data.diagnosis[line.item]
	not indicated(prefixes)
}

indicated(prefixes) if {
	some code in input.dx
	some prefix in prefixes
	startswith(code, prefix)
}

broken contains ["level", n] if {
	some n, line in input.lines
	data.level[line.item] > input.level
}

broken contains ["supply", n] if {
	some n, line in input.lines
	line.supply > data.supply[line.item]
}

broken contains ["quantity", n] if {
	some n, line in input.lines
	most := data.quantity[line.item]
	sum([other.qty | some other in input.lines; other.item == line.item; other.day == line.day]) > most
}

broken contains ["group", n] if {
	some n, line in input.lines
	group := data.group[line.item]
	some m, earlier in input.lines
	m < n
	earlier.item != line.item
	data.group[earlier.item] == group
}

broken contains ["pair", n, m] if {
	some n, line in input.lines
	partners := data.pair[line.item]
	some m, other in input.lines
	m > n
	other.day == line.day
	partners[other.item]
}
