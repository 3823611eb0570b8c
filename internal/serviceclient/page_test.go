package serviceclient_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

const oneCharge = `{"source_row":1,"billing_account_id":"a","billing_period":"2026-09","billing_currency":"USD",` +
	`"charge_period_start":"2026-09-01T00:00:00Z","charge_period_end":"2026-09-02T00:00:00Z",` +
	`"billed_cost":"32.8088321252","effective_cost":0.00000080000,"charge_category":"Usage","tags":{" Team":"x"}}`

func TestChargePages(t *testing.T) {
	t.Run("amounts arrive exactly, as text or as number", func(t *testing.T) {
		clients := serve(t, answer(http.StatusOK, `{"total":9,"news":{"a":[1]},"charges":[`+oneCharge+`],"next_cursor":"n"}`))
		page, err := clients.Billing.Charges(t.Context(), september, "")
		require.NoError(t, err)
		require.Equal(t, "n", page.Next)
		require.EqualValues(t, 9, page.Total)
		require.Len(t, page.Charges, 1)
		require.Equal(t, "32.8088321252", page.Charges[0].BilledCost.String())
		require.Equal(t, "0.0000008", page.Charges[0].EffectiveCost.String())
		require.Equal(t, map[string]string{" Team": "x"}, page.Charges[0].Tags)
	})
	t.Run("the query asks for month, page and place", func(t *testing.T) {
		var asked string
		clients := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Query().Encode()
			answer(http.StatusOK, noCharges)(w, r)
		})
		_, err := clients.Billing.Charges(t.Context(), september, "a/b")
		require.NoError(t, err)
		require.Equal(t, "cursor=a%2Fb&limit=5000&period=2026-09", asked)
	})
}

func TestUnusableAnswers(t *testing.T) {
	without := func(member string) string { return strings.Replace(oneCharge, `"`+member+`"`, `"other"`, 1) }
	list := func(charge string) string { return `{"charges":[` + charge + `],"total":1}` }
	for _, c := range []struct {
		name, body string
		code       fault.Code
		retryable  bool
	}{
		{"HTML", "<html>out of order</html>", fault.Unavailable, true},
		{"garbage inside", `{"charges":[{"billed_cost":"1",,}]}`, fault.Unavailable, true},
		{"nothing", "", fault.Unavailable, true},
		{"the first half", list(oneCharge)[:200], fault.Unavailable, true},
		{"a list where an object belongs", `[]`, fault.Upstream, false},
		{"an object without the list", `{"total":0}`, fault.Upstream, false},
		{"an object without the total", `{"charges":[]}`, fault.Upstream, false},
		{"null for the list", `{"charges":null,"total":0}`, fault.Upstream, false},
		{"a total that is text", `{"charges":[],"total":"many"}`, fault.Upstream, false},
		{"an amount that is none", list(strings.Replace(oneCharge, "32.8088321252", "a lot", 1)), fault.Upstream, false},
		{"an amount of a billion digits", list(strings.Replace(oneCharge, "32.8088321252", "1e999999999", 1)), fault.Upstream, false},
		{"an amount with 39 digits after the point", list(strings.Replace(oneCharge, "32.8088321252", "1e-39", 1)), fault.Upstream, false},
		{"a time that is none", list(strings.Replace(oneCharge, "2026-09-01T00:00:00Z", "yesterday", 1)), fault.Upstream, false},
		{"a charge without billed cost", list(without("billed_cost")), fault.Upstream, false},
		{"a charge without effective cost", list(without("effective_cost")), fault.Upstream, false},
		{"a charge without currency", list(without("billing_currency")), fault.Upstream, false},
		{"a charge without account", list(without("billing_account_id")), fault.Upstream, false},
		{"a charge of another month", list(strings.Replace(oneCharge, `"2026-09"`, `"2026-08"`, 1)), fault.Upstream, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := serve(t, answer(http.StatusOK, c.body)).Billing.Charges(t.Context(), september, "")
			coded, called := parts(t, err)
			require.Equal(t, c.code, coded.Code, "%v", err)
			require.Equal(t, c.retryable, coded.Retryable)
			require.Equal(t, http.StatusOK, called.Status)
		})
	}
	t.Run("a connection that breaks off in the middle of the body", func(t *testing.T) {
		clients := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, list(oneCharge)[:100])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		})
		_, err := clients.Billing.Charges(t.Context(), september, "")
		coded, _ := parts(t, err)
		require.Equal(t, fault.Unavailable, coded.Code)
		require.True(t, coded.Retryable)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
	t.Run("a page whose next page is itself", func(t *testing.T) {
		clients := serve(t, answer(http.StatusOK, `{"charges":[],"total":0,"next_cursor":"same"}`))
		_, err := clients.Billing.Charges(t.Context(), september, "same")
		require.True(t, fault.Is(err, fault.Upstream), "%v", err)
	})
}

