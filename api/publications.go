package api

import (
	"context"
	"sync"

	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
)

// keptPublications is how many revisions are kept at hand, so that statements of all tenants do not
// each sum the whole month. One of 100,000 tenants takes about 50 MB.
const keptPublications = 3

// publications keeps the revisions that were asked for last. A revision never changes once published.
type publications struct {
	mu    sync.Mutex
	items []*statement.Publication
}

// find returns a kept revision and makes it the last to go.
func (p *publications) find(revision statement.Revision) *statement.Publication {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, kept := range p.items {
		if kept.Reference() == revision.Reference() && kept.ResultHash == revision.ResultHash {
			p.items = append(append(p.items[:i:i], p.items[i+1:]...), kept)
			return kept
		}
	}
	return nil
}

func (p *publications) keep(made *statement.Publication) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.items = append(p.items, made); len(p.items) > keptPublications {
		p.items = append([]*statement.Publication{}, p.items[1:]...)
	}
}

// publication gathers a published revision, 0 for the latest.
func (s *server) publication(ctx context.Context, book string, month period.Period, number int) (*statement.Publication, error) {
	revision, err := s.Revisions.Revision(ctx, book, month, number)
	if err != nil {
		return nil, err
	}
	if kept := s.published.find(revision); kept != nil {
		return kept, nil
	}
	tenants, err := s.Frozen.Tenants(ctx, revision.Ref())
	if err != nil {
		return nil, err
	}
	rules, err := s.frozenRules(ctx, revision.Ref())
	if err != nil {
		return nil, err
	}
	totals := make([][]ledger.AccountTotal, len(revision.Attempts))
	for i, attempt := range revision.Attempts {
		if totals[i], err = s.Totals.AccountTotals(ctx, book, month, attempt); err != nil {
			return nil, err
		}
	}
	made, err := statement.Publish(revision, tenants, rules, totals)
	if err != nil {
		return nil, err
	}
	s.published.keep(made)
	return made, nil
}
