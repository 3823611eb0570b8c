package postgres

import (
	"cmp"
	"slices"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// foundSlice is a slice of an account as it stands now.
type foundSlice struct {
	intake.LateSlice
	Status string
}

// standing gathers the slices of one key, oldest first, to tell what the key amounts to.
type standing struct {
	// include names deliveries by content hash; empty means all.
	include []string
	// booked is what the key's account was brought up to before.
	booked intake.Content

	current, base, wanted []int64
	// late waits or is booked, replaced is booked and no longer stands.
	late, replaced []intake.LateSlice
	// renewed tells whether one of the deliveries is to be taken that is not booked: a late one, and
	// where first is set also one that came where there was nothing.
	renewed, first bool
}

// add takes one more slice in. Where deliveries are named, what is booked stays whether or not it is
// named: a restatement adds to the revisions before it, and takes nothing of them back.
func (s *standing) add(slice foundSlice) {
	inBase, beside := slices.Contains(s.booked.Base, slice.ID), slices.Contains(s.booked.Beside, slice.ID)
	named := len(s.include) == 0 || slices.Contains(s.include, slice.ContentHash)
	if inBase {
		s.base = append(s.base, slice.ID)
	}
	switch {
	case slice.Status == "current":
		s.current = append(s.current, slice.ID)
		if named && !inBase && !beside {
			s.wanted = append(s.wanted, slice.ID)
			s.renewed = s.renewed || s.first
		}
	case slice.Status != "late":
		if beside {
			s.replaced = append(s.replaced, slice.LateSlice)
		}
	case named || beside:
		s.late = append(s.late, slice.LateSlice)
		s.renewed = s.renewed || !inBase && !beside
	}
}

// settle returns what the key amounts to: what stands now, or where deliveries are named what is
// booked and they.
func (s *standing) settle() intake.Content {
	switch {
	case len(s.include) == 0:
		return intake.Settle(s.current, s.late)
	case len(s.base) == 0:
		return intake.Settle(s.wanted, s.late)
	case len(s.wanted) > 0:
		// A frozen export that was delivered again: it stands as it did when it was frozen.
		return intake.Settle(s.current, s.late)
	}
	late := slices.Concat(s.replaced, s.late)
	slices.SortFunc(late, func(a, b intake.LateSlice) int { return cmp.Compare(a.ID, b.ID) })
	return intake.Settle(s.base, late)
}
