package exposure

import (
	"maps"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
)

// policies compares rights: one is new where no right of the other side covers it.
func (m *measure) policies(before, after Reach) {
	opened, closed := map[string]*Finding{}, map[string]*Finding{}
	for _, fresh := range uncovered(after.rights, before.rights) {
		m.widens = m.widens || !fresh.deny
		m.narrows = m.narrows || fresh.deny
	}
	for _, gone := range uncovered(before.rights, after.rights) {
		m.narrows = m.narrows || !gone.deny
		m.widens = m.widens || gone.deny
	}
	publish(opened, uncovered(worldly(after.rights), worldly(before.rights)))
	publish(closed, uncovered(worldly(before.rights), worldly(after.rights)))
	m.opened = append(m.opened, inOrder(opened)...)
	m.closed = append(m.closed, reversed(inOrder(closed))...)
}

// uncovered returns the rights that no right of another list includes.
func uncovered(rights, others []right) []right {
	exact := make(map[right]bool, len(others))
	for _, other := range others {
		other.place = nil
		exact[other] = true
	}
	var left []right
	for _, candidate := range rights {
		bare := candidate
		bare.place = nil
		if !exact[bare] && !slices.ContainsFunc(others, candidate.within) {
			left = append(left, candidate)
		}
	}
	return left
}

// within reports whether another right includes this one.
func (r right) within(other right) bool {
	return r.deny == other.deny && (other.principal == r.principal || other.principal == anybody) &&
		(other.condition == "" || other.condition == r.condition) && (other.world || !r.world) &&
		matches(other.action, r.action) && matches(other.resource, r.resource)
}

// matches reports whether a pattern with * and ? includes everything that another pattern does. A *
// of the other is only included by a * of this one.
func matches(pattern, other string) bool {
	if pattern == other || pattern == anybody {
		return true
	}
	star, retry := -1, 0
	p, o := 0, 0
	for o < len(other) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, o
			p++
		case p < len(pattern) && other[o] != '*' && (pattern[p] == other[o] || pattern[p] == '?'):
			p++
			o++
		case star >= 0:
			retry++
			p, o = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func worldly(rights []right) []right {
	var world []right
	for _, right := range rights {
		if right.world {
			world = append(world, right)
		}
	}
	return world
}

// publish words rights of everybody, those of one statement with the same resource together.
func publish(findings map[string]*Finding, rights []right) {
	for _, right := range rights {
		what := right.action + " on " + right.resource
		if right.resource == anybody {
			what = right.action
		}
		what += " for " + everybody(right.principal)
		finding := findings[what]
		if finding == nil {
			finding = &Finding{What: what}
			findings[what] = finding
		}
		finding.After = append(finding.After, right.place.path())
	}
}

func everybody(principal string) string {
	if words, known := publicGroups[principal]; known {
		return words
	}
	if principal == anybody {
		return "everybody"
	}
	return principal
}

func inOrder(findings map[string]*Finding) []Finding {
	var list []Finding
	for _, what := range slices.Sorted(maps.Keys(findings)) {
		list = append(list, *findings[what])
	}
	return list
}

// switches compares levels: those of one name, which may lie in several elements of a list, from the
// most exposed down.
func (m *measure) switches(before, after Reach) {
	labels := map[string]bool{}
	for label := range before.levels {
		labels[label] = true
	}
	for label := range after.levels {
		labels[label] = true
	}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		m.compareLevels(label, before.levels[label], after.levels[label])
	}
}

func (m *measure) compareLevels(label string, before, after []level) {
	before, after = descending(before), descending(after)
	absent := level{ranked: true, rank: absentRank(label)}
	for i := range max(len(before), len(after)) {
		old, fresh := absent, absent
		if i < len(before) {
			old = before[i]
		}
		if i < len(after) {
			fresh = after[i]
		}
		if !old.ranked || !fresh.ranked {
			m.widens = m.widens || old.text != fresh.text
			m.narrows = m.narrows || old.text != fresh.text
			continue
		}
		m.widens = m.widens || fresh.rank > old.rank
		m.narrows = m.narrows || fresh.rank < old.rank
		if fresh.world && !old.world {
			m.opened = append(m.opened, switched(label, old, fresh))
		}
		if old.world && !fresh.world {
			m.closed = append(m.closed, switched(label, old, fresh))
		}
	}
}

func switched(label string, old, fresh level) Finding {
	finding := Finding{What: label + " is open to everybody"}
	if old.place != nil {
		finding.Before = []configpath.Path{old.place.path()}
	}
	if fresh.place != nil {
		finding.After = []configpath.Path{fresh.place.path()}
	}
	return finding
}

// absentRank is the rank of a switch that is not there.
func absentRank(label string) int { return scales[name(lastName(label))].absent }

func descending(levels []level) []level {
	sorted := slices.Clone(levels)
	slices.SortStableFunc(sorted, func(a, b level) int {
		if a.rank != b.rank {
			return b.rank - a.rank
		}
		return strings.Compare(a.text, b.text)
	})
	return sorted
}
