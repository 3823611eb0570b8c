package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// correctionFiles hold a usage record of March that was billed to the wrong resource, and two ways in
// which the bill of April puts that right: by the difference alone, or by taking the record back and
// stating both parts anew.
var correctionFiles = func() map[string]string {
	const columns = "ChargeDescription,ChargeCategory,ChargeClass,BillingPeriodStart,BillingPeriodEnd,InvoiceId," +
		"ChargePeriodStart,ChargePeriodEnd,ResourceId,EffectiveCost,BilledCost,ConsumedQuantity,ConsumedUnit\n"
	const march, april = "2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,INV-3", "2026-04-01T00:00:00Z,2026-05-01T00:00:00Z,INV-4"
	const used = ",2026-03-17T00:00:00Z,2026-03-17T01:00:00Z,"
	return map[string]string{
		"original.csv": columns + "Usage on the wrong machine,Usage,(null)," + march + used + "vm-a,960.40,960.40,640,Hours\n",
		"delta.csv": columns +
			"Correction - decrement,Usage,Correction," + april + used + "vm-a,-260.15,-260.15,-170,Hours\n" +
			"Correction - increment,Usage,Correction," + april + used + "vm-b,260.15,260.15,170,Hours\n",
		"ledger.csv": columns +
			"Correction - negation,Usage,Correction," + april + used + "vm-a,-960.40,-960.40,-640,Hours\n" +
			"Correction - right part,Usage,Correction," + april + used + "vm-a,700.25,700.25,470,Hours\n" +
			"Correction - right part,Usage,Correction," + april + used + "vm-b,260.15,260.15,170,Hours\n",
		"rules.yaml": "version: 1\nmapping:\n  - resource: vm-a\n    tenant: alpha\n  - resource: vm-b\n    tenant: beta\n",
	}
}()

func TestAllocateCorrections(t *testing.T) {
	// sums allocates a bill and adds its cells up by tenant.
	sums := func(t *testing.T, arguments string) map[string]string {
		t.Helper()
		code, stdout, stderr := newAllocateFolder(t, correctionFiles).run(t, arguments+" --rules @rules.yaml --currency USD --out -")
		require.Equal(t, 0, code, stderr)
		amounts := map[string]decimal.Decimal{}
		for line := range strings.Lines(strings.TrimPrefix(stdout, "pool_id,tenant_id,amount\n")) {
			fields := strings.Split(strings.TrimSpace(line), ",")
			amounts[fields[1]] = amounts[fields[1]].Add(decimal.RequireFromString(fields[2]))
		}
		texts := map[string]string{}
		for tenant := range maps.Keys(amounts) {
			if !amounts[tenant].IsZero() {
				texts[tenant] = amounts[tenant].String()
			}
		}
		return texts
	}
	t.Run("rows of the ledger net to those of the delta, per resource", func(t *testing.T) {
		delta := sums(t, "--focus @delta.csv --period 2026-04")
		require.Equal(t, map[string]string{"alpha": "-260.15", "beta": "260.15"}, delta)
		require.Equal(t, delta, sums(t, "--focus @ledger.csv --period 2026-04"))
	})
	t.Run("they belong to the month that bills them, and by charge period to the one they correct", func(t *testing.T) {
		require.Equal(t, sums(t, "--focus @delta.csv --period 2026-03 --period-by charge"), sums(t, "--focus @ledger.csv --period 2026-03 --period-by charge"))
		require.Equal(t, map[string]string{"alpha": "960.4"}, sums(t, "--focus @original.csv --period 2026-03"))
	})
}
