package intake_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/intake"
)

func TestPlace(t *testing.T) {
	current := func(id int64, hash string) intake.Existing {
		return intake.Existing{ID: id, Source: intake.SourceFile, ContentHash: hash}
	}
	frozen := func(id int64, hash string) intake.Existing {
		return intake.Existing{ID: id, Source: intake.SourceFile, ContentHash: hash, Frozen: true}
	}
	late := func(id int64, hash string) intake.Existing {
		return intake.Existing{ID: id, Source: intake.SourceFile, ContentHash: hash, Late: true}
	}
	file := intake.Incoming{Kind: intake.KindCharges, Source: intake.SourceFile, ContentHash: "new"}
	with := func(change func(*intake.Incoming)) intake.Incoming {
		incoming := file
		change(&incoming)
		return incoming
	}
	beside := with(func(i *intake.Incoming) { i.Append = true })
	cases := map[string]struct {
		incoming intake.Incoming
		existing []intake.Existing
		want     intake.Placement
	}{
		"the first slice of a key is added": {file, nil, intake.Placement{Outcome: intake.OutcomeAdded}},
		"the same content is kept": {
			file,
			[]intake.Existing{current(1, "new")},
			intake.Placement{Outcome: intake.OutcomeUnchanged, Keep: 1},
		},
		"other content replaces all that is there": {
			file,
			[]intake.Existing{current(1, "a"), current(2, "b")},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{1, 2}},
		},
		"the same content alone ends what was appended to it": {
			file,
			[]intake.Existing{current(1, "new"), current(2, "b")},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{2}, Keep: 1},
		},
		"what is appended replaces nothing": {
			beside,
			[]intake.Existing{current(1, "a")},
			intake.Placement{Outcome: intake.OutcomeAdded},
		},
		"what is appended twice is there once": {
			beside,
			[]intake.Existing{current(1, "a"), current(2, "new")},
			intake.Placement{Outcome: intake.OutcomeUnchanged, Keep: 2},
		},
		"other content than what is frozen is late": {
			file,
			[]intake.Existing{frozen(1, "a")},
			intake.Placement{Outcome: intake.OutcomeLate},
		},
		"the frozen content again changes nothing": {
			file,
			[]intake.Existing{frozen(1, "new")},
			intake.Placement{Outcome: intake.OutcomeUnchanged, Keep: 1},
		},
		"a later late delivery takes the place of the earlier one": {
			file,
			[]intake.Existing{frozen(1, "a"), late(2, "b")},
			intake.Placement{Outcome: intake.OutcomeLate, Supersede: []int64{2}},
		},
		"the same late delivery again changes nothing": {
			file,
			[]intake.Existing{frozen(1, "a"), late(2, "new")},
			intake.Placement{Outcome: intake.OutcomeUnchanged, Keep: 2},
		},
		"the frozen content takes back what came late": {
			file,
			[]intake.Existing{frozen(1, "new"), late(2, "b")},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{2}, Keep: 1},
		},
		"one of several frozen slices is not the same as all of them": {
			file,
			[]intake.Existing{frozen(1, "new"), frozen(2, "b")},
			intake.Placement{Outcome: intake.OutcomeLate},
		},
		"what is appended to frozen slices is late": {
			beside,
			[]intake.Existing{frozen(1, "a")},
			intake.Placement{Outcome: intake.OutcomeLate},
		},
		"what waited as late gives way once nothing is frozen": {
			file,
			[]intake.Existing{current(1, "a"), late(2, "b")},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{1, 2}},
		},
		"a service does not overrule a file": {
			with(func(i *intake.Incoming) { i.Source = intake.SourceService }),
			[]intake.Existing{current(1, "a")},
			intake.Placement{Outcome: intake.OutcomeOverruled},
		},
		"owners are never late": {
			with(func(i *intake.Incoming) { i.Kind, i.Source = intake.KindOwnership, intake.SourceService }),
			[]intake.Existing{{ID: 1, Source: intake.SourceService, ContentHash: "a", Frozen: true}},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{1}},
		},
		"tenants complete each other": {
			with(func(i *intake.Incoming) { i.Kind = intake.KindTenants }),
			[]intake.Existing{frozen(1, "a"), {ID: 2, ContentHash: "b", Covered: true}},
			intake.Placement{Outcome: intake.OutcomeReplaced, Supersede: []int64{2}},
		},
		"an older list of tenants counts again": {
			with(func(i *intake.Incoming) { i.Kind = intake.KindTenants }),
			[]intake.Existing{current(1, "new"), current(2, "b")},
			intake.Placement{Outcome: intake.OutcomeAdded},
		},
		"the newest list of tenants again changes nothing": {
			with(func(i *intake.Incoming) { i.Kind = intake.KindTenants }),
			[]intake.Existing{current(1, "b"), current(2, "new")},
			intake.Placement{Outcome: intake.OutcomeUnchanged, Keep: 2},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, intake.Place(c.incoming, c.existing)) })
	}
}

func TestPlaceNeverTouchesWhatIsFrozen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hash := rapid.SampledFrom([]string{"a", "b", "c"})
		var existing []intake.Existing
		for id := range rapid.Int64Range(0, 5).Draw(t, "slices") {
			existing = append(existing, intake.Existing{
				ID: id + 1, ContentHash: hash.Draw(t, "hash"), Source: intake.SourceFile,
				Frozen: rapid.Bool().Draw(t, "frozen"), Late: rapid.Bool().Draw(t, "late"),
			})
		}
		incoming := intake.Incoming{
			Kind:   rapid.SampledFrom([]intake.Kind{intake.KindCharges, intake.KindInvoices, intake.KindUsage}).Draw(t, "kind"),
			Source: intake.SourceFile, ContentHash: hash.Draw(t, "incoming"), Append: rapid.Bool().Draw(t, "append"),
		}
		placement := intake.Place(incoming, existing)
		for _, slice := range existing {
			if slice.Frozen {
				assert.NotContains(t, placement.Supersede, slice.ID, "a frozen slice was superseded")
			}
			if slice.ID == placement.Keep {
				assert.Equal(t, incoming.ContentHash, slice.ContentHash, "another content was taken for the same")
			}
		}
		assert.NotContains(t, placement.Supersede, placement.Keep)
		// The same delivery again, once this one is carried out, stores nothing.
		after := carryOut(existing, incoming, placement)
		assert.False(t, intake.Place(incoming, after).Stores(), "delivered twice: stored twice")
	})
}

// carryOut returns the slices as a placement leaves them.
func carryOut(existing []intake.Existing, incoming intake.Incoming, placement intake.Placement) []intake.Existing {
	var after []intake.Existing
	for _, slice := range existing {
		if !slices.Contains(placement.Supersede, slice.ID) {
			after = append(after, slice)
		}
	}
	if placement.Stores() {
		after = append(after, intake.Existing{
			ID: 100, ContentHash: incoming.ContentHash, Source: incoming.Source, Late: placement.Outcome == intake.OutcomeLate,
		})
	}
	return after
}
