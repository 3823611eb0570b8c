package anomaly_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

func services(items map[string]string) anomaly.Breakdown {
	amounts := map[string]decimal.Decimal{}
	for item, cost := range items {
		amounts[item] = dec(cost)
	}
	return anomaly.Breakdown{anomaly.DimensionService: amounts}
}

func TestExplainNamesWhatRoseTheMost(t *testing.T) {
	causes := anomaly.Explain(dec("200"), dec("100"),
		services(map[string]string{"EC2": "120", "S3": "40", "RDS": "22", "VPC": "13", "SNS": "5"}),
		[]anomaly.Breakdown{
			services(map[string]string{"EC2": "50", "S3": "20", "RDS": "20", "SNS": "10"}),
			services(map[string]string{"EC2": "50", "S3": "20", "RDS": "20", "SNS": "10"}),
		}, 2)
	require.Len(t, causes, 4)
	for i, want := range []struct{ item, contribution, share string }{
		{"EC2", "70", "0.7000"}, {"S3", "20", "0.2000"}, {"VPC", "13", "0.1300"}, {anomaly.OtherItem, "-3", "-0.0300"},
	} {
		assert.Equal(t, want.item, causes[i].Item)
		assert.Equal(t, want.contribution, causes[i].Contribution.String())
		assert.Equal(t, want.share, causes[i].Share)
		assert.Equal(t, i == 3, causes[i].Rest)
	}
	assert.Equal(t, "0", causes[2].Expected.String(), "an item that is new was expected to cost nothing")
}

func TestExplainTakesTheMeanOfTheBaseline(t *testing.T) {
	causes := anomaly.Explain(dec("20"), dec("3.33"), services(map[string]string{"EC2": "20"}),
		[]anomaly.Breakdown{services(map[string]string{"EC2": "10"}), {}, {}}, 2)
	require.Len(t, causes, 1, "nothing is left over")
	assert.Equal(t, "3.33", causes[0].Expected.String())
	assert.Equal(t, "16.67", causes[0].Contribution.String())
}

func TestExplainWithoutBreakdown(t *testing.T) {
	assert.Empty(t, anomaly.Explain(dec("20"), dec("10"), nil, nil, 2))
	causes := anomaly.Explain(dec("20"), dec("10"), anomaly.Breakdown{anomaly.TagDimension("team"): {}}, nil, 2)
	require.Len(t, causes, 1, "a dimension without items is all rest")
	assert.Equal(t, "10", causes[0].Contribution.String())
	assert.Equal(t, anomaly.Dimension("tag:team"), causes[0].Dimension)
}

func TestExplainSetsEqualRisesInOrderOfName(t *testing.T) {
	now := services(map[string]string{"b": "5", "d": "5", "a": "5", "c": "5"})
	for range 20 {
		causes := anomaly.Explain(dec("20"), dec("0"), now, nil, 2)
		require.Len(t, causes, 4)
		assert.Equal(t, "a b c "+anomaly.OtherItem, fmt.Sprint(causes[0].Item, " ", causes[1].Item, " ", causes[2].Item, " ", causes[3].Item))
	}
}

func TestContributionsSumToTheRise(t *testing.T) {
	draw := rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "(other)"}), rapid.Int64Range(-1000, 100_000))
	breakdown := func(t *rapid.T, label string) anomaly.Breakdown {
		result := anomaly.Breakdown{}
		for _, dimension := range []anomaly.Dimension{anomaly.DimensionCategory, anomaly.DimensionResource, anomaly.TagDimension("team")} {
			result[dimension] = map[string]decimal.Decimal{}
			for item, cost := range draw.Draw(t, label) {
				result[dimension][item] = decimal.New(cost, -3)
			}
		}
		return result
	}
	rapid.Check(t, func(t *rapid.T) {
		current, expected := drawAmount(t, "current"), drawAmount(t, "expected")
		var baseline []anomaly.Breakdown
		for range rapid.IntRange(0, 3).Draw(t, "periods") {
			baseline = append(baseline, breakdown(t, "past"))
		}
		sums := map[anomaly.Dimension]decimal.Decimal{}
		now := breakdown(t, "now")
		for _, cause := range anomaly.Explain(current, expected, now, baseline, 3) {
			sums[cause.Dimension] = sums[cause.Dimension].Add(cause.Contribution)
			if !cause.Current.Sub(cause.Expected).Equal(cause.Contribution) {
				t.Fatalf("%+v does not add up", cause)
			}
		}
		for dimension := range now {
			if !sums[dimension].Equal(current.Sub(expected)) {
				t.Fatalf("%s sums to %s, not %s", dimension, sums[dimension], current.Sub(expected))
			}
		}
	})
}
