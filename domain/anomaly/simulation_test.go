package anomaly_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

// mix says what a simulated fleet is made of: how many days of history, which noise, and which share
// of the tenants dips on weekends (to 40..70 %), peaks at the month's turn (×2..3) and grows or
// shrinks (by −30 % to +70 % a quarter, evenly or at compound rates). Noise is the same for all, or drawn
// for each tenant up to noisiest; with tails it is Student's t with so many degrees of freedom.
type mix struct {
	name                 string
	history              int
	lognormal            bool
	noise, noisiest      float64
	tails                int
	dips, peaks, trends  float64
	level                float64 // one level for all, or 0 for 1 to 100,000 a day
	zeroDays, missedDays float64
}

// tenantCosts draws a tenant's costs for the history and the judged day, all ordinary.
func (m mix) tenantCosts(random *rand.Rand, judged anomaly.Day) []float64 {
	level := m.level
	if level == 0 {
		level = math.Pow(10, 5*random.Float64())
	}
	week := [7]float64{1, 1, 1, 1, 1, 1, 1}
	if random.Float64() < m.dips {
		dip := 0.4 + 0.3*random.Float64()
		week[time.Saturday], week[time.Sunday] = dip, dip
	}
	lastDay, firstDay := 1.0, 1.0
	if random.Float64() < m.peaks {
		kind := random.IntN(3)
		if kind != 0 {
			lastDay = 2 + random.Float64()
		}
		if kind != 1 {
			firstDay = 2 + random.Float64()
		}
	}
	even, compound := 0.0, 0.0
	if random.Float64() < m.trends {
		growth := random.Float64() - 0.3
		if random.IntN(2) == 0 {
			even = growth / 90
		} else {
			compound = math.Log1p(growth) / 90
		}
	}
	noise := m.noise
	if m.noisiest > noise {
		noise += (m.noisiest - noise) * random.Float64()
	}
	costs := make([]float64, m.history+1)
	for i := range costs {
		date := (judged - anomaly.Day(m.history-i)).Start()
		cost := level * week[date.Weekday()] * (1 + even*float64(i)) * math.Exp(compound*float64(i))
		if date.Day() == 1 {
			cost *= firstDay
		}
		if date.AddDate(0, 0, 1).Day() == 1 {
			cost *= lastDay
		}
		if m.lognormal {
			cost *= math.Exp(noise * m.deviate(random))
		} else {
			cost *= max(0.01, 1+noise*m.deviate(random))
		}
		costs[i] = cost
	}
	return costs
}

// deviate draws noise of standard deviation 1.
func (m mix) deviate(random *rand.Rand) float64 {
	deviate := random.NormFloat64()
	if m.tails == 0 {
		return deviate
	}
	squares := 0.0
	for range m.tails {
		other := random.NormFloat64()
		squares += other * other
	}
	return deviate / math.Sqrt(squares/float64(m.tails-2))
}

// fleet draws a day's fleet in which every tenth tenant is at +50 %.
func (m mix) fleet(seed uint64, tenants int, judged anomaly.Day) (series []anomaly.DailySeries, raw [][]float64) {
	random := rand.New(rand.NewPCG(seed, uint64(judged)))
	for i := range tenants {
		costs := m.tenantCosts(random, judged)
		if dear(i) {
			costs[m.history] *= 1.5
		}
		raw = append(raw, costs)
		daily := make([]anomaly.DailyCost, 0, len(costs))
		for k, cost := range costs {
			if k < m.history && random.Float64() < m.missedDays {
				continue
			}
			if k < m.history && random.Float64() < m.zeroDays {
				cost = 0
			}
			daily = append(daily, anomaly.DailyCost{Day: judged - anomaly.Day(m.history-k), Cost: amount(cost)})
		}
		series = append(series, anomaly.DailySeries{TenantID: fmt.Sprintf("tenant-%05d", i), Currency: "USD", Costs: daily})
	}
	return series, raw
}

// dear reports whether a tenant of a fleet is at +50 % on the judged day.
func dear(tenant int) bool { return tenant%10 == 0 }

// amount writes a simulated cost as money with six digits.
func amount(cost float64) decimal.Decimal {
	micros, err := strconv.ParseInt(strconv.FormatFloat(cost*1e6, 'f', 0, 64), 10, 64)
	if err != nil {
		panic(err)
	}
	return decimal.New(micros, -6)
}

// tally counts what a rule made of simulated days.
type tally struct {
	ordinary, dear, false, found int
}

func (t *tally) add(isDear, alert bool) {
	switch {
	case isDear && alert:
		t.dear++
		t.found++
	case isDear:
		t.dear++
	case alert:
		t.ordinary++
		t.false++
	default:
		t.ordinary++
	}
}

// falsePerDay is the number of false alerts a day over 10,000 ordinary tenants.
func (t tally) falsePerDay() float64 { return 10_000 * float64(t.false) / float64(t.ordinary) }

// share is the share of the dear days that were found.
func (t tally) share() float64 { return float64(t.found) / float64(t.dear) }

func (t tally) String() string {
	return fmt.Sprintf("%5.1f false alerts a day over 10,000 tenants, %4.1f %% of +50 %% days found", t.falsePerDay(), 100*t.share())
}

// plainTwoSigma is the rule that everyone begins with: beyond two standard deviations of the mean.
func plainTwoSigma(costs []float64) bool {
	past := costs[:len(costs)-1]
	mean, squares := 0.0, 0.0
	for _, cost := range past {
		mean += cost / float64(len(past))
	}
	for _, cost := range past {
		squares += (cost - mean) * (cost - mean)
	}
	return costs[len(past)] > mean+2*math.Sqrt(squares/float64(len(past)-1))
}

// month runs both rules on every fourth day of a month, which shows each weekday, and on its last.
func (m mix) month(seed uint64, tenants int, rule anomaly.DailyRule) (daily, plain tally, err error) {
	first := anomaly.DayOf(time.Date(2026, time.Month(3+seed%9), 1, 0, 0, 0, 0, time.UTC))
	for judged := first; judged.Start().Month() == first.Start().Month(); judged++ {
		if (judged-first)%4 != 0 && (judged+1).Start().Day() != 1 {
			continue
		}
		series, raw := m.fleet(seed, tenants, judged)
		assessments, err := rule.Assess(series, judged)
		if err != nil {
			return daily, plain, err
		}
		for i, assessment := range assessments {
			daily.add(dear(i), assessment.Verdict == anomaly.Anomalous)
			plain.add(dear(i), plainTwoSigma(raw[i]))
		}
	}
	return daily, plain, nil
}

// mixes are the fleets that the targets are held on.
var mixes = []mix{
	{name: "mixed fleet with lognormal noise", history: 90, noise: 0.1, lognormal: true, dips: 0.4, peaks: 0.3, trends: 0.4},
	{name: "mixed fleet with normal noise", history: 90, noise: 0.1, dips: 0.4, peaks: 0.3, trends: 0.4},
	{name: "quiet fleet with lognormal noise", history: 90, noise: 0.1, lognormal: true},
	{name: "half a year of history", history: 180, noise: 0.1, lognormal: true, dips: 0.5, peaks: 0.2, trends: 0.2},
	{name: "every tenant dips, with lognormal noise", history: 90, noise: 0.1, lognormal: true, dips: 1},
	{name: "small tenants only", history: 90, noise: 0.1, dips: 0.3, peaks: 0.3, trends: 0.3, level: 1},
}

// plus adds two tallies.
func (t tally) plus(other tally) tally {
	return tally{t.ordinary + other.ordinary, t.dear + other.dear, t.false + other.false, t.found + other.found}
}
