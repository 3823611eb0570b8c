// Package statement makes of a published revision what leaves the house: statements for tenants, the
// journal of the general ledger and FOCUS rows. Everything is computed from the sealed cells of the
// revision and from what its close froze, so the same revision always gives the same.
package statement

import (
	"context"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Revision names what an approval published.
type Revision struct {
	Book   closing.Book
	Period period.Period
	// Number counts revisions of the period from 1.
	Number int
	// Attempts are those of all revisions up to this one, in their order: the first one's cells are
	// the period as it was closed, every later one's are what a restatement changed, and all together
	// are the period as this revision states it.
	Attempts   []int
	ResultHash string
	ApprovedAt time.Time
	// ManifestHash names what the revision was made of, Totals what it came to.
	ManifestHash string
	Totals       []closing.CurrencyTotal
}

// Ref returns the name of the attempt that made the revision.
func (r Revision) Ref() closing.AttemptRef {
	return closing.AttemptRef{Book: r.Book.ID, Period: r.Period, Attempt: r.Attempts[len(r.Attempts)-1]}
}

// Reference is what documents call the revision: book/period/revision.
func (r Revision) Reference() string {
	return closing.PostingGroup(r.Book.ID, r.Period, r.Number)
}

// Revisions finds published revisions.
type Revisions interface {
	// Revision returns a published revision, number 0 the latest. Where there is none it is a NotFound
	// error.
	Revision(ctx context.Context, book string, month period.Period, number int) (Revision, error)
}

// Publication is a revision with all that documents about it need besides its cells. It is made once
// per revision and never changed, so it may be shared between goroutines.
type Publication struct {
	Revision
	tenants map[string]tenancy.Tenant
	rules   map[string][]allocation.RuleVersion
	// lines are what the period is posted as, in byte order of currency and account; changes are what
	// this revision posts beyond the one before.
	lines   []allocation.PostingLine
	changes []allocation.PostingLine
	posted  map[accountKey]allocation.PostingLine
}

type accountKey struct{ account, currency string }

// Publish gathers a revision: its tenants and rules as they were frozen, and the exact totals of the
// accounts of each of its attempts, in their order. It posts them by rule 7 of lrm-1, as the close
// does for billing.
func Publish(revision Revision, tenants []tenancy.Tenant, rules []allocation.RuleVersion, totals [][]ledger.AccountTotal) (*Publication, error) {
	made := &Publication{
		Revision: revision,
		tenants:  make(map[string]tenancy.Tenant, len(tenants)),
		rules:    make(map[string][]allocation.RuleVersion),
		posted:   make(map[accountKey]allocation.PostingLine),
	}
	for _, tenant := range tenants {
		made.tenants[tenant.ID] = tenant
	}
	for _, version := range rules {
		if version.Pool != nil {
			made.rules[version.Pool.PoolID] = append(made.rules[version.Pool.PoolID], version)
		}
	}
	if err := made.post(totals); err != nil {
		return nil, err
	}
	for _, line := range made.lines {
		made.posted[accountKey{line.Account, line.Currency}] = line
	}
	return made, nil
}

// Tenant returns a tenant as it was when the period was frozen.
func (p *Publication) Tenant(id string) (tenancy.Tenant, bool) {
	tenant, found := p.tenants[id]
	return tenant, found
}

// isDirect reports whether a pool holds cost that went straight to its bearer.
func isDirect(pool string) bool { return strings.HasPrefix(pool, allocation.DirectPoolPrefix) }

// isBridge reports whether a pool leads from the allocated cost to the billed one.
func isBridge(pool string) bool { return strings.HasPrefix(pool, bridgePrefix) }

const bridgePrefix = "bridge:"
