package workers

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

// lensOf makes a lens that knows as many secrets.
func lensOf(secrets int) *lens {
	known := &secrecy.Secrets{}
	for i := range secrets {
		known.Mark(document.TextValue(fmt.Sprintf("secret number %d", i)))
	}
	return &lens{redactor: secrecy.Redactor{Known: known}}
}

// taken takes a lens of a tenant and says whether it was made for that.
func taken(t *testing.T, s *shelf, tenant string, secrets int) (made bool) {
	t.Helper()
	_, err := s.take(lensKey{tenantID: tenant}, time.Now(), func() (*lens, error) {
		made = true
		return lensOf(secrets), nil
	})
	require.NoError(t, err)
	return made
}

func TestShelf(t *testing.T) {
	t.Run("of a thousand small tenants keeps those used last", func(t *testing.T) {
		s := &shelf{}
		tenant := func(i int) string { return fmt.Sprintf("tenant-%d", i) }
		for i := range 1000 {
			require.True(t, taken(t, s, tenant(i), 3))
			require.False(t, taken(t, s, tenant(0), 3), "what is used again and again stays")
		}
		require.Len(t, s.slots, shelfHolds/(lensWeight+3))
		require.False(t, taken(t, s, tenant(999), 3))
		require.False(t, taken(t, s, tenant(950), 3))
		require.True(t, taken(t, s, tenant(1), 3))
	})
	t.Run("keeps one that is larger than all room, and nothing beside it", func(t *testing.T) {
		s := &shelf{}
		taken(t, s, "small", 1)
		taken(t, s, "large", shelfHolds)
		require.False(t, taken(t, s, "large", shelfHolds))
		require.Len(t, s.slots, 1)
		taken(t, s, "small", 1)
		require.Len(t, s.slots, 1)
	})
	t.Run("lets go of a lens that nobody asks for any more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &shelf{}
			taken(t, s, "acme", 3)
			<-time.After(lensFresh / 2)
			taken(t, s, "dune", 3)
			require.False(t, taken(t, s, "acme", 3), "using it does not make it fresh again")
			<-time.After(lensFresh/2 + time.Second)
			synctest.Wait()
			require.Len(t, s.slots, 1)
			require.True(t, taken(t, s, "acme", 3))
			<-time.After(lensFresh)
			synctest.Wait()
			require.Empty(t, s.slots)
		})
	})
	t.Run("keeps nothing of what could not be made", func(t *testing.T) {
		s := &shelf{}
		_, err := s.take(lensKey{tenantID: "acme"}, time.Now(), func() (*lens, error) { return nil, fmt.Errorf("no answer") })
		require.Error(t, err)
		require.Empty(t, s.slots)
	})
	t.Run("has one made for all who ask at once, and none kept that was forgotten meanwhile", func(t *testing.T) {
		s := &shelf{}
		var group sync.WaitGroup
		var made int
		for range 8 {
			group.Go(func() {
				_, err := s.take(lensKey{tenantID: "acme"}, time.Now(), func() (*lens, error) {
					made++
					return lensOf(1), nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		require.Equal(t, 1, made)
		_, err := s.take(lensKey{tenantID: "dune"}, time.Now(), func() (*lens, error) {
			s.forget("dune")
			return lensOf(1), nil
		})
		require.NoError(t, err)
		require.NotContains(t, s.slots, lensKey{tenantID: "dune"})
	})
}
