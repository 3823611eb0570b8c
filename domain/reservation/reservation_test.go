package reservation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func amount(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func yearly(upfront, monthly string) reservation.Reservation {
	return reservation.Reservation{
		ID: "ri-1", TenantID: "acme", Currency: "USD", Upfront: amount(upfront), Monthly: amount(monthly),
		TermStart: date(2025, time.January, 1), TermEnd: date(2026, time.January, 1),
	}
}

func TestAmortized(t *testing.T) {
	for name, testCase := range map[string]struct {
		reservation reservation.Reservation
		start, end  time.Time
		want        string
	}{
		"an hour of a year that costs 693,003.60":      {yearly("693003.60", "0"), date(2025, time.May, 4), date(2025, time.May, 4).Add(time.Hour), "79.11"},
		"a month bears its days":                       {yearly("3650", "0"), date(2025, time.February, 1), date(2025, time.March, 1), "280"},
		"monthly fees spread evenly too":               {yearly("0", "365"), date(2025, time.February, 1), date(2025, time.March, 1), "336"},
		"the whole term bears the whole fee":           {yearly("1000.01", "10"), date(2025, time.January, 1), date(2026, time.January, 1), "1120.01"},
		"time before the term bears nothing":           {yearly("3650", "0"), date(2024, time.January, 1), date(2025, time.January, 1), "0"},
		"time after the term bears nothing":            {yearly("3650", "0"), date(2026, time.January, 1), date(2030, time.January, 1), "0"},
		"a month that the term begins in is partial":   {yearly("3650", "0"), date(2024, time.December, 20), date(2025, time.January, 3), "20"},
		"no time bears nothing":                        {yearly("3650", "0"), date(2025, time.May, 1), date(2025, time.May, 1), "0"},
		"a fee with more digits keeps them":            {yearly("0.00000365", "0"), date(2025, time.May, 1), date(2025, time.May, 2), "0.00000001"},
		"a time beyond any term is no overflow":        {yearly("3650", "0"), date(1, time.January, 1), date(9999, time.January, 1), "3650"},
		"a free reservation costs nothing at any time": {yearly("0", "0"), date(2025, time.May, 1), date(2025, time.June, 1), "0"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testCase.reservation.Amortized(testCase.start, testCase.end)
			require.NoError(t, err)
			assert.True(t, amount(testCase.want).Equal(got), "want %s, got %s", testCase.want, got)
		})
	}
}

func TestAmortizedRefuses(t *testing.T) {
	backwards := yearly("1", "0")
	backwards.TermEnd = backwards.TermStart
	unknown := yearly("1", "0")
	unknown.Currency = "ZZZ"
	for name, testCase := range map[string]struct {
		reservation reservation.Reservation
		start, end  time.Time
		says        string
	}{
		"a time that ends before it starts": {yearly("1", "0"), date(2025, 3, 2), date(2025, 3, 1), "before its start"},
		"a term without length":             {backwards, date(2025, 3, 1), date(2025, 3, 2), "ri-1"},
		"an unknown currency":               {unknown, date(2025, 3, 1), date(2025, 3, 2), "ZZZ"},
		"a negative fee":                    {yearly("-1", "0"), date(2025, 3, 1), date(2025, 3, 2), "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := testCase.reservation.Amortized(testCase.start, testCase.end)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			assert.ErrorContains(t, err, testCase.says)
		})
	}
}

func TestPrepaidBridgesPaymentAndUse(t *testing.T) {
	all := yearly("3650", "0")
	for name, testCase := range map[string]struct {
		reservation reservation.Reservation
		at          time.Time
		want        string
	}{
		"nothing before the term":                 {all, date(2025, time.January, 1), "0"},
		"the fee less a day after a day":          {all, date(2025, time.January, 2), "3640"},
		"nothing is left at the end":              {all, date(2026, time.January, 1), "0"},
		"a monthly fee is paid before it is used": {yearly("0", "365"), date(2025, time.January, 2), "353"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testCase.reservation.Prepaid(testCase.at)
			require.NoError(t, err)
			assert.True(t, amount(testCase.want).Equal(got), "want %s, got %s", testCase.want, got)
		})
	}
}

func TestAnyCuttingOfTheTermSumsToTheFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := date(2024, time.January, 1).Add(time.Duration(rapid.Int64Range(0, 1e7).Draw(t, "offset")) * time.Second)
		length := rapid.Int64Range(1, 3*366*86400).Draw(t, "length")
		r := reservation.Reservation{
			ID: "ri", Currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(t, "currency"),
			TermStart: start, TermEnd: start.Add(time.Duration(length) * time.Second),
			Upfront: decimal.New(rapid.Int64Range(0, 1e15).Draw(t, "upfront"), -rapid.Int32Range(0, 8).Draw(t, "digits")),
			Monthly: decimal.New(rapid.Int64Range(0, 1e9).Draw(t, "monthly"), -2),
		}
		cut := rapid.SliceOfN(rapid.Int64Range(0, length), 0, 20).Draw(t, "cuts")
		sum, from := decimal.Zero, r.TermStart
		slices.Sort(cut)
		for _, instant := range cut {
			until := r.TermStart.Add(time.Duration(instant) * time.Second)
			part, err := r.Amortized(from, until)
			if err != nil || part.IsNegative() {
				t.Fatalf("part %s: %v", part, err)
			}
			sum, from = sum.Add(part), until
		}
		rest, err := r.Amortized(from, r.TermEnd)
		if err != nil || !sum.Add(rest).Equal(r.Fee()) {
			t.Fatalf("parts sum to %s, the fee is %s: %v", sum.Add(rest), r.Fee(), err)
		}
	})
}

func TestMonthsOfARunningTermAreThePeriodsOfItsBills(t *testing.T) {
	r, sum := yearly("1000", "33.33"), decimal.Zero
	for month := period.Of(r.TermStart); month.Before(period.Of(r.TermEnd)); month = month.Next() {
		part, err := r.Amortized(month.Start(), month.End())
		require.NoError(t, err)
		sum = sum.Add(part)
	}
	assert.True(t, amount("1399.96").Equal(sum), "%s", sum)
}
