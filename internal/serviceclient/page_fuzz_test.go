package serviceclient_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// FuzzCharges feeds answers of any shape to the client: it either returns charges that are complete
// or an error with a code, and never takes damage for an empty page.
func FuzzCharges(f *testing.F) {
	f.Add(noCharges)
	f.Add(`{"charges":[` + oneCharge + `],"total":1,"next_cursor":"x"}`)
	f.Add(`{"total":1e9,"charges":[{}]}`)
	f.Add(`{"charges":[{"billed_cost":1e999999999}],"total":0}`)
	f.Add("[")
	f.Fuzz(func(t *testing.T, body string) {
		clients := connect(t, "http://platform.example", func(o *serviceclient.Options) {
			o.Network = network(func(*http.Request) (*http.Response, error) { return canned(http.StatusOK, body), nil })
		})
		page, err := clients.Billing.Charges(t.Context(), september, "")
		if err != nil {
			var called *serviceclient.Error
			require.ErrorAs(t, err, &called)
			require.NotEqual(t, fault.Internal, fault.CodeOf(err))
			return
		}
		require.GreaterOrEqual(t, page.Total, int64(0))
		for _, charge := range page.Charges {
			require.Equal(t, september, charge.BillingPeriod)
			require.NotEmpty(t, charge.BillingAccountID)
			require.NotEmpty(t, charge.Currency)
		}
	})
}
