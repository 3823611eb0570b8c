package serviceclient_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

const (
	euro = `{"base":"EUR","quote":"USD","rate":"1.0842","as_of":"2026-09-30T16:00:00Z"}`
	yen  = `{"base":"JPY","quote":"USD","rate":"0.00681294","as_of":"2026-09-30T16:00:00Z"}`
)

func TestExchangeRates(t *testing.T) {
	t.Run("all pages, in order", func(t *testing.T) {
		billing := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("period") != "2026-09" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			page := `{"exchange_rates":[` + yen + `],"next_cursor":"2","total":2}`
			if r.URL.Query().Get("cursor") != "" {
				page = `{"exchange_rates":[` + euro + `],"total":2}`
			}
			_, _ = io.WriteString(w, page)
		}, func(o *serviceclient.Options) { o.PageSize = 1 }).Billing
		rates, err := billing.ExchangeRates(t.Context(), september)
		require.NoError(t, err)
		require.Len(t, rates, 2)
		require.Equal(t, "EUR 1.0842", rates[0].Base+" "+rates[0].Rate.String())
		require.Equal(t, "JPY 0.00681294", rates[1].Base+" "+rates[1].Rate.String())
	})
	t.Run("a month of which none are known", func(t *testing.T) {
		billing := serve(t, answer(http.StatusOK, `{"exchange_rates":[],"total":0}`)).Billing
		rates, err := billing.ExchangeRates(t.Context(), september)
		require.NoError(t, err)
		require.Empty(t, rates)
	})
	for name, item := range map[string]string{
		"without a rate":               `{"base":"GBP","quote":"USD","as_of":"2026-09-30T16:00:00Z"}`,
		"of zero":                      `{"base":"GBP","quote":"USD","rate":"0","as_of":"2026-09-30T16:00:00Z"}`,
		"that fills the memory":        `{"base":"GBP","quote":"USD","rate":"1e999999999","as_of":"2026-09-30T16:00:00Z"}`,
		"of a currency that is none":   `{"base":"ZZZ","quote":"USD","rate":"1","as_of":"2026-09-30T16:00:00Z"}`,
		"of another month":             `{"base":"GBP","quote":"USD","rate":"1","as_of":"2026-10-01T00:00:00Z"}`,
		"of no known day":              `{"base":"GBP","quote":"USD","rate":"1"}`,
		"that is there already":        euro,
		"that is there, but different": `{"base":"EUR","quote":"USD","rate":"1.1","as_of":"2026-09-29T16:00:00Z"}`,
	} {
		t.Run("a rate "+name, func(t *testing.T) {
			billing := serve(t, answer(http.StatusOK, `{"exchange_rates":[`+euro+","+item+`],"total":2}`)).Billing
			_, err := billing.ExchangeRates(t.Context(), september)
			require.True(t, fault.Is(err, fault.Upstream), "%v", err)
		})
	}
}
