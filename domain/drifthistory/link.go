package drifthistory

import "github.com/omnicloud/omnicloud/domain/fault"

// link is how an entry of a chain hangs on the one before it; content is the hash that what it says gives.
type link struct {
	index                   int64
	previous, hash, content string
}

// follow checks a link against the last entry before it and that one's hash. A Tampered error says what was
// edited, dropped or moved, in the words for the chain and for the entry.
func (l link) follow(last int64, hash, chain string, entry func() string) error {
	switch {
	case l.index > last+1:
		return fault.New(fault.Tampered, "entry %d of %s was dropped; entry %d follows entry %d", last+1, chain, l.index, last)
	case l.index <= last:
		return fault.New(fault.Tampered, "entry %d of %s was moved; it follows entry %d", l.index, chain, last)
	case l.content != l.hash:
		return fault.New(fault.Tampered, "entry %d of %s, %s, was edited: its content does not give its hash", l.index, chain, entry())
	case l.previous != hash:
		return fault.New(fault.Tampered, "entry %d of %s, %s, was moved: it does not follow entry %d", l.index, chain, entry(), last)
	default:
		return nil
	}
}
