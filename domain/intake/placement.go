package intake

// Outcome says what became of a slice of a delivery.
type Outcome string

// The outcomes.
const (
	// OutcomeAdded is a slice for a key that had none, or one appended beside others on request.
	OutcomeAdded Outcome = "added"
	// OutcomeReplaced is a slice that took the place of earlier ones.
	OutcomeReplaced Outcome = "replaced"
	// OutcomeUnchanged is a slice whose content is there already; nothing was stored.
	OutcomeUnchanged Outcome = "unchanged"
	// OutcomeLate is a slice for a key that a close has frozen: kept beside it for a restatement or
	// the close of a later month, or for the next attempt where this one is given up.
	OutcomeLate Outcome = "late"
	// OutcomeOverruled is a slice from a service for a key that a file speaks for; it was dropped.
	OutcomeOverruled Outcome = "overruled"
)

// Incoming is a slice that is about to be sealed.
type Incoming struct {
	Kind        Kind
	Source      Source
	ContentHash string
	Append      bool
}

// Existing is a sealed slice of the same key that is current or late.
type Existing struct {
	ID          int64
	Source      Source
	ContentHash string
	// Late is set for a slice that waits beside frozen ones.
	Late bool
	// Frozen is set where an attempt that is running, approved or closed lists the slice.
	Frozen bool
	// Covered is set for slices of a merged kind whose every row the incoming slice overrules.
	Covered bool
}

// Placement is the decision about an incoming slice.
type Placement struct {
	Outcome Outcome
	// Supersede lists the slices that stop counting. Their rows stay, since earlier attempts may
	// refer to them.
	Supersede []int64
	// Keep is the slice that holds the same content already, else zero.
	Keep int64
}

// Stores reports whether the incoming slice's own rows are needed.
func (p Placement) Stores() bool { return p.Keep == 0 && p.Outcome != OutcomeOverruled }

// Place decides what becomes of an incoming slice among those of its key, which are given in the
// order in which they came. Content that is there already is never stored twice. Frozen slices are
// never superseded: whatever differs from them is late, and of several late deliveries the last one
// counts, unless they were appended. For merged kinds, only slices of the same source are given.
func Place(incoming Incoming, existing []Existing) Placement {
	switch {
	case incoming.Kind.Merged():
		return placeMerged(incoming.ContentHash, existing)
	case incoming.Source == SourceService && fileSpeaks(existing):
		return Placement{Outcome: OutcomeOverruled}
	case incoming.Append:
		return placeBeside(incoming, existing)
	default:
		return placeInstead(incoming, existing)
	}
}

func fileSpeaks(existing []Existing) bool {
	for _, slice := range existing {
		if slice.Source == SourceFile {
			return true
		}
	}
	return false
}

func placeMerged(hash string, existing []Existing) Placement {
	placement := Placement{Outcome: OutcomeAdded}
	// Only the newest slice may be recognised: an older one with the same content has been
	// overruled by what came after it.
	if newest := len(existing) - 1; newest >= 0 && existing[newest].ContentHash == hash {
		return Placement{Outcome: OutcomeUnchanged, Keep: existing[newest].ID}
	}
	for _, slice := range existing {
		if slice.Covered {
			placement.Outcome = OutcomeReplaced
			placement.Supersede = append(placement.Supersede, slice.ID)
		}
	}
	return placement
}

func placeBeside(incoming Incoming, existing []Existing) Placement {
	placement := Placement{Outcome: OutcomeAdded}
	for _, slice := range existing {
		if slice.ContentHash == incoming.ContentHash {
			return Placement{Outcome: OutcomeUnchanged, Keep: slice.ID}
		}
		if incoming.Kind.Dated() && slice.Frozen {
			placement.Outcome = OutcomeLate
		}
	}
	return placement
}

func placeInstead(incoming Incoming, existing []Existing) Placement {
	if incoming.Kind.Dated() && anyFrozen(existing) {
		return placeLate(incoming.ContentHash, existing)
	}
	placement := Placement{Outcome: OutcomeAdded}
	for _, slice := range existing {
		if placement.Keep == 0 && slice.ContentHash == incoming.ContentHash && !slice.Late {
			placement.Keep = slice.ID
			continue
		}
		placement.Supersede = append(placement.Supersede, slice.ID)
	}
	if len(placement.Supersede) > 0 {
		placement.Outcome = OutcomeReplaced
	}
	if placement.Keep != 0 && len(placement.Supersede) == 0 {
		placement.Outcome = OutcomeUnchanged
	}
	return placement
}

// placeLate leaves the frozen slices alone. A delivery that says the same as they do takes back
// what came late in between.
func placeLate(hash string, existing []Existing) Placement {
	placement := Placement{Outcome: OutcomeLate}
	current := 0
	for _, slice := range existing {
		if !slice.Late {
			current++
		}
	}
	for _, slice := range existing {
		same := slice.ContentHash == hash && placement.Keep == 0
		switch {
		case same && (slice.Late || current == 1):
			placement.Keep = slice.ID
			placement.Outcome = OutcomeUnchanged
		case slice.Late && !slice.Frozen:
			placement.Supersede = append(placement.Supersede, slice.ID)
		}
	}
	if placement.Keep != 0 && len(placement.Supersede) > 0 {
		placement.Outcome = OutcomeReplaced
	}
	return placement
}

func anyFrozen(existing []Existing) bool {
	for _, slice := range existing {
		if slice.Frozen {
			return true
		}
	}
	return false
}
