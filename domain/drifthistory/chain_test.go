package drifthistory_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func chain(entries int) ([]drifthistory.Linked, drifthistory.Head) {
	head := drifthistory.Head{TenantID: "acme"}
	var list []drifthistory.Linked
	for i := range entries {
		var linked drifthistory.Linked
		linked, head = head.Append(drifthistory.Entry{
			TenantID: "acme", ResourceID: fmt.Sprintf("vm-%d", i%3), ResourceType: "vm", Kind: drifthistory.Detected,
			At:       time.Date(2026, time.June, 1, 0, i, 0, 123456789, time.UTC),
			Document: json.RawMessage(fmt.Sprintf(`{"drift_id":"d-%d"}`, i)),
		})
		list = append(list, linked)
	}
	return list, head
}

func each(list []drifthistory.Linked) iter.Seq2[drifthistory.Linked, error] {
	return func(yield func(drifthistory.Linked, error) bool) {
		for _, entry := range list {
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func TestVerify(t *testing.T) {
	whole, head := chain(6)
	t.Run("an untouched chain holds", func(t *testing.T) {
		require.NoError(t, drifthistory.Verify(head, each(whole)))
		require.NoError(t, drifthistory.Verify(drifthistory.Head{TenantID: "acme"}, each(nil)))
	})
	t.Run("times are kept to the microsecond that a database keeps", func(t *testing.T) {
		require.Equal(t, 123456000, whole[0].At.Nanosecond())
	})
	for name, tampered := range map[string]struct {
		change func(list []drifthistory.Linked) []drifthistory.Linked
		names  string
	}{
		"an edited document": {func(list []drifthistory.Linked) []drifthistory.Linked {
			list[2].Document = json.RawMessage(`{"drift_id":"d-x"}`)
			return list
		}, "entry 3 of the drift history of tenant acme, drift_detected of resource vm-2 at 2026-06-01T00:02:00Z, was edited"},
		"an edited subject": {func(list []drifthistory.Linked) []drifthistory.Linked {
			list[4].Subject = "nobody"
			return list
		}, "entry 5"},
		"a dropped entry": {func(list []drifthistory.Linked) []drifthistory.Linked {
			return slices.Delete(list, 2, 3)
		}, "entry 3 of the drift history of tenant acme was dropped"},
		"a dropped end": {func(list []drifthistory.Linked) []drifthistory.Linked { return list[:4] }, "entry 5 was dropped"},
		"two entries with their places exchanged": {func(list []drifthistory.Linked) []drifthistory.Linked {
			list[1], list[2] = list[2], list[1]
			list[1].Index, list[2].Index = 2, 3
			return list
		}, "entry 2"},
		"an entry that another tenant's was put in place of": {func(list []drifthistory.Linked) []drifthistory.Linked {
			list[0].TenantID = "dune"
			return list
		}, "entry 1"},
	} {
		t.Run(name+" is named", func(t *testing.T) {
			err := drifthistory.Verify(head, each(tampered.change(slices.Clone(whole))))
			require.Equal(t, fault.Tampered, fault.CodeOf(err))
			require.ErrorContains(t, err, tampered.names)
		})
	}
	t.Run("a chain that was dropped and made anew no longer has the head", func(t *testing.T) {
		other, _ := chain(5)
		require.Equal(t, fault.Tampered, fault.CodeOf(drifthistory.Verify(head, each(other))))
	})
}

// TestAnyChangeIsFound edits one field of one entry at random.
func TestAnyChangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, head := chain(rapid.IntRange(1, 12).Draw(t, "entries"))
		at := rapid.IntRange(0, len(list)-1).Draw(t, "at")
		entry := &list[at]
		switch rapid.IntRange(0, 6).Draw(t, "field") {
		case 0:
			entry.ResourceID += "x"
		case 1:
			entry.Kind = drifthistory.Resolved
		case 2:
			entry.At = entry.At.Add(time.Microsecond)
		case 3:
			entry.Subject += "x"
		case 4:
			entry.Reference += "x"
		case 5:
			entry.Document = append(slices.Clone(entry.Document), ' ')
		case 6:
			entry.ResourceType += "x"
		}
		if fault.CodeOf(drifthistory.Verify(head, each(list))) != fault.Tampered {
			t.Fatalf("a change of entry %d was not found", at+1)
		}
	})
}
