package serviceclient_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// contract is one reservation as a service lists it.
func contract(id, tenant string) string {
	return fmt.Sprintf(`{"reservation_id":%q,"tenant_id":%q,"sub_account_id":"acct-%s","scope":"tenant",
		"payment_option":"partial_upfront","service_name":"Virtual Machines","sku_id":"VM-GP-4X",
		"term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z",
		"upfront":"7000.50","monthly":"12.25","currency":"USD"}`, id, tenant, tenant)
}

// contracts serves three reservations, two to a page, and narrows them by tenant as asked.
func contracts(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	query := r.URL.Query()
	switch {
	case query.Get("tenant_id") == "borealis":
		_, _ = fmt.Fprintf(w, `{"reservations":[%s],"total":1}`, contract("ri-b", "borealis"))
	case query.Get("tenant_id") != "":
		_, _ = io.WriteString(w, `{"reservations":[],"total":0}`)
	case query.Get("cursor") == "":
		_, _ = fmt.Fprintf(w, `{"reservations":[%s,%s],"next_cursor":"2","total":3}`, contract("ri-a", "acme"), contract("ri-b", "borealis"))
	default:
		_, _ = fmt.Fprintf(w, `{"reservations":[%s],"total":3}`, contract("ri-c", "cobalt"))
	}
}

func TestReservations(t *testing.T) {
	billing := serve(t, contracts, func(o *serviceclient.Options) { o.PageSize = 2 }).Billing

	t.Run("all of them, over pages", func(t *testing.T) {
		all, err := billing.Reservations(t.Context(), "")
		require.NoError(t, err)
		require.Len(t, all, 3)
		require.Equal(t, "ri-c", all[2].ID)
	})
	t.Run("those of one tenant", func(t *testing.T) {
		own, err := billing.Reservations(t.Context(), "borealis")
		require.NoError(t, err)
		require.Len(t, own, 1)
	})
	t.Run("a tenant without any", func(t *testing.T) {
		own, err := billing.Reservations(t.Context(), "dune")
		require.NoError(t, err)
		require.Empty(t, own)
	})
	t.Run("one by its id, with everything that is known of it", func(t *testing.T) {
		found, err := billing.Reservation(t.Context(), "ri-c")
		require.NoError(t, err)
		require.Equal(t, "7147.5", found.Fee().String())
		require.Equal(t, "7000.5 12.25", found.Upfront.String()+" "+found.Monthly.String())
		require.Equal(t, reservation.Reservation{
			ID: "ri-c", TenantID: "cobalt", SubAccountID: "acct-cobalt", Scope: reservation.ScopeTenant,
			PaymentOption: reservation.PartialUpfront, ServiceName: "Virtual Machines", SkuID: "VM-GP-4X",
			TermStart: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
			TermEnd:   time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC),
			Upfront:   found.Upfront, Monthly: found.Monthly, Currency: "USD",
		}, found)
	})
	t.Run("an id that nobody has", func(t *testing.T) {
		_, err := billing.Reservation(t.Context(), "ri-z")
		require.True(t, fault.Is(err, fault.NotFound), "%v", err)
	})
}

func TestReservationsThatAreNone(t *testing.T) {
	const valid = `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z",` +
		`"term_end":"2027-01-01T00:00:00Z","upfront":"1","monthly":"0","currency":"USD"}`
	for name, item := range map[string]string{
		"without an id":                 `{"tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","upfront":"1","monthly":"0","currency":"USD"}`,
		"without an upfront fee":        `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","monthly":"0","currency":"USD"}`,
		"without a monthly fee":         `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","upfront":"1","currency":"USD"}`,
		"whose fee fills the memory":    `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","upfront":"1e999999999","monthly":"0","currency":"USD"}`,
		"with a negative fee":           `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","upfront":"-1","monthly":"0","currency":"USD"}`,
		"whose term ends as it begins":  `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2026-01-01T00:00:00Z","upfront":"1","monthly":"0","currency":"USD"}`,
		"in a currency that is unknown": `{"reservation_id":"r","tenant_id":"acme","term_start":"2026-01-01T00:00:00Z","term_end":"2027-01-01T00:00:00Z","upfront":"1","monthly":"0","currency":"ZZZ"}`,
		"of somebody else":              contract("r", "borealis"),
	} {
		t.Run(name, func(t *testing.T) {
			billing := serve(t, answer(http.StatusOK, `{"reservations":[`+valid+","+item+`],"total":2}`)).Billing
			_, err := billing.Reservations(t.Context(), "acme")
			require.True(t, fault.Is(err, fault.Upstream), "%v", err)
		})
	}
	t.Run("a service without the list is not a missing reservation", func(t *testing.T) {
		billing := serve(t, answer(http.StatusNotFound, "")).Billing
		_, err := billing.Reservation(t.Context(), "r")
		require.True(t, fault.Is(err, fault.Upstream), "%v", err)
		require.ErrorContains(t, err, "--billing-url")
	})
	t.Run("a failing service is not a missing reservation", func(t *testing.T) {
		billing := serve(t, answer(http.StatusBadGateway, "")).Billing
		_, err := billing.Reservation(t.Context(), "r")
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
	})
}
