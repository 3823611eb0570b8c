package statementhtml_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/statementhtml"
)

var update = flag.Bool("update", false, "write the golden files anew")

func amounts(full, posted string) statement.Amounts {
	return statement.Amounts{Amount: decimal.RequireFromString(full), Posted: money.Posted{Decimal: decimal.RequireFromString(posted)}}
}

func sample() statement.Statement {
	return statement.Statement{
		Reference: "main/2026-09/1", Book: "main", BookName: "Main", Period: period.New(2026, time.September),
		PeriodStart: time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC),
		PeriodEnd:   time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC),
		Revision:    1, ResultHash: "5f0c1d", ApprovedAt: time.Date(2026, time.October, 10, 9, 0, 0, 0, time.UTC),
		Tenant: tenancy.Tenant{ID: "acme", Name: `Acme <script>alert("x")</script>`, Plan: tenancy.PlanPremium},
		Sections: []statement.Section{{
			Currency: "USD",
			Direct: []statement.Line{{
				PoolID: "direct:compute", Category: allocation.CategoryCompute, Name: "Compute",
				Rule: "Charges of the tenant's own accounts and resources.", Amounts: amounts("1234567.891", "1234567.89"),
			}},
			Shared: []statement.Line{{
				PoolID: "network", Category: allocation.CategoryNetwork, Name: "Transit & egress",
				Rule: "In proportion to measured use: network.", Amounts: amounts("-0.5", "-0.50"),
			}},
			DirectTotal: amounts("1234567.891", "1234567.89"), SharedTotal: amounts("-0.5", "-0.50"),
			Total: amounts("1234567.391", "1234567.39"),
		}},
	}
}

func render(t *testing.T, made statement.Statement) string {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, statementhtml.Write(&page, made))
	return page.String()
}

func TestPage(t *testing.T) {
	page := render(t, sample())
	t.Run("it looks as it did", func(t *testing.T) {
		const golden = "testdata/statement.html"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(page), 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), page)
	})
	t.Run("what people named things does not become markup", func(t *testing.T) {
		require.NotContains(t, page, "<script")
		require.Contains(t, page, "Transit &amp; egress")
	})
	t.Run("it asks for nothing from elsewhere", func(t *testing.T) {
		for _, reference := range []string{"src=", "href=", "url(", "@import", "http:", "https:"} {
			require.NotContains(t, page, reference)
		}
	})
	t.Run("amounts are grouped, posted ones with all their digits", func(t *testing.T) {
		require.Contains(t, page, "1\u202f234\u202f567.39")
		require.Contains(t, page, "−0.50")
	})
	t.Run("the policy lets its style sheet through alone", func(t *testing.T) {
		require.True(t, strings.HasPrefix(statementhtml.ContentSecurityPolicy, "default-src 'none'; "))
		require.Contains(t, statementhtml.ContentSecurityPolicy, "style-src 'sha256-")
	})
	t.Run("a tenant that owes nothing is told so", func(t *testing.T) {
		nothing := sample()
		nothing.Sections = nil
		require.Contains(t, render(t, nothing), "No costs were allocated")
	})
}
