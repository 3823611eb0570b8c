package driftwatch

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Comparer finds what differs in the resources of one tenant by the rules of one version. Secrets of any
// of its resources are hidden in all that it returns.
type Comparer interface {
	// ScanResource compares one resource. One that cannot be compared is an error that quotes nothing of a
	// configuration.
	ScanResource(resource infra.Resource) ([]drift.Record, error)
	// Hide returns a text about a resource, such as what its provider says of a change, without secrets.
	Hide(resource infra.Resource, text string) string
}

// Scanner works through the pages of a tenant's resources. It is safe for concurrent use when its
// ports are.
type Scanner struct {
	Inventory infra.Inventory
	Scans     PageKeeper
	Comparer  Comparer
	// Now tells the time, by which a change that goes on is told from one that is stuck.
	Now func() time.Time
	// OnPage, where not nil, hears how many resources are done.
	OnPage func(done, expected int64)
}

// PageKeeper keeps what a scan finds, a page at a time, so that a scan which was cut off goes on after
// the last page that is kept.
type PageKeeper interface {
	// Position tells where a scan stands.
	Position(ctx context.Context, ref ScanRef) (Position, error)
	// KeepPage keeps a page and returns where the scan stands then. A page that is kept already changes
	// nothing.
	KeepPage(ctx context.Context, ref ScanRef, page Page) (Position, error)
}

// Scan works through what is left of a scan and returns where it stands. An Upstream error of the
// inventory ends it in the middle: what was kept until then stands.
func (s *Scanner) Scan(ctx context.Context, ref ScanRef, types []string) (Position, error) {
	at, err := s.Scans.Position(ctx, ref)
	for err == nil && !at.Finished {
		var listed infra.ResourcePage
		listed, err = s.Inventory.Resources(ctx, infra.ResourceFilter{TenantID: ref.TenantID, Types: types}, at.Cursor)
		if err != nil {
			return at, fault.Reword(err, func(text string) string {
				return s.Comparer.Hide(infra.Resource{TenantID: ref.TenantID}, text)
			})
		}
		page := Page{Number: at.Pages + 1}
		if page.Next, err = listed.NextAfter(at.Cursor); err != nil {
			return at, err
		}
		for _, resource := range listed.Resources {
			s.look(ref, resource, &page)
		}
		page.Tally.Expected = listed.Total
		if at, err = s.Scans.KeepPage(ctx, ref, page); err == nil && s.OnPage != nil {
			s.OnPage(at.Tally.Resources, at.Tally.Expected)
		}
	}
	return at, err
}

// longestChange is how long a scan takes a change for one that goes on: a resource that nobody touched for
// longer is stuck in the middle, and compared as it stands, and so is one whose clock says that it was touched
// that far ahead.
const longestChange = time.Hour

// look compares one resource. One that cannot be read or compared says nothing about drift, and makes
// the scan a partial one. One that is being changed is neither what it was nor what it will be: what is
// known of it stays until a later scan.
func (s *Scanner) look(ref ScanRef, resource infra.Resource, page *Page) {
	page.Tally.Resources++
	if resource.TenantID == "" {
		resource.TenantID = ref.TenantID
	}
	if resource.TenantID != ref.TenantID || !resource.Readable() {
		page.Tally.Unreadable++
		return
	}
	if resource.State.Changing() && s.Now().Sub(resource.UpdatedAt).Abs() < longestChange {
		page.Tally.see(resource)
		page.Tally.Changing++
		page.Changing = append(page.Changing, resource.ID)
		return
	}
	records, err := s.Comparer.ScanResource(resource)
	if err != nil {
		page.Tally.Unreadable++
		return
	}
	page.Tally.see(resource)
	opens := opens(resource, records)
	for _, record := range records {
		switch record.Type {
		case drift.ResourceMissing:
			page.Tally.Missing++
		case drift.ResourceExtra:
			page.Tally.Extra++
		default:
		}
		finding := NewFinding(record)
		finding.Opens = opens
		page.Findings = append(page.Findings, finding)
	}
	if len(records) > 0 {
		page.Tally.Drifted++
	}
	page.Tally.Findings += int64(len(records))
}
