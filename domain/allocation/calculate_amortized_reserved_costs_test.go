package allocation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

// contracts is a registry in memory; with an error it answers nothing else.
type contracts struct {
	reservation.Registry
	list []reservation.Reservation
	err  error
}

func (c contracts) Reservation(_ context.Context, id string) (reservation.Reservation, error) {
	for _, item := range c.list {
		if item.ID == id && c.err == nil {
			return item, nil
		}
	}
	return reservation.Reservation{}, errors.Join(c.err, fault.New(fault.NotFound, "there is no reservation %q", id))
}

func on(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// yearOf is a year's commitment.
func yearOf(id, tenant, upfront, monthly string) reservation.Reservation {
	return reservation.Reservation{
		ID: id, TenantID: tenant, Currency: "USD", TermStart: on(2026, time.January, 1), TermEnd: on(2027, time.January, 1),
		Upfront: decimal.RequireFromString(upfront), Monthly: decimal.RequireFromString(monthly),
	}
}

func amortizing() *allocation.CostAllocationService {
	return &allocation.CostAllocationService{Reservations: contracts{list: []reservation.Reservation{
		yearOf("ri-hourly", "acme", "693003.60", "0"), yearOf("ri-mixed", "acme", "3000", "250"),
		yearOf("ri-late", "borealis", "0", "365"), yearOf("sp-shared", "", "5000", "400"),
	}}}
}

func TestCalculateAmortizedReservedCosts(t *testing.T) {
	type want struct{ amount, before, after, prepaid string }
	for name, testCase := range map[string]struct {
		tenant, id string
		start, end time.Time
		want       want
	}{
		"an hour of a year of 693,003.60": {
			"acme", "ri-hourly", on(2026, 1, 1), on(2026, 1, 1).Add(time.Hour),
			want{"79.11", "0", "79.11", "692924.49"},
		},
		"a month in the middle of the term": {
			"acme", "ri-mixed", on(2026, 2, 1), on(2026, 3, 1),
			want{"460.27", "509.59", "969.86", "2530.14"},
		},
		"a time that begins before the term and ends after it": {
			"acme", "ri-mixed", on(2020, 1, 1), on(2030, 1, 1), want{"6000", "0", "6000", "0"},
		},
		"a time before the term": {
			"acme", "ri-mixed", on(2025, 1, 1), on(2026, 1, 1), want{"0", "0", "0", "0"},
		},
		"monthly fees wait from the day on which they are paid": {
			"borealis", "ri-late", on(2026, 1, 1), on(2026, 1, 2), want{"12", "0", "12", "353"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := amortizing().CalculateAmortizedReservedCosts(t.Context(), testCase.tenant, testCase.id, testCase.start, testCase.end)
			require.NoError(t, err)
			require.Equal(t, testCase.want, want{got.Amount.String(), got.AccruedBefore.String(), got.AccruedAfter.String(), got.Prepaid.String()})
			require.Equal(t, testCase.id, got.Reservation.ID)
		})
	}
	t.Run("a time of another zone is told in UTC", func(t *testing.T) {
		zone := time.FixedZone("east", 3*3600)
		got, err := amortizing().CalculateAmortizedReservedCosts(t.Context(), "acme", "ri-hourly",
			on(2026, 1, 1).In(zone), on(2026, 1, 1).Add(time.Hour).In(zone))
		require.NoError(t, err)
		require.Equal(t, on(2026, 1, 1), got.Start)
		require.Equal(t, "79.11", got.Amount.String())
	})
}

func TestCalculateAmortizedReservedCostsRefuses(t *testing.T) {
	for name, testCase := range map[string]struct{ tenant, id string }{
		"a reservation that there is not":  {"acme", "ri-none"},
		"a reservation of another tenant":  {"acme", "ri-late"},
		"one that several tenants share":   {"acme", "sp-shared"},
		"nobody asking for the shared one": {"", "sp-shared"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := amortizing().CalculateAmortizedReservedCosts(t.Context(), testCase.tenant, testCase.id, on(2026, 1, 1), on(2026, 2, 1))
			require.True(t, fault.Is(err, fault.NotFound), "%v", err)
		})
	}
	t.Run("refusals do not tell a foreign reservation from a missing one", func(t *testing.T) {
		_, foreign := amortizing().CalculateAmortizedReservedCosts(t.Context(), "acme", "ri-late", on(2026, 1, 1), on(2026, 2, 1))
		none := &allocation.CostAllocationService{Reservations: contracts{}}
		_, missing := none.CalculateAmortizedReservedCosts(t.Context(), "acme", "ri-late", on(2026, 1, 1), on(2026, 2, 1))
		require.Equal(t, missing.Error(), foreign.Error())
	})
	t.Run("a time that ends before it begins", func(t *testing.T) {
		_, err := amortizing().CalculateAmortizedReservedCosts(t.Context(), "acme", "ri-mixed", on(2026, 2, 1), on(2026, 1, 1))
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
	t.Run("a registry that does not answer is no missing reservation", func(t *testing.T) {
		down := fault.New(fault.Unavailable, "billing does not answer")
		service := &allocation.CostAllocationService{Reservations: contracts{err: down}}
		_, err := service.CalculateAmortizedReservedCosts(t.Context(), "acme", "ri-mixed", on(2026, 1, 1), on(2026, 2, 1))
		require.ErrorIs(t, err, down)
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
	})
}

func TestAmortizedMonthsSumToTheFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fee := decimal.New(rapid.Int64Range(0, 1e12).Draw(t, "fee"), -rapid.Int32Range(0, 6).Draw(t, "digits"))
		item := yearOf("ri", "acme", fee.String(), "33.37")
		item.TermEnd = item.TermStart.Add(time.Duration(rapid.Int64Range(1, 3*365*86400).Draw(t, "seconds")) * time.Second)
		service := &allocation.CostAllocationService{Reservations: contracts{list: []reservation.Reservation{item}}}
		sum, last := decimal.Zero, allocation.AmortizedCost{}
		for month := item.TermStart; month.Before(item.TermEnd); month = month.AddDate(0, 1, 0) {
			part, err := service.CalculateAmortizedReservedCosts(context.Background(), "acme", "ri", month, month.AddDate(0, 1, 0))
			if err != nil || !part.AccruedBefore.Equal(last.AccruedAfter) {
				t.Fatalf("%s begins at %s, the month before ended at %s: %v", month, part.AccruedBefore, last.AccruedAfter, err)
			}
			sum, last = sum.Add(part.Amount), part
		}
		if !sum.Equal(item.Fee()) || !last.Prepaid.IsZero() {
			t.Fatalf("the months sum to %s of %s, and %s waits", sum, item.Fee(), last.Prepaid)
		}
	})
}
