package statementcsv_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/statementcsv"
)

func TestWriteStatement(t *testing.T) {
	made := statement.Statement{
		Reference: "main/2026-09/1", Book: "main", Period: period.New(2026, time.September), Revision: 1,
		Tenant: tenancy.Tenant{ID: "acme", Name: `=HYPERLINK("x")`, CostCentre: "-1"},
		Sections: []statement.Section{{
			Currency: "USD",
			Direct: []statement.Line{{
				PoolID: "direct:compute", Category: allocation.CategoryCompute, Name: "Compute", Rule: "Own, \"direct\" charges.",
				Amounts: statement.Amounts{Amount: decimal.RequireFromString("1.005"), Posted: money.Posted{Decimal: decimal.RequireFromString("1.00")}},
			}},
			Shared: []statement.Line{{
				PoolID: "network", Category: allocation.CategoryNetwork, Name: "Transit", RuleID: "r1", RuleVersion: 3,
				Amounts: statement.Amounts{Amount: decimal.RequireFromString("-2"), Posted: money.Posted{Decimal: decimal.RequireFromString("-2.00")}},
			}},
		}},
	}
	var file bytes.Buffer
	require.NoError(t, statementcsv.WriteStatement(&file, made))
	want := `reference,book,period,revision,tenant_id,tenant_name,gl_account,cost_centre,currency,kind,category,pool_id,name,rule,rule_id,rule_version,amount,posted
main/2026-09/1,main,2026-09,1,acme,"'=HYPERLINK(""x"")",,'-1,USD,direct,compute,direct:compute,Compute,"Own, ""direct"" charges.",,,1.005,1.00
main/2026-09/1,main,2026-09,1,acme,"'=HYPERLINK(""x"")",,'-1,USD,shared,network,network,Transit,,r1,3,-2,-2.00
`
	require.Equal(t, want, file.String())

	t.Run("another currency follows, line by line", func(t *testing.T) {
		direct, shared := decimal.RequireFromString("0.91"), decimal.RequireFromString("-1.82")
		section := &made.Sections[0]
		section.Direct[0].Converted, section.Shared[0].Converted = &direct, &shared
		section.Converted = &statement.Converted{Currency: "EUR", Amount: direct.Add(shared), Rate: &exchange.Rate{
			Base: "EUR", Quote: "USD", Rate: decimal.RequireFromString("1.10"), AsOf: time.Date(2026, time.September, 30, 16, 0, 0, 0, time.UTC),
		}}
		file.Reset()
		require.NoError(t, statementcsv.WriteStatement(&file, made))
		rows, err := csv.NewReader(&file).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"converted_currency", "converted_amount", "rate_base", "rate_quote", "rate", "rate_as_of"}, rows[0][18:])
		require.Equal(t, []string{"EUR", "0.91", "EUR", "USD", "1.1", "2026-09-30T16:00:00Z"}, rows[1][18:])
		require.Equal(t, "-1.82", rows[2][19])
	})
}

func TestWriteJournal(t *testing.T) {
	lines := []statement.JournalLine{
		{
			Reference: "main/2026-09/1", Number: 1, Date: time.Date(2026, time.September, 30, 0, 0, 0, 0, time.UTC),
			GLAccount: "6100", CostCentre: "CC-1", Account: "acme", Description: "Cloud cost 2026-09, Acme, Inc.",
			Currency: "USD", Debit: decimal.RequireFromString("10.50"),
		},
		{Reference: "main/2026-09/1", Number: 2, GLAccount: "2100", Currency: "USD", Credit: decimal.RequireFromString("10.50")},
	}
	var file bytes.Buffer
	require.NoError(t, statementcsv.WriteJournal(&file, slices.Values(lines)))
	rows, err := csv.NewReader(strings.NewReader(file.String())).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"reference", "line", "date", "gl_account", "cost_centre", "account", "description", "currency", "debit", "credit"}, rows[0])
	require.Equal(t, []string{"main/2026-09/1", "1", "2026-09-30", "6100", "CC-1", "acme", "Cloud cost 2026-09, Acme, Inc.", "USD", "10.50", ""}, rows[1])
	require.Equal(t, []string{"", "10.50"}, rows[2][8:])
}