func TestBodyLimit(t *testing.T) {
	body := `{"charges":[` + oneCharge + `],"total":1}`
	limited := func(limit int) func(*serviceclient.Options) {
		return func(o *serviceclient.Options) { o.MaxBody = int64(limit) }
	}
	flushed := func(w http.ResponseWriter, _ *http.Request) {
		for i := range len(body) { // in chunks, so that no Content-Length tells
			_, _ = io.WriteString(w, body[i:i+1])
			if i%50 == 0 {
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"with a length": answer(http.StatusOK, body), "without a length": flushed,
	} {
		t.Run("a body as long as the limit passes, "+name, func(t *testing.T) {
			page, err := serve(t, handler, limited(len(body))).Billing.Charges(t.Context(), september, "")
			require.NoError(t, err)
			require.Len(t, page.Charges, 1)
		})
		t.Run("a byte more does not, "+name, func(t *testing.T) {
			_, err := serve(t, handler, limited(len(body)-1)).Billing.Charges(t.Context(), september, "")
			coded, _ := parts(t, err)
			require.Equal(t, fault.Upstream, coded.Code, "%v", err)
			require.False(t, coded.Retryable)
			require.Contains(t, coded.Message, "ask for smaller pages")
		})
	}
}

func TestTenants(t *testing.T) {
	t.Run("all pages are read and sorted by id", func(t *testing.T) {
		clients := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
			next := ""
			if n < 3 {
				next = fmt.Sprintf(`,"next_cursor":"%d"`, n+1)
			}
			answer(http.StatusOK, fmt.Sprintf(`{"tenants":[{"tenant_id":"t%d","plan":"free","weight":"1"}],"total":4%s}`, 9-n, next))(w, r)
		})
		tenants, err := clients.Tenants.Tenants(t.Context())
		require.NoError(t, err)
		var ids []string
		for _, tenant := range tenants {
			ids = append(ids, tenant.ID)
		}
		require.Equal(t, []string{"t6", "t7", "t8", "t9"}, ids)
	})
	for name, body := range map[string]string{
		"a tenant listed twice": `{"tenants":[{"tenant_id":"a","plan":"free"},{"tenant_id":"a","plan":"free"}],"total":2}`,
		"an unknown plan":       `{"tenants":[{"tenant_id":"a","plan":"gold"}],"total":1}`,
		"an id with a slash":    `{"tenants":[{"tenant_id":"a/b","plan":"free"}],"total":1}`,
		"empty pages for ever":  `{"tenants":[],"total":1,"next_cursor":"more"}`,
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := serve(t, answer(http.StatusOK, body)).Tenants.Tenants(t.Context())
			require.True(t, fault.Is(err, fault.Upstream), "%v", err)
		})
	}
}

func TestStateResources(t *testing.T) {
	var asked string
	clients := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Encode()
		answer(http.StatusOK, `{"resources":[{"resource_id":"a","resource_type":"vm","desired":{"n":1.10},"actual":null},{"resource_id":"b","resource_type":"vm","actual":{}}],"total":2}`)(w, r)
	})
	page, err := clients.State.Resources(t.Context(), infra.ResourceFilter{TenantID: "acme", Types: []string{"vm", "bucket"}}, "")
	require.NoError(t, err)
	require.Equal(t, "limit=5000&tenant_id=acme&type=vm&type=bucket", asked)
	require.Equal(t, `{"n":1.10}`, string(page.Resources[0].Desired), "a configuration is kept to the digit")
	require.Nil(t, page.Resources[0].Actual)
	require.Nil(t, page.Resources[1].Desired)
}
