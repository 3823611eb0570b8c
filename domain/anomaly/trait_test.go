package anomaly

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sampled draws what series show of a trait that some have, each with this variance.
func sampled(random *rand.Rand, series int, of trait, variance float64) *traitSample {
	var sample traitSample
	for range series {
		has := 0.0
		if random.Float64() < of.share {
			has = of.mean + math.Sqrt(of.variance)*random.NormFloat64()
		}
		sample.add(has+math.Sqrt(variance)*random.NormFloat64(), variance)
	}
	return &sample
}

func TestATraitIsLearned(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	want := trait{share: 0.2, mean: 0.9, variance: 0.02}
	got := sampled(random, 5000, want, 0.01).learn(peaking)
	assert.InDelta(t, want.share, got.share, 0.02)
	assert.InDelta(t, want.mean, got.mean, 0.03)
	assert.InDelta(t, want.variance, got.variance, 0.006)
	assert.Less(t, sampled(random, 5000, trait{}, 0.01).learn(peaking).share, 0.05, "where nobody has it")
	assert.Zero(t, sampled(random, leastFleet-1, want, 0.01).learn(peaking), "a few series are no fleet")
}

func TestAPriorOfGrowthComesToWhatBothKindsSay(t *testing.T) {
	p := priors{growth: trait{share: 0.4, mean: 0.002, variance: 9e-6}}
	for _, slope := range []float64{-0.004, 0, 0.002, 0.006, 0.01} {
		own := &rough{slope: slope, slopeVariance: 2.7e-6}
		effect, spread := p.growth.effect(own.slope, own.slopeVariance)
		mean, variance := p.trend(own)
		precision := 1/variance + 1/own.slopeVariance
		if variance < trendPrior*trendPrior {
			assert.InDelta(t, effect, (mean/variance+own.slope/own.slopeVariance)/precision, 1e-5, "slope %v", slope)
			assert.InDelta(t, spread+leastTrend*leastTrend, 1/precision, 1e-9, "slope %v", slope)
		}
		assert.Less(t, 1/precision, own.slopeVariance*1.0001, "a prior takes nothing away")
	}
	mean, variance := p.trend(&rough{})
	assert.InDelta(t, 0.0008, mean, 1e-9, "a series that shows none has the fleet's")
	assert.InDelta(t, 0.4*9e-6+0.24*4e-6+leastTrend*leastTrend, variance, 1e-9)
}

func TestAnUnseenTurnIsJudgedByTheFleet(t *testing.T) {
	july31, err := ParseDay("2026-07-31")
	require.NoError(t, err)
	at := func(habit trait, factor float64) Verdict {
		j := judgement{rule: DefaultDailyRule(DefaultSeveritySteps().Medium), budget: budget{common: 2.61, ratio: 2.6, known: true}}
		j.priors.peaks[lastDay] = habit
		fitted := expectation{log: 0, sigma: 0.1, freedom: 80, leverage: 0.05, unseenPeak: true}
		return j.verdict(judged{expected: fitted, current: factor}, july31).verdict
	}
	many := trait{share: 0.2, mean: 0.9, variance: 0.02}
	assert.Equal(t, Anomalous, at(many, 1.5), "nobody peaks by so little")
	assert.Equal(t, Normal, at(many, 2.5), "a fifth of the fleet does that")
	assert.Equal(t, Anomalous, at(many, 4.5), "nobody peaks by so much")
	assert.Equal(t, Normal, at(many, 1.1))
	assert.Equal(t, Normal, at(trait{}, 1.5), "without a fleet anybody may peak")
	assert.Equal(t, Normal, at(trait{share: 0.3, mean: 0.45, variance: 0.1}, 1.5), "where many peak by half, half is no news")
}
