package api

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

func TestCursorComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		position := ledger.Position{
			Stage: rapid.Int().Draw(t, "stage"), Pool: rapid.String().Draw(t, "pool"),
			Currency: rapid.String().Draw(t, "currency"), Account: rapid.String().Draw(t, "account"),
		}
		listing := rapid.String().Draw(t, "listing")
		text, err := encodeCursor(listing, position)
		require.NoError(t, err)
		var back ledger.Position
		require.NoError(t, decodeCursor(text, listing, &back))
		require.Equal(t, position, back)
		require.True(t, fault.Is(decodeCursor(text, listing+"x", &back), fault.InvalidInput))
	})
}

// FuzzCursor looks for a text that crashes the decoder or that fails with anything but a refusal of
// the input.
func FuzzCursor(f *testing.F) {
	genuine, err := encodeCursor("cells", ledger.Position{Stage: 1, Pool: "logging", Account: "acme"})
	require.NoError(f, err)
	f.Add(genuine)
	f.Add("")
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		var position ledger.Position
		if err := decodeCursor(text, "cells", &position); err != nil && !fault.Is(err, fault.InvalidInput) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
