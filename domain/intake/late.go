package intake

import "slices"

// Content is what slices of one key amount to together: every row of Base, and of each slice Beside it
// those rows that are not there already. Rows are compared by content, and a row that is there twice
// counts twice, so that two equal rows of one delivery are two charges, while a delivery that repeats
// a row of another brings nothing new.
type Content struct {
	Base   []int64
	Beside []int64
}

// LateSlice is a delivery that came for a key after a close had frozen it.
type LateSlice struct {
	ID          int64
	ContentHash string
	// Appended is set for one that was delivered to stand beside what there is.
	Appended bool
}

// Settle returns what a key amounts to once late deliveries act on the slices that are current, in
// the order in which they came: one that was appended stands beside what there is, any other takes
// the place of all of it.
func Settle(current []int64, late []LateSlice) Content {
	content := Content{Base: slices.Clone(current)}
	for _, slice := range late {
		if slice.Appended {
			content.Beside = append(content.Beside, slice.ID)
			continue
		}
		content = Content{Base: []int64{slice.ID}}
	}
	return content
}

// Equal reports whether both consist of the same slices, in any order.
func (c Content) Equal(other Content) bool {
	return sameIDs(c.Base, other.Base) && sameIDs(c.Beside, other.Beside)
}

// Merge returns both contents beside each other: those of keys that share no row.
func (c Content) Merge(other Content) Content {
	return Content{Base: slices.Concat(c.Base, other.Base), Beside: slices.Concat(c.Beside, other.Beside)}
}

// Slices lists all slices.
func (c Content) Slices() []int64 { return slices.Concat(c.Base, c.Beside) }

func sameIDs(a, b []int64) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
