package workers

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// lens is how the resources of one tenant are looked at: by the rules of one version, with the secrets of
// every resource hidden in all of them. It is safe for concurrent use.
type lens struct {
	detector *drift.Detector
	redactor secrecy.Redactor
}

var _ driftwatch.Comparer = (*lens)(nil)

// newLens reads all that a tenant runs for its secrets. Errors are the inventory's.
func newLens(ctx context.Context, inventory infra.Inventory, key secrecy.Key, tenantID string, own ...drift.Option) (*lens, error) {
	l := &lens{redactor: secrecy.Redactor{Key: key, Known: &secrecy.Secrets{}}}
	options := append(rulesfile.BuiltIn(), drift.WithJudge(judgement.Judge{Secrets: l.redactor}), drift.WithRedactor(l.redactor))
	var err error
	if l.detector, err = drift.NewDetector(append(options, own...)...); err != nil {
		return nil, err
	}
	for cursor := ""; ; {
		page, err := inventory.Resources(ctx, infra.ResourceFilter{TenantID: tenantID}, cursor)
		if err != nil {
			return nil, fault.WithoutCause(err) // nobody knows yet what it must not quote
		}
		for _, resource := range page.Resources {
			l.learn(l.redactor.Known, resource)
		}
		if cursor, err = page.NextAfter(cursor); err != nil || cursor == "" {
			return l, err
		}
	}
}

// learn takes in the secrets of a resource. What cannot be read of it is told by the comparison.
func (l *lens) learn(secrets *secrecy.Secrets, resource infra.Resource) {
	subject, err := l.detector.Subject(resource)
	if err != nil {
		return
	}
	for _, side := range []infra.Side{infra.SideDesired, infra.SideActual} {
		if config, err := document.Parse(resource.Configuration(side)); err == nil {
			_ = secrets.LearnMarked(l.detector, subject, config) // an error is about the subject, which is good
		}
	}
	secrets.ForgetPlaces()
}

// remember has the lens hide what was a secret of the tenant before, and notes what is one now. Errors are
// the memory's.
func (l *lens) remember(ctx context.Context, memory driftwatch.SecretMemory, tenantID string, now time.Time) error {
	noted, err := memory.Traces(ctx, tenantID, now.Add(-driftwatch.TracesKept))
	if err != nil {
		return err
	}
	past := make(map[[16]byte]driftwatch.SeenTrace, len(noted))
	for _, trace := range noted {
		past[trace.Tag] = trace
	}
	tracer := l.redactor.Key.Tracer(tenantID)
	var news []secrecy.Trace
	for _, trace := range l.redactor.Known.Traces(tracer) {
		if seen, known := past[trace.Tag]; !known || now.Sub(seen.SeenAt) > driftwatch.TracesRenewed {
			news = append(news, trace)
		}
		delete(past, trace.Tag)
	}
	gone := make([]secrecy.Trace, 0, len(past))
	for _, trace := range past {
		gone = append(gone, trace.Trace)
	}
	l.redactor.Known.Remember(secrecy.NewMemory(tracer, gone))
	return memory.See(ctx, tenantID, news, now)
}

// ScanResource implements driftwatch.Comparer. A resource that was deleted is neither declared nor there.
// What lies beneath an error may quote the configuration, and goes no further.
func (l *lens) ScanResource(resource infra.Resource) ([]drift.Record, error) {
	if resource.Desired == nil && resource.Actual == nil {
		return nil, nil
	}
	records, err := l.detector.ScanResource(resource)
	if err != nil {
		return nil, fault.WithoutCause(err)
	}
	return records, nil
}

// Hide implements driftwatch.Comparer.
func (l *lens) Hide(resource infra.Resource, text string) string {
	own := secrecy.Redactor{Key: l.redactor.Key, Known: &secrecy.Secrets{}}
	l.learn(own.Known, resource)
	return l.redactor.Text(resource.TenantID, own.Text(resource.TenantID, text))
}
