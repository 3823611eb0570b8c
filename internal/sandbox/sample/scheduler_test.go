package sample

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestPlace(t *testing.T) {
	for name, test := range map[string]struct {
		resourceType, amount, placed string
		spots                        []string
		known                        bool
	}{
		"what fits into the first pool":      {"instance", "24", "24", []string{"eu-1a 24"}, true},
		"what spills over":                   {"instance", "24.5", "24.5", []string{"eu-1a 24", "eu-1b 0.5"}, true},
		"more than there is":                 {"instance", "1000", "80", []string{"eu-1a 24", "eu-1b 16", "us-1a 40"}, true},
		"a share of something is not placed": {"cpu_share", "10", "0", []string{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			placement, known := Place(test.resourceType, decimal.RequireFromString(test.amount))
			require.Equal(t, test.known, known)
			require.Equal(t, test.placed, placement.Placed.String())
			spots := []string{}
			for _, spot := range placement.Spots {
				spots = append(spots, spot.Pool+" "+spot.Amount.String())
			}
			require.Equal(t, test.spots, spots)
		})
	}
}
