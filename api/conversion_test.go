package api_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/statement"
)

func TestConversion(t *testing.T) {
	s := newStage(t)
	s.post(t, "/v1/imports?kind=rates", "operator", "base,quote,rate,as_of\nEUR,USD,1.10,2025-09-30T16:00:00Z\nUSD,JPY,150.5,2025-09-30T16:00:00Z\n",
		http.StatusCreated, "Content-Type", "text/csv")
	ref, hash := s.await(t, september, "operator", "system")
	_, err := s.pool.Exec(context.Background(), `INSERT INTO attempt_inputs (book, period, attempt, slice_id)
		SELECT $1, $2, $3, slice_id FROM input_slices WHERE kind = 'rates'`, ref.Book, ref.Period.String(), ref.Attempt)
	require.NoError(t, err)
	s.publish(t, ref, hash)

	converted := func(path, as string) (seen []string) {
		t.Helper()
		for _, cell := range decode[api.CellPage](t, s.get(t, path, as, http.StatusOK)).Items {
			seen = append(seen, cell.TenantID+" "+cell.Amount.String()+" "+cell.Converted.Amount.String())
		}
		return seen
	}
	all := []string{"@unallocated 0.001 0", "acme 10.004 9.1", "acme 3.5 3.18", "globex 3.5 3.18"}

	t.Run("shows what the total comes to, and by which rate", func(t *testing.T) {
		month := decode[api.PeriodStatus](t, s.get(t, septemberPath+"?currency=EUR", "auditor", http.StatusOK))
		require.Equal(t, "15.46", month.Conversion.Amount.String())
		require.Len(t, month.Conversion.Sources, 1)
		source := month.Conversion.Sources[0]
		require.Equal(t, "USD 17.005 15.46 EUR 1.1", strings.Join([]string{
			source.Currency, source.Amount.String(), source.Converted.String(), source.Rate.Base, source.Rate.Rate.String(),
		}, " "))
		require.Nil(t, decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK)).Conversion)
	})
	t.Run("cells sum to it, page by page and in whole", func(t *testing.T) {
		require.Equal(t, all, converted(cellsPath+"?currency=EUR", "auditor"))
		var seen []string
		cursor := ""
		for {
			path := cellsPath + "?currency=EUR&limit=1&cursor=" + cursor
			seen = append(seen, converted(path, "auditor")...)
			if cursor = decode[api.CellPage](t, s.get(t, path, "auditor", http.StatusOK)).NextCursor; cursor == "" {
				break
			}
		}
		require.Equal(t, all, seen)
	})
	t.Run("a tenant sees of its own cells what everyone does", func(t *testing.T) {
		require.Equal(t, all[3:], converted(cellsPath+"?currency=EUR", "tenant:globex"))
		require.Empty(t, converted(cellsPath+"?currency=EUR&tenant=acme", "tenant:globex"))
		require.Equal(t, all[2:], converted(cellsPath+"?currency=EUR&pool=logging-2025-09", "auditor"))
	})
	t.Run("the CSV names amount, currency and rate", func(t *testing.T) {
		rows, err := csv.NewReader(strings.NewReader(s.get(t, cellsPath+".csv?currency=JPY", "auditor", http.StatusOK).body)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"converted_currency", "converted_amount", "rate_base", "rate_quote", "rate", "rate_as_of"}, rows[0][8:])
		sum := decimal.Zero
		for _, row := range rows[1:] {
			require.Equal(t, []string{"USD", "JPY", "150.5", "2025-09-30T16:00:00Z"}, row[10:])
			sum = sum.Add(decimal.RequireFromString(row[9]))
		}
		require.Equal(t, "2559", sum.String())
	})
	t.Run("a statement shows the sum of the tenant's cells, as JSON and to print", func(t *testing.T) {
		path := septemberPath + "/statements/acme?currency=EUR"
		made := decode[statement.Statement](t, s.get(t, path, "tenant:acme", http.StatusOK))
		require.Equal(t, "EUR 12.28 EUR", made.Sections[0].Converted.Currency+" "+made.Sections[0].Converted.Amount.String()+" "+made.Sections[0].Converted.Rate.Base)
		require.Contains(t, s.get(t, path+"&format=html", "tenant:acme", http.StatusOK).body, "about 12.28 EUR, 1 EUR = 1.1 USD")
		rows, err := csv.NewReader(strings.NewReader(s.get(t, path+"&format=csv", "tenant:acme", http.StatusOK).body)).ReadAll()
		require.NoError(t, err)
		sum := decimal.Zero
		for _, row := range rows[1:] {
			require.Equal(t, []string{"EUR", "USD", "1.1", "2025-09-30T16:00:00Z"}, row[20:])
			sum = sum.Add(decimal.RequireFromString(row[19]))
		}
		require.Equal(t, "12.28", sum.String(), "the lines sum to the section")
		require.Len(t, rows, 3)
		require.NotContains(t, s.get(t, septemberPath+"/statements/acme?format=csv", "tenant:acme", http.StatusOK).body, "converted")
		s.get(t, septemberPath+"/statements/acme?currency=CHF", "tenant:acme", http.StatusConflict)
	})
	t.Run("amounts in their own currency stay as they are", func(t *testing.T) {
		require.Equal(t, "acme 10.004 10.004", converted(cellsPath+"?currency=USD", "auditor")[1])
	})
	t.Run("a rate that was not frozen is named", func(t *testing.T) {
		for _, path := range []string{septemberPath, cellsPath, cellsPath + ".csv"} {
			problem := s.get(t, path+"?currency=CHF", "auditor", http.StatusConflict).problem(t)
			require.Contains(t, problem.Detail, "no exchange rate between USD and CHF")
		}
		s.get(t, cellsPath+"?currency=XYZ", "auditor", http.StatusBadRequest)
		s.get(t, cellsPath+"?currency=eur", "auditor", http.StatusBadRequest)
	})
}
