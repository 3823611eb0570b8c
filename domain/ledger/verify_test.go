package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// chain seals n transactions of three entries each.
func chain(n int) ([]ledger.Sealed, ledger.Head) {
	head := ledger.Head{Book: "main"}
	var sealed []ledger.Sealed
	for i := range n {
		t := transaction(fmt.Sprintf("pool-%03d", i), "1", "2.5", strconv.Itoa(i))
		var link ledger.Link
		link, head = head.Append(ledger.ContentHash(t), t.Key.Attempt, 1+i/3)
		sealed = append(sealed, ledger.Sealed{
			Transaction: t, Link: link, Count: int64(len(t.Entries)),
			Credit: decimal.NewNullDecimal(t.Amount.Neg()),
		})
	}
	return sealed, head
}

func TestVerify(t *testing.T) {
	t.Run("takes a chain as it was sealed", func(t *testing.T) {
		sealed, head := chain(5)
		report, err := ledger.Verify(head, each(sealed))
		require.NoError(t, err)
		require.Equal(t, ledger.Report{Head: head, Entries: 15}, report)
	})
	t.Run("takes an empty chain", func(t *testing.T) {
		_, err := ledger.Verify(ledger.Head{Book: "main"}, each[ledger.Sealed](nil))
		require.NoError(t, err)
	})
	t.Run("returns the iterator's error", func(t *testing.T) {
		broken := errors.New("connection lost")
		_, err := ledger.Verify(ledger.Head{Book: "main"}, func(yield func(ledger.Sealed, error) bool) {
			yield(ledger.Sealed{}, broken)
		})
		require.ErrorIs(t, err, broken)
	})

	for name, tampering := range tamperings {
		t.Run("names the third transaction when "+name, func(t *testing.T) {
			sealed, head := chain(6)
			_, err := ledger.Verify(head, each(tampering.change(sealed, 2)))
			require.True(t, fault.Is(err, fault.Tampered), "%v", err)
			require.ErrorContains(t, err, "ledger transaction 3 ")
			require.ErrorContains(t, err, tampering.says)
		})
	}

	t.Run("finds a dropped tail by the head", func(t *testing.T) {
		sealed, head := chain(6)
		_, err := ledger.Verify(head, each(sealed[:4]))
		require.ErrorContains(t, err, "ledger transaction 5 of book main was dropped")
	})
	t.Run("finds an edited head", func(t *testing.T) {
		sealed, head := chain(6)
		head.Hash = "0"
		_, err := ledger.Verify(head, each(sealed))
		require.ErrorContains(t, err, "the head of book main was edited")
	})
}

type tampering struct {
	says   string
	change func(sealed []ledger.Sealed, at int) []ledger.Sealed
}

var tamperings = map[string]tampering{
	"an amount is edited": {"was edited", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Entries[0].Amount = s[at].Entries[0].Amount.Add(decimal.New(1, -9))
		return s
	}},
	"an account is edited": {"was edited", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Entries[2].Account = "tenant-99"
		return s
	}},
	"an entry is dropped": {"holds 2 entries where 3", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Entries = s[at].Entries[:2]
		return s
	}},
	"the pool's credit is edited": {"the pool's credit", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Credit.Valid = false
		return s
	}},
	"its revision is edited": {"was edited", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Revision++
		return s
	}},
	"its content and content hash are edited": {"was edited", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].Key.Pool = "elsewhere"
		s[at].ContentHash = ledger.ContentHash(s[at].Transaction)
		return s
	}},
	"its previous hash is edited": {"was edited", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at].PreviousHash = "0"
		return s
	}},
	"it is dropped": {"was dropped", func(s []ledger.Sealed, at int) []ledger.Sealed {
		return slices.Delete(s, at, at+1)
	}},
	"it is dropped and the rest renumbered": {"was dropped", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s = slices.Delete(s, at, at+1)
		for i := at; i < len(s); i++ {
			s[i].Index--
		}
		return s
	}},
	"it changes places with the next": {"was reordered", func(s []ledger.Sealed, at int) []ledger.Sealed {
		s[at], s[at+1] = s[at+1], s[at]
		s[at].Index, s[at+1].Index = s[at+1].Index, s[at].Index
		return s
	}},
	"it is moved to the end": {"was reordered", func(s []ledger.Sealed, at int) []ledger.Sealed {
		moved := s[at]
		s = append(slices.Delete(s, at, at+1), moved)
		for i := range s {
			s[i].Index = int64(i + 1)
		}
		return s
	}},
}

// TestVerifyLaw draws a chain, a place and a tampering: every one is found, at its place.
func TestVerifyLaw(t *testing.T) {
	names := make([]string, 0, len(tamperings))
	for name := range tamperings {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		sealed, head := chain(rapid.IntRange(2, 12).Draw(t, "length"))
		at := rapid.IntRange(0, len(sealed)-2).Draw(t, "at")
		drawn := tamperings[rapid.SampledFrom(names).Draw(t, "tampering")]
		_, err := ledger.Verify(head, each(drawn.change(sealed, at)))
		require.True(t, fault.Is(err, fault.Tampered), "%v", err)
		require.ErrorContains(t, err, fmt.Sprintf("ledger transaction %d ", at+1))
	})
}
