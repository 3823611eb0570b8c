package postgres_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/infra"
)

// fleet yields resources of one tenant, each about a kilobyte on either side.
func fleet(tenant string, count int) infra.Rows {
	configuration := `{"padding":"` + strings.Repeat("x", 900) + `"}`
	return func(yield func(infra.Row, error) bool) {
		for n := range count {
			if !yield(infra.Row{Resource: resource(fmt.Sprintf("%s-%06d", tenant, n), tenant, configuration)}, nil) {
				return
			}
		}
	}
}

// TestManyResources imports and lists a hundred thousand resources of one tenant beside those of
// another.
func TestManyResources(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	const many = 100_000
	i := newInventory(t)
	importer := infra.Importer{Store: i.Store, Now: time.Now}
	began := time.Now()
	for tenant, count := range map[string]int{"acme": many, "dune": many / 10} {
		_, err := importer.Import(ctx, infra.Delivery{Name: tenant}, fleet(tenant, count))
		require.NoError(t, err)
	}
	t.Logf("imported %d in %s", many+many/10, time.Since(began).Round(time.Millisecond))

	t.Run("are listed whole and in order", func(t *testing.T) {
		began := time.Now()
		filter := infra.ResourceFilter{TenantID: "acme"}
		count, last := 0, ""
		for cursor := ""; ; {
			page, err := i.Resources(ctx, filter, cursor, 5000)
			require.NoError(t, err)
			require.EqualValues(t, many, page.Total)
			for _, one := range page.Resources {
				require.Less(t, last, one.ID)
				last = one.ID
				count++
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		require.Equal(t, many, count)
		t.Logf("listed %d in pages of 5,000 in %s", many, time.Since(began).Round(time.Millisecond))
	})
	t.Run("are listed by type, a page far into the list as quickly as the first", func(t *testing.T) {
		page := func(cursor string) (infra.ResourcePage, time.Duration) {
			began := time.Now()
			read, err := i.Resources(ctx, infra.ResourceFilter{TenantID: "acme", Types: []string{"vm"}}, cursor, 100)
			require.NoError(t, err)
			return read, time.Since(began)
		}
		first, counted := page("")
		far := base64.RawURLEncoding.EncodeToString([]byte("100000:acme-099000"))
		last, took := page(far)
		require.Equal(t, "acme-099001", last.Resources[0].ID)
		require.Len(t, first.Resources, 100)
		t.Logf("the first page, which counts, took %s; one at 99,000 took %s", counted, took)
	})
}
