package exposure

import (
	"encoding/binary"
	"slices"
)

// audience is who may reach a service.
type audience struct {
	addresses Addresses
	names     []string
}

// network compares network rules, direction by direction and list by list.
func (m *measure) network(before, after Reach) {
	var lists []string
	for _, rule := range slices.Concat(before.rules, after.rules) {
		if !slices.Contains(lists, rule.allowList) {
			lists = append(lists, rule.allowList)
		}
	}
	slices.Sort(lists)
	for _, list := range lists {
		old, fresh := before.of(ingress, list), after.of(ingress, list)
		if list != "" && len(fresh) == 0 {
			fresh = []rule{openRule()}
		}
		if list != "" && len(old) == 0 && fresh[0].openWithout {
			old = []rule{openRule()}
		}
		m.compareRules(ingress, list, old, fresh, before.ordered || after.ordered)
	}
	m.compareRules(egress, "", before.of(egress, ""), after.of(egress, ""), before.ordered || after.ordered)
}

// openRule lets everybody in.
func openRule() rule {
	open := rule{order: unordered, services: []services{everyService}, addresses: everywhere}
	open.signed()
	return open
}

func (r Reach) of(way direction, list string) []rule {
	var rules []rule
	for _, rule := range r.rules {
		if rule.direction == way && rule.allowList == list {
			rules = append(rules, rule)
		}
	}
	return rules
}

// compareRules compares service by service; only those that a changed rule speaks of can differ.
func (m *measure) compareRules(way direction, list string, before, after []rule, ordered bool) {
	gone, fresh := without(before, after), without(after, before)
	changed := servicesOf(slices.Concat(gone, fresh))
	if len(changed) == 0 {
		return
	}
	if ordered {
		// A priority that moved puts every rule in question.
		changed = []services{everyService}
	}
	opened := worldFindings{way: way, list: list, gone: gone, fresh: fresh}
	closed := worldFindings{way: way, list: list, gone: fresh, fresh: gone}
	for _, piece := range elementary(servicesOf(slices.Concat(before, after)), changed) {
		was, is := audienceOf(before, piece), audienceOf(after, piece)
		m.widens = m.widens || !was.covers(is)
		m.narrows = m.narrows || !is.covers(was)
		opened.add(piece, was, is)
		closed.add(piece, is, was)
	}
	m.opened = append(m.opened, opened.findings()...)
	m.closed = append(m.closed, reversed(closed.findings())...)
}

// without returns the rules that another list has no equal of.
func without(rules, others []rule) []rule {
	count := make(map[string]int, len(others))
	for _, rule := range others {
		count[rule.signature]++
	}
	var left []rule
	for _, rule := range rules {
		if signature := rule.signature; count[signature] > 0 {
			count[signature]--
		} else {
			left = append(left, rule)
		}
	}
	return left
}

func servicesOf(rules []rule) []services {
	var all []services
	for _, rule := range rules {
		all = append(all, rule.services...)
	}
	return all
}

// signed gives a rule the text that two rules have in common exactly if they say the same.
func (r *rule) signed() {
	names := r.names
	if len(names) > 1 {
		names = slices.Clone(names)
		slices.Sort(names)
	}
	out := make([]byte, 0, 24+8*len(r.services)+33*len(r.addresses))
	if r.deny {
		out = append(out, '-')
	}
	out = binary.BigEndian.AppendUint64(out, uint64(r.order)) // any bits do, as long as they are the same
	for _, s := range r.services {
		out = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(append(out, 's'), s.from), s.to)
	}
	for _, s := range r.addresses {
		from, to := s.from.As16(), s.to.As16()
		out = append(append(append(out, 'a'), from[:]...), to[:]...)
	}
	for _, name := range names {
		out = append(append(out, 0), name...)
	}
	r.signature = string(out)
}

// audienceOf applies rules in their order to an elementary piece of services: the first that speaks
// of an address decides.
func audienceOf(rules []rule, piece services) audience {
	var result, decided audience
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.services, piece.overlaps) {
			continue
		}
		for _, name := range rule.names {
			if !slices.Contains(decided.names, name) {
				decided.names = append(decided.names, name)
				if !rule.deny {
					result.names = append(result.names, name)
				}
			}
		}
		fresh := rule.addresses
		if len(decided.addresses) > 0 {
			fresh = fresh.Minus(decided.addresses)
		}
		decided.addresses = decided.addresses.Union(fresh)
		if !rule.deny {
			result.addresses = result.addresses.Union(fresh)
		}
	}
	return result
}

// covers reports whether everyone of another audience belongs to this one. The members of a named
// group have addresses of their own, so the world of IPv4 covers them.
func (a audience) covers(other audience) bool {
	if !a.addresses.Contains(other.addresses) {
		return false
	}
	if ipv4, _ := a.addresses.World(); ipv4 {
		return true
	}
	for _, name := range other.names {
		if !slices.Contains(a.names, name) {
			return false
		}
	}
	return true
}
