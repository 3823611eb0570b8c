package anomaly_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func decs(texts ...string) []decimal.Decimal {
	amounts := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		amounts[i] = dec(text)
	}
	return amounts
}

// september is a period's costs to judge.
func september(current string, lookback ...string) anomaly.PeriodCosts {
	return anomaly.PeriodCosts{
		TenantID: "acme", Currency: "USD", Period: period.New(2026, time.September),
		Current: dec(current), Lookback: decs(lookback...),
	}
}

func TestPeriodRuleVerdicts(t *testing.T) {
	for _, c := range []struct {
		name     string
		costs    anomaly.PeriodCosts
		verdict  anomaly.Verdict
		expected string
		z        string
	}{
		{"a rise beyond two standard deviations", september("130", "90", "100", "110"), anomaly.Anomalous, "100", "3.00"},
		{"exactly two standard deviations is not beyond", september("120", "90", "100", "110"), anomaly.Normal, "100", "2.00"},
		{"one cent beyond two standard deviations is", september("120.01", "90", "100", "110"), anomaly.Anomalous, "100", "2.00"},
		{"the mean itself", september("100", "90", "100", "110"), anomaly.Normal, "100", "0.00"},
		{"a fall is told apart and no anomaly", september("70", "90", "100", "110"), anomaly.Fallen, "100", "-3.00"},
		{"a small fall", september("95", "90", "100", "110"), anomaly.Normal, "100", "-0.50"},
		{"no lookback period", september("100"), anomaly.Learning, "0", ""},
		{"one lookback period has no deviation", september("900", "100"), anomaly.Learning, "0", ""},
		{"two lookback periods suffice", september("200", "90", "110"), anomaly.Anomalous, "100", "7.07"},
		{"a flat cost that stays", september("100", "100", "100", "100"), anomaly.Normal, "100", ""},
		{"a flat cost that rises by less than a hundredth", september("100.99", "100", "100", "100"), anomaly.Normal, "100", ""},
		{"a flat cost that rises by a hundredth", september("101", "100", "100", "100"), anomaly.Anomalous, "100", ""},
		{"a flat cost that falls", september("50", "100", "100", "100"), anomaly.Fallen, "100", ""},
		{"the first spend after nothing", september("0.01", "0", "0", "0"), anomaly.Anomalous, "0", ""},
		{"nothing after nothing", september("0", "0", "0", "0"), anomaly.Normal, "0", ""},
		{"a mean of zero by credits", september("50", "-10", "0", "10"), anomaly.Anomalous, "0", "5.00"},
		{"a mean below zero", september("10", "-30", "-20", "-10"), anomaly.Anomalous, "-20", "3.00"},
		{"flat credits that end", september("0", "-20", "-20"), anomaly.Anomalous, "-20", ""},
		{"digits finer than a cent", september("0.00000080003", "0.0000008", "0.00000080001"), anomaly.Anomalous, "0.00000080001", "3.54"},
		{"equal amounts of unequal scale are flat", september("1.1", "1.10", "1.100"), anomaly.Normal, "1.1", ""},
		{"amounts that a float would merge", september("10000000000000000.03", "10000000000000000.00", "10000000000000000.01"), anomaly.Anomalous, "10000000000000000.01", "3.54"},
		{"a mean that no decimal holds is rounded to the cent", september("100", "10", "10", "0"), anomaly.Anomalous, "6.67", "16.17"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := anomaly.DefaultPeriodRule().Assess(c.costs)
			require.NoError(t, err)
			assert.Equal(t, c.verdict, got.Verdict)
			assert.True(t, dec(c.expected).Equal(got.Expected), "expected %s", got.Expected)
			assert.Equal(t, c.z, got.ZScore)
			assert.Equal(t, c.verdict == anomaly.Anomalous, got.Anomaly != nil)
		})
	}
}

func TestPeriodRuleReportsTheWholeAnomaly(t *testing.T) {
	found, err := anomaly.DefaultPeriodRule().Detect(september("1500", "900", "1000", "1100"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	got := found[0]
	assert.Equal(t, anomaly.RulePeriod, got.Rule)
	assert.Equal(t, "acme", got.TenantID)
	assert.Equal(t, "2026-09", got.Period.String())
	assert.Equal(t, "500", got.Impact.String())
	assert.Equal(t, "0.5000", got.Deviation)
	assert.Equal(t, "5.00", got.ZScore)
	assert.Equal(t, anomaly.SeverityMedium, got.Severity)
	assert.Nil(t, got.Day)
	assert.Regexp(t, `^[A-Za-z0-9._-]{1,128}$`, got.ID)
}

func TestPeriodRuleWithoutAnomalyListsNone(t *testing.T) {
	found, err := anomaly.DefaultPeriodRule().Detect(september("1000", "900", "1000", "1100"))
	require.NoError(t, err)
	assert.NotNil(t, found, "an empty list, as JSON []")
	assert.Empty(t, found)
}

func TestPeriodRuleKeepsSmallMoneyQuiet(t *testing.T) {
	rule := anomaly.DefaultPeriodRule()
	rule.LeastImpact = dec("30")
	got, err := rule.Assess(september("129.99", "90", "100", "110"))
	require.NoError(t, err)
	assert.Equal(t, anomaly.Normal, got.Verdict)
	got, err = rule.Assess(september("130", "90", "100", "110"))
	require.NoError(t, err)
	assert.Equal(t, anomaly.Anomalous, got.Verdict, "the least impact itself counts")
}

func TestPeriodRuleRefusesBadInput(t *testing.T) {
	for name, change := range map[string]func(*anomaly.PeriodRule, *anomaly.PeriodCosts){
		"no tenant":              func(_ *anomaly.PeriodRule, c *anomaly.PeriodCosts) { c.TenantID = "" },
		"no period":              func(_ *anomaly.PeriodRule, c *anomaly.PeriodCosts) { c.Period = period.Period{} },
		"an unknown currency":    func(_ *anomaly.PeriodRule, c *anomaly.PeriodCosts) { c.Currency = "usd" },
		"an endless number":      func(_ *anomaly.PeriodRule, c *anomaly.PeriodCosts) { c.Current = decimal.New(1, 999_999_999) },
		"an endless fraction":    func(_ *anomaly.PeriodRule, c *anomaly.PeriodCosts) { c.Lookback[1] = decimal.New(1, -999_999_999) },
		"no deviations":          func(r *anomaly.PeriodRule, _ *anomaly.PeriodCosts) { r.Deviations = decimal.Zero },
		"a negative impact":      func(r *anomaly.PeriodRule, _ *anomaly.PeriodCosts) { r.LeastImpact = dec("-1") },
		"a negative flat rise":   func(r *anomaly.PeriodRule, _ *anomaly.PeriodCosts) { r.FlatRise = dec("-1") },
		"steps that do not rise": func(r *anomaly.PeriodRule, _ *anomaly.PeriodCosts) { r.Severity.High = r.Severity.Medium },
	} {
		t.Run(name, func(t *testing.T) {
			rule, costs := anomaly.DefaultPeriodRule(), september("130", "90", "100", "110")
			change(&rule, &costs)
			_, err := rule.Detect(costs)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}
