package anomaly_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

// BenchmarkDailyRule judges one day of 10,000 tenants with 90 days of history each, on one core, and
// reports what it finds beside what the plain two standard deviations find.
func BenchmarkDailyRule(b *testing.B) {
	judged := anomaly.DayOf(time.Date(2026, time.May, 27, 0, 0, 0, 0, time.UTC))
	series, raw := mixes[0].fleet(1, 10_000, judged)
	rule := anomaly.DefaultDailyRule(decimal.Zero)
	var assessments []anomaly.Assessment
	for b.Loop() {
		var err error
		if assessments, err = rule.Assess(series, judged); err != nil {
			b.Fatal(err)
		}
	}
	var daily, plain tally
	for i, assessment := range assessments {
		daily.add(dear(i), assessment.Verdict == anomaly.Anomalous)
		plain.add(dear(i), plainTwoSigma(raw[i]))
	}
	b.ReportMetric(daily.falsePerDay(), "false-alerts/day")
	b.ReportMetric(100*daily.share(), "%found")
	b.ReportMetric(plain.falsePerDay(), "plain-false-alerts/day")
	b.ReportMetric(100*plain.share(), "%plain-found")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/day-of-10000-tenants")
}
