package intakefile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/intakefile"
)

var march = period.New(2026, time.March)

// files yields texts as the files part-1.csv and so on.
func files(texts ...string) intake.Files {
	return func(yield func(intake.File, error) bool) {
		for i, text := range texts {
			if !yield(intake.File{Name: "part-" + string(rune('1'+i)) + ".csv", Content: strings.NewReader(text)}, nil) {
				return
			}
		}
	}
}

func readAll(format intake.Format, options intake.FormatOptions, texts ...string) (list []intake.Row, err error) {
	for row, err := range format.Read(files(texts...), options) {
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

func TestTenants(t *testing.T) {
	rows, err := readAll(intakefile.Tenants, intake.FormatOptions{},
		"tenant_id,plan,active_from,active_until,weight,name,gl_account,cost_centre,note\nacme,premium,2026-03-01T00:00:00Z,,2.50,\"Acme, Inc.\",4711,CC1,x\n",
		"plan,tenant_id\nfree,zeta\n")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	acme, zeta := rows[0].Record.(*tenancy.Tenant), rows[1].Record.(*tenancy.Tenant)
	assert.Equal(t, intake.SliceKey{Kind: intake.KindTenants}, rows[0].SliceKey)
	assert.Equal(t, "Acme, Inc. premium 2.5 4711 CC1", strings.Join([]string{acme.Name, string(acme.Plan), acme.Weight.String(), acme.GLAccount, acme.CostCentre}, " "))
	assert.Equal(t, march.Start(), acme.ActiveFrom)
	assert.True(t, acme.ActiveUntil.IsZero())
	assert.Equal(t, tenancy.Tenant{ID: "zeta", Plan: tenancy.PlanFree}, *zeta)
}

func TestUsage(t *testing.T) {
	t.Run("of a tenant that nobody knows is refused, once any is known", func(t *testing.T) {
		const text = "tenant_id,category,quantity\nacme,compute,1\nnobody,compute,1\n"
		_, err := readAll(intakefile.Usage, intake.FormatOptions{Period: march}, text)
		require.NoError(t, err)
		_, err = readAll(intakefile.Usage, intake.FormatOptions{Period: march, Tenants: map[string]bool{"acme": true}}, text)
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		require.ErrorContains(t, err, `part-1.csv line 3, column tenant_id, value "nobody": is no known tenant`)
	})
	t.Run("belongs to the month in which it starts, or to the given one", func(t *testing.T) {
		rows, err := readAll(intakefile.Usage, intake.FormatOptions{},
			"tenant_id,category,quantity,start,end\na,compute,1.50,2026-03-31T23:00:00Z,2026-04-01T01:00:00Z\na,storage,-2,2026-04-01T00:00:00Z,\n")
		require.NoError(t, err)
		assert.Equal(t, march, rows[0].Period)
		assert.Equal(t, march.Next(), rows[1].Period)
		assert.Equal(t, "1.5", rows[0].Record.(*charge.Usage).Quantity.String())
		rows, err = readAll(intakefile.Usage, intake.FormatOptions{Period: march}, "quantity,category,tenant_id\n1e3,network,a\n")
		require.NoError(t, err)
		assert.Equal(t, march, rows[0].Period)
		assert.Equal(t, "1000", rows[0].Record.(*charge.Usage).Quantity.String())
	})
}

func TestInvoices(t *testing.T) {
	t.Run("take their period from the row or from the import", func(t *testing.T) {
		rows, err := readAll(intakefile.Invoices, intake.FormatOptions{},
			"billing_account_id,invoice_id,currency,billed_cost,period\n1,A,USD,12.30,2026-03\n1,,EUR,-1,2026-04\n")
		require.NoError(t, err)
		assert.Equal(t, intake.SliceKey{Kind: intake.KindInvoices, Scope: "1", Period: march}, rows[0].SliceKey)
		assert.Equal(t, "12.3", rows[0].Record.(*closing.ControlTotal).BilledCost.String())
		rows, err = readAll(intakefile.Invoices, intake.FormatOptions{Period: march}, "billing_account_id,invoice_id,currency,billed_cost\n1,A,USD,1\n")
		require.NoError(t, err)
		assert.Equal(t, march, rows[0].Period)
	})
}

func TestBadRowsAreNamed(t *testing.T) {
	const (
		tenants  = "tenant_id,plan,active_from,active_until,weight,name\nok,free,,,,\n"
		usage    = "tenant_id,category,quantity,start,end\nok,compute,1,2026-03-01T00:00:00Z,\n"
		invoices = "billing_account_id,invoice_id,currency,billed_cost,period\n1,A,USD,1,2026-03\n"
	)
	cases := map[string]struct {
		format      intake.Format
		text        string
		column      string
		explanation string
		given       period.Period
	}{
		"a tenant twice":              {intakefile.Tenants, tenants + "ok,free,,,,\n", "tenant_id", "line 2", period.Period{}},
		"a tenant without id":         {intakefile.Tenants, tenants + ",free,,,,\n", "tenant_id", "id", period.Period{}},
		"an id with a space":          {intakefile.Tenants, tenants + "a b,free,,,,\n", "tenant_id", "a b", period.Period{}},
		"an unknown plan":             {intakefile.Tenants, tenants + "a,gold,,,,\n", "plan", "gold", period.Period{}},
		"a tenant that ends before":   {intakefile.Tenants, tenants + "a,free,2026-03-02T00:00:00Z,2026-03-01T00:00:00Z,,\n", "active_until", "after active_from", period.Period{}},
		"a time that is none":         {intakefile.Tenants, tenants + "a,free,yesterday,,,\n", "active_from", "yesterday", period.Period{}},
		"a weight below zero":         {intakefile.Tenants, tenants + "a,free,,,-1,\n", "weight", "below zero", period.Period{}},
		"a weight that is none":       {intakefile.Tenants, tenants + "a,free,,,NaN,\n", "weight", "NaN", period.Period{}},
		"a name that is not UTF-8":    {intakefile.Tenants, tenants + "a,free,,,,\xff\n", "name", "UTF-8", period.Period{}},
		"a name without end":          {intakefile.Tenants, tenants + "a,free,,,," + strings.Repeat("x", 300) + "\n", "name", "256", period.Period{}},
		"an unknown category":         {intakefile.Usage, usage + "a,gpu,1,2026-03-01T00:00:00Z,\n", "category", "gpu", period.Period{}},
		"a quantity without end":      {intakefile.Usage, usage + "a,compute,1e999999999,2026-03-01T00:00:00Z,\n", "quantity", "1e999999999", period.Period{}},
		"usage without a month":       {intakefile.Usage, usage + "a,compute,1,,\n", "quantity", "--period", period.Period{}},
		"usage of another month":      {intakefile.Usage, usage + "a,compute,1,2026-04-01T00:00:00Z,\n", "start", "2026-03", march},
		"usage that ends before":      {intakefile.Usage, usage + "a,compute,1,2026-03-02T00:00:00Z,2026-03-01T00:00:00Z\n", "end", "before start", period.Period{}},
		"usage of nobody":             {intakefile.Usage, usage + ",compute,1,2026-03-02T00:00:00Z,\n", "tenant_id", "id", period.Period{}},
		"an invoice twice":            {intakefile.Invoices, invoices + "1,A,USD,2,2026-03\n", "invoice_id", "line 2", period.Period{}},
		"an unknown currency":         {intakefile.Invoices, invoices + "1,B,DOLLAR,2,2026-03\n", "currency", "DOLLAR", period.Period{}},
		"an amount that is none":      {intakefile.Invoices, invoices + "1,B,USD,much,2026-03\n", "billed_cost", "much", period.Period{}},
		"a period that is none":       {intakefile.Invoices, invoices + "1,B,USD,2,2026-13\n", "period", "2026-13", period.Period{}},
		"an invoice without a month":  {intakefile.Invoices, invoices + "1,B,USD,2,\n", "billed_cost", "--period", period.Period{}},
		"an invoice of another month": {intakefile.Invoices, invoices + "1,B,USD,2,2026-04\n", "period", "2026-03", march},
		"an account id without end":   {intakefile.Invoices, invoices + strings.Repeat("1", 300) + ",B,USD,2,2026-03\n", "billing_account_id", "256", period.Period{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(c.format, intake.FormatOptions{Period: c.given}, c.text)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, "part-1.csv line 3, column "+c.column)
			require.ErrorContains(t, err, c.explanation)
		})
	}
	t.Run("a missing column is named with the file", func(t *testing.T) {
		for column, format := range map[string]intake.Format{"plan": intakefile.Tenants, "category": intakefile.Usage, "currency": intakefile.Invoices} {
			_, err := readAll(format, intake.FormatOptions{}, "tenant_id,billing_account_id,invoice_id\n")
			require.ErrorContains(t, err, column)
			require.ErrorContains(t, err, "part-1.csv")
		}
	})
	t.Run("a key that was given in an earlier file is a duplicate too", func(t *testing.T) {
		_, err := readAll(intakefile.Tenants, intake.FormatOptions{}, tenants, tenants)
		require.ErrorContains(t, err, "part-2.csv line 2")
	})
}

func FuzzFormats(f *testing.F) {
	f.Add("tenant_id,plan,category,quantity,start,billing_account_id,invoice_id,currency,billed_cost,period\na,free,compute,1,2026-03-01T00:00:00Z,1,A,USD,1.5,2026-03\n")
	f.Add("tenant_id,plan\n\"a\",\"free")
	f.Fuzz(func(t *testing.T, text string) {
		for _, format := range []intake.Format{intakefile.Tenants, intakefile.Usage, intakefile.Invoices} {
			rows, err := readAll(format, intake.FormatOptions{}, text)
			if err != nil && !fault.Is(err, fault.InvalidInput) {
				t.Fatalf("an error without the code of bad input: %v", err)
			}
			for _, row := range rows {
				if row.Kind.Dated() == row.Period.IsZero() {
					t.Fatalf("a row of %s with period %q", row.Kind, row.Period)
				}
			}
		}
	})
}

func TestRates(t *testing.T) {
	const header = "base,quote,rate,as_of,period\n"
	t.Run("belong to the month that is named, given or else written in as_of", func(t *testing.T) {
		rows, err := readAll(intakefile.Rates, intake.FormatOptions{},
			header+"EUR,USD,1.08420,2026-04-01T08:00:00Z,2026-03\nEUR,USD,1.1,2026-04-30T16:00:00Z,\n")
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Equal(t, intake.SliceKey{Kind: intake.KindRates, Period: march}, rows[0].SliceKey)
		assert.Equal(t, march.Next(), rows[1].Period)
		rate := rows[0].Record.(*exchange.Rate)
		assert.Equal(t, "EUR USD 1.0842", rate.Base+" "+rate.Quote+" "+rate.Rate.String())
		rows, err = readAll(intakefile.Rates, intake.FormatOptions{Period: march}, "base,quote,rate,as_of\nEUR,USD,1.1,2026-04-01T00:00:00Z\n")
		require.NoError(t, err)
		assert.Equal(t, march, rows[0].Period)
	})
	for name, test := range map[string]struct{ row, message string }{
		"a pair twice":         {"EUR,USD,1,2026-03-31T00:00:00Z,\nEUR,USD,2,2026-03-01T00:00:00Z,\n", "line 3, column base, value \"EUR\": was given before, in line 2"},
		"a rate of zero":       {"EUR,USD,0,2026-03-31T00:00:00Z,\n", "must be above zero"},
		"an unknown currency":  {"EUR,US$,1,2026-03-31T00:00:00Z,\n", `"US$" is no ISO 4217 code`},
		"no time":              {"EUR,USD,1,,\n", "does not say as of when"},
		"a rate that is none":  {"EUR,USD,NaN,2026-03-31T00:00:00Z,\n", `value "NaN"`},
		"a month that is none": {"EUR,USD,1,2026-03-31T00:00:00Z,2026-13\n", "column period"},
		"another month":        {"EUR,USD,1,2026-03-31T00:00:00Z,2026-04\n", "is not 2026-03, the period of the import"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := readAll(intakefile.Rates, intake.FormatOptions{Period: march}, header+test.row)
			require.ErrorContains(t, err, test.message)
			require.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}
