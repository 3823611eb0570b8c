package drifthistory

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// registerOf notes heads one after the other.
func registerOf(heads ...Head) []Noted {
	var list []Noted
	previous := ""
	for i, head := range heads {
		noted := Noted{Head: head, Index: int64(i + 1), At: time.Date(2026, time.June, 1, 0, i, 0, 1000, time.UTC), PreviousHash: previous}
		noted.Hash = noted.hash()
		previous = noted.Hash
		list = append(list, noted)
	}
	return list
}

func noted(list []Noted) iter.Seq2[Noted, error] {
	return func(yield func(Noted, error) bool) {
		for _, entry := range list {
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func TestVerifyRegister(t *testing.T) {
	whole := registerOf(Head{"acme", 2, "a2"}, Head{"dune", 1, "d1"}, Head{"acme", 5, "a5"})
	register, err := VerifyRegister(noted(whole))
	require.NoError(t, err)
	require.Equal(t, Register{Heads: map[string]Head{"acme": {"acme", 5, "a5"}, "dune": {"dune", 1, "d1"}}, Entries: 3, Hash: whole[2].Hash}, register)

	for name, tampered := range map[string]struct {
		change func(list []Noted) []Noted
		names  string
	}{
		"an edited head": {func(list []Noted) []Noted { list[1].Head.Hash = "x"; return list }, "entry 2 of the register of drift histories, of tenant dune, was edited"},
		"an edited time": {func(list []Noted) []Noted { list[0].At = list[0].At.Add(time.Microsecond); return list }, "entry 1 of the register"},
		"a dropped one":  {func(list []Noted) []Noted { return slices.Delete(list, 1, 2) }, "entry 2 of the register of drift histories was dropped"},
		"two with their places exchanged": {func(list []Noted) []Noted {
			list[0], list[1] = list[1], list[0]
			list[0].Index, list[1].Index = 1, 2
			return list
		}, "entry 1 of the register"},
		"one put in the place of another": {func(list []Noted) []Noted {
			list[1] = registerOf(Head{"x", 1, "x"}, Head{"y", 1, "y"})[1]
			return list
		}, "entry 2 of the register of drift histories, of tenant y, was moved"},
		"a history that became shorter": {func([]Noted) []Noted { return registerOf(Head{"acme", 2, "a2"}, Head{"acme", 1, "a1"}) }, "entry 2 of the register of drift histories notes 1 entries of tenant acme, which had 2 before"},
	} {
		t.Run(name+" is named", func(t *testing.T) {
			_, err := VerifyRegister(noted(tampered.change(slices.Clone(whole))))
			require.Equal(t, fault.Tampered, fault.CodeOf(err))
			require.ErrorContains(t, err, tampered.names)
		})
	}
}

func TestConfirm(t *testing.T) {
	register := Register{Heads: map[string]Head{"acme": {"acme", 5, "a5"}}}
	require.NoError(t, register.Confirm(Head{"acme", 5, "a5"}))
	require.NoError(t, register.Confirm(Head{"dune", 0, ""}))
	for want, head := range map[string]Head{
		"the drift history of tenant acme was removed: the register notes 5 entries of it":                                    {"acme", 0, ""},
		"the drift history of tenant acme ends after 3 entries, but the register notes 5: entry 4 was dropped":                {"acme", 3, "a3"},
		"the drift history of tenant acme has 6 entries, but the register notes 5: entry 6 was added past it":                 {"acme", 6, "a6"},
		"the drift history of tenant acme was rewritten: the hash of its last entry 5 is not the one that the register notes": {"acme", 5, "b5"},
		"the drift history of tenant globex has 1 entries, but the register notes 0: entry 1 was added past it":               {"globex", 1, "g1"},
	} {
		err := register.Confirm(head)
		require.Equal(t, fault.Tampered, fault.CodeOf(err))
		require.ErrorContains(t, err, want)
	}
}
