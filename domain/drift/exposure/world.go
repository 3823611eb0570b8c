package exposure

import "slices"

// worldFindings collects the services that one side shows to the world and the other does not.
type worldFindings struct {
	// way and list tell which rules are compared; gone and fresh are those that only one side has.
	way         direction
	list        string
	gone, fresh []rule
	// found is in ascending order of services; neighbours with the same audience are joined.
	found []worldRange
}

type worldRange struct {
	services   services
	ipv4, ipv6 bool
	addresses  string
}

func (w *worldFindings) add(piece services, old, fresh audience) {
	if w.way == egress {
		return
	}
	freshIPv4, freshIPv6 := fresh.addresses.World()
	oldIPv4, oldIPv6 := old.addresses.World()
	next := worldRange{services: piece, ipv4: freshIPv4 && !oldIPv4, ipv6: freshIPv6 && !oldIPv6}
	if !next.ipv4 && !next.ipv6 {
		return
	}
	next.addresses = next.audience(fresh.addresses).String()
	if last := len(w.found) - 1; last >= 0 && w.found[last].continues(next) {
		w.found[last].services.to = piece.to
		return
	}
	w.found = append(w.found, next)
}

// continues reports whether two neighbours can be told of as one.
func (r worldRange) continues(next worldRange) bool {
	return r.services.to+1 == next.services.from && r.ipv4 == next.ipv4 && r.ipv6 == next.ipv6 && r.addresses == next.addresses
}

// audience is the part of the addresses that is of the families in question.
func (r worldRange) audience(addresses Addresses) Addresses {
	var families Addresses
	if r.ipv4 {
		families = append(families, allIPv4)
	}
	if r.ipv6 {
		families = append(families, allIPv6)
	}
	return addresses.Intersect(families)
}

func (w *worldFindings) findings() []Finding {
	var findings []Finding
	for _, found := range w.found {
		finding := Finding{What: found.services.String() + " from " + found.addresses}
		for _, rule := range w.fresh {
			if !rule.deny && found.touches(rule) {
				finding.After = append(finding.After, rule.place.path())
			}
		}
		for _, rule := range w.gone {
			if slices.ContainsFunc(rule.services, found.services.overlaps) {
				finding.Before = append(finding.Before, rule.place.path())
			}
		}
		if w.list != "" {
			finding.What = w.list + " from " + found.addresses
		}
		findings = append(findings, finding)
	}
	return findings
}

// touches reports whether a rule takes part in what was found.
func (r worldRange) touches(rule rule) bool {
	return slices.ContainsFunc(rule.services, r.services.overlaps) && len(r.audience(rule.addresses)) > 0
}

// reversed swaps the sides of findings that were made backwards.
func reversed(findings []Finding) []Finding {
	for i := range findings {
		findings[i].Before, findings[i].After = findings[i].After, findings[i].Before
	}
	return findings
}
