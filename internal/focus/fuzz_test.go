package focus_test

import (
	"math/big"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/focus"
)

// FuzzReader: whatever the bytes, the reader either refuses them as invalid input or returns charges
// that every later step can rely on.
func FuzzReader(f *testing.F) {
	edges, err := os.ReadFile("testdata/edges.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(edges))
	f.Add("BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart\n1,1,2026-03-01,2026-03-01T99:59:59.999999999Z\n")
	f.Add("BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,Tags\n1e38,1,2026-03-01,2026-03-01 00:00:00 UTC,\"\"\"{}\"\"\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		charges, err := read(text, focus.Options{Currency: "USD"})
		if err != nil {
			if !fault.Is(err, fault.InvalidInput) {
				t.Fatalf("an error without the code of bad input: %v", err)
			}
			return
		}
		for _, c := range charges {
			if c.Currency == "" || c.BillingPeriod.IsZero() || c.ChargePeriodStart.IsZero() {
				t.Fatalf("a charge without currency or time: %+v", c)
			}
			if !c.ChargePeriodEnd.IsZero() && c.ChargePeriodEnd.Before(c.ChargePeriodStart) {
				t.Fatalf("a charge ends before it begins: %+v", c)
			}
			if c.BilledCost.Coefficient().CmpAbs(new(big.Int).Exp(big.NewInt(10), big.NewInt(128), nil)) > 0 {
				t.Fatalf("an amount without bounds: %s", c.BilledCost)
			}
			for key, value := range c.Tags {
				if !utf8.ValidString(key) || !utf8.ValidString(value) {
					t.Fatalf("tags that are not text: %q", c.Tags)
				}
			}
		}
	})
}
