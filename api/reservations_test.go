package api_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

// contracts is a registry of reservations by id.
type contracts map[string]reservation.Reservation

func (c contracts) Reservation(_ context.Context, id string) (reservation.Reservation, error) {
	found, known := c[id]
	if !known {
		return found, fault.New(fault.NotFound, "there is no reservation %q", id)
	}
	return found, nil
}

func (c contracts) Reservations(context.Context, string) ([]reservation.Reservation, error) {
	return nil, nil
}

// contract is a year from January 2026.
func contract(id, tenant, upfront, monthly string) reservation.Reservation {
	return reservation.Reservation{
		ID: id, TenantID: tenant, Currency: "USD", PaymentOption: reservation.PartialUpfront,
		ServiceName: "Virtual Machines", SkuID: "VM-GP-4X",
		Upfront: decimal.RequireFromString(upfront), Monthly: decimal.RequireFromString(monthly),
		TermStart: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
		TermEnd:   time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC),
	}
}

const arn = "arn:aws:ec2:us-east-1:111122223333:ri-9"

func amortization(tenant, id, query string) string {
	return "/v1/tenants/" + tenant + "/reservations/" + url.PathEscape(id) + "/amortization?" + query
}

func newContractStage(t *testing.T) *stage {
	return newStage(t, func(d *api.Dependencies, _ *api.Options) {
		d.Reservations = contracts{
			"ri-1": contract("ri-1", "acme", "3000", "250"), arn: contract(arn, "acme", "693003.60", "0"),
			"savings/1": contract("savings/1", "acme", "1", "0"),
			"ri-2":      contract("ri-2", "globex", "1", "0"), "sp-1": contract("sp-1", "", "1", "0"),
		}
	})
}

func TestReservationAmortization(t *testing.T) {
	s := newContractStage(t)

	t.Run("a month, to its owner", func(t *testing.T) {
		got := s.get(t, amortization("acme", "ri-1", "from=2026-02&to=2026-02"), "tenant:acme", http.StatusOK)
		require.JSONEq(t, `{"tenant_id":"acme","reservation_id":"ri-1","service_name":"Virtual Machines","sku_id":"VM-GP-4X",
			"payment_option":"partial_upfront","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","fee":"6000",
			"from":"2026-02-01T00:00:00Z","to":"2026-03-01T00:00:00Z","currency":"USD",
			"amount":"460.27","accrued_before":"509.59","accrued_after":"969.86","prepaid":"2530.14"}`, got.body)
	})
	for name, testCase := range map[string]struct{ id, query, amount string }{
		"an hour, of an id with colons": {arn, "from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z", "79.11"},
		"an instant of another zone":    {arn, "from=2026-01-01T02:00:00%2B02:00&to=2026-01-01T01:00:00Z", "79.11"},
		"from a month to an instant":    {"ri-1", "from=2026-01&to=2026-01-02T00:00:00Z", "16.44"},
		"the whole term":                {"ri-1", "from=2026-01&to=2026-12", "6000"},
		"no time at all":                {"ri-1", "from=2026-05-01T00:00:00Z&to=2026-05-01T00:00:00Z", "0"},
		"a time before the term":        {"ri-1", "from=2020-01&to=2025-12", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.get(t, amortization("acme", testCase.id, testCase.query), "tenant:acme", http.StatusOK)
			require.Equal(t, testCase.amount, decode[api.ReservationAmortization](t, got).Amount.String())
		})
	}
	t.Run("an id with a slash", func(t *testing.T) {
		path := amortization("acme", "savings/1", "from=2026-01&to=2026-12")
		sent, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, http.NoBody)
		require.NoError(t, err)
		sent.Header.Set("Authorization", "Bearer "+s.tokens["tenant:acme"])
		response, err := http.DefaultClient.Do(sent) // the test's own reading of paths takes no slash
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
	})
	t.Run("months sum to the fee", func(t *testing.T) {
		sum := decimal.Zero
		for month := contract("", "", "0", "0").TermStart; month.Year() == 2026; month = month.AddDate(0, 1, 0) {
			query := "from=" + month.Format("2006-01") + "&to=" + month.Format("2006-01")
			got := s.get(t, amortization("acme", arn, query), "tenant:acme", http.StatusOK)
			sum = sum.Add(decode[api.ReservationAmortization](t, got).Amount)
		}
		require.Equal(t, "693003.6", sum.String())
	})
}

func TestReservationAmortizationRefuses(t *testing.T) {
	s := newContractStage(t)
	const month = "from=2026-02&to=2026-02"

	t.Run("what belongs to others, or to nobody, answers like what there is not", func(t *testing.T) {
		for _, id := range []string{"ri-2", "sp-1", "ri-none"} {
			got := s.get(t, amortization("acme", id, month), "tenant:acme", http.StatusNotFound).problem(t)
			require.EqualValues(t, fault.NotFound, got.Code)
			require.Equal(t, `tenant "acme" has no reservation "`+id+`"`, got.Detail)
		}
		missing := s.get(t, amortization("nobody", "ri-2", month), "tenant:acme", http.StatusNotFound).problem(t)
		foreign := s.get(t, amortization("globex", "ri-2", month), "tenant:acme", http.StatusNotFound).problem(t)
		require.Equal(t, missing.Detail, foreign.Detail)
	})
	for name, query := range map[string]string{
		"a time that ends before it begins": "from=2026-03&to=2026-01",
		"the month before":                  "from=2026-02&to=2026-01",
		"a month that is none":              "from=2026-13&to=2027-01",
		"a day that is none":                "from=2026-02-30T00:00:00Z&to=2026-03",
		"no end":                            "from=2026-01",
		"no time":                           "",
	} {
		t.Run(name, func(t *testing.T) {
			got := s.get(t, amortization("acme", "ri-1", query), "tenant:acme", http.StatusBadRequest).problem(t)
			require.EqualValues(t, fault.InvalidInput, got.Code)
			require.NotEmpty(t, got.Errors)
		})
	}
	t.Run("a billing service that is down is told so, and to try again", func(t *testing.T) {
		down := newStage(t, func(d *api.Dependencies, _ *api.Options) { d.Reservations = noBilling{} })
		got := down.get(t, amortization("acme", "ri-1", month), "tenant:acme", http.StatusServiceUnavailable).problem(t)
		require.True(t, got.Retryable)
	})
}

// noBilling is a registry behind a service that is down.
type noBilling struct{ contracts }

func (noBilling) Reservation(context.Context, string) (reservation.Reservation, error) {
	err := fault.New(fault.Unavailable, "billing cannot be reached; try again later")
	err.Retryable = true
	return reservation.Reservation{}, err
}
