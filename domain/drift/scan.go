package drift

import (
	"context"
	"encoding/json"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// ScanTenantResources compares every resource of a tenant, or those of some types, page by page, and
// returns one report. A resource whose configuration cannot be read makes the whole scan an error
// that names it: a partial report would look like a clean one. Errors of the inventory are passed on.
func (d *Detector) ScanTenantResources(ctx context.Context, tenantID string, resourceTypes []string) (Report, error) {
	if d.inventory == nil {
		return Report{}, fault.New(fault.Internal, "the detector has no inventory to scan; make it with WithInventory")
	}
	report := Report{ID: d.newID(), TenantID: tenantID, StartedAt: d.now().UTC(), ResourceIDs: []string{}, Drifts: []Record{}}
	filter := infra.ResourceFilter{TenantID: tenantID, Types: resourceTypes}
	for cursor := ""; ; {
		page, err := d.inventory.Resources(ctx, filter, cursor)
		if err != nil {
			return Report{}, err
		}
		for _, resource := range page.Resources {
			records, err := d.ScanResource(resource)
			if err != nil {
				return Report{}, err
			}
			report.ResourceIDs = append(report.ResourceIDs, resource.ID)
			report.Drifts = append(report.Drifts, records...)
		}
		if cursor, err = page.NextAfter(cursor); err != nil {
			return Report{}, err
		}
		if cursor == "" {
			break
		}
	}
	report.CompletedAt, report.Summary = d.now().UTC(), Summarize(report.Drifts)
	return report, nil
}

// ScanResource compares a resource as the state service knows it, by its schema where it has one.
// Configuration that is no JSON is an Upstream error that names resource and side; a resource that its
// provider could not be asked about is an Unavailable one, since it may be as declared, drifted or gone.
func (d *Detector) ScanResource(resource infra.Resource) ([]Record, error) {
	if !resource.Readable() {
		return nil, fault.New(fault.Unavailable, "the provider cannot read resource %s, so nothing is known of its drift; try again later", resource.ID)
	}
	desired, err := side(resource.ID, "desired", resource.Desired)
	if err != nil {
		return nil, err
	}
	actual, err := side(resource.ID, "actual", resource.Actual)
	if err != nil {
		return nil, err
	}
	subject, err := d.Subject(resource)
	if err != nil {
		return nil, err
	}
	return d.DetectResourceDrift(subject, desired, actual)
}

// Subject returns what a comparison of a resource is about. Schemas that are written alike are one, as
// long as they are remembered. A schema that is not understood is an Upstream error that names the
// resource.
func (d *Detector) Subject(resource infra.Resource) (Subject, error) {
	subject := Subject{ResourceID: resource.ID, ResourceType: resource.Type, TenantID: resource.TenantID}
	if resource.Schema == nil {
		return subject, nil
	}
	d.mutex.RLock()
	subject.Schema = d.schemas[string(resource.Schema)]
	d.mutex.RUnlock()
	if subject.Schema != nil {
		return subject, nil
	}
	value, err := document.Parse(resource.Schema)
	if err == nil {
		subject.Schema, err = ParseSchema(value)
	}
	if err != nil {
		return Subject{}, fault.Wrap(err, fault.Upstream, "the schema of resource %s is not understood", resource.ID)
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if known := d.schemas[string(resource.Schema)]; known != nil {
		subject.Schema = known
		return subject, nil
	}
	if len(d.schemas) >= rememberedPrograms {
		clear(d.schemas)
	}
	d.schemas[string(resource.Schema)] = subject.Schema
	return subject, nil
}

func side(resourceID, name string, raw json.RawMessage) (document.Value, error) {
	value, err := fromRaw(raw)
	if err != nil {
		return document.Value{}, fault.Wrap(err, fault.Upstream, "the %s configuration of resource %s cannot be read", name, resourceID)
	}
	return value, nil
}

// GetDriftHistory returns the records of a resource, newest first; since narrows to those detected
// after it, unless it is zero. Errors of the history are passed on.
func (d *Detector) GetDriftHistory(ctx context.Context, resourceID string, since time.Time) ([]Record, error) {
	if d.history == nil {
		return nil, fault.New(fault.Internal, "the detector has no history to read; make it with WithHistory")
	}
	return d.history.RecordsOf(ctx, resourceID, since)
}
