package services

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// reconciler works over HTTP, and keeps its journal in PostgreSQL.
func (p *platform) reconciler() *infra.Reconciler {
	return &infra.Reconciler{Provider: p.State, Journal: postgres.NewReconciliations(p.pool, []byte("a secret of 32 bytes or still more")), Now: time.Now}
}

// patient keeps the breaker out of tests about single refusals.
func patient(o *serviceclient.Options) { o.Breaker.Failures = 1000 }

func (p *platform) read(t *testing.T, id string) infra.Resource {
	t.Helper()
	resource, err := p.State.Read(t.Context(), id)
	require.NoError(t, err)
	return resource
}

// chain makes three resources, each depending on the one before, whose declared n is 1 and whose
// running n is 0, and returns their ids and the actions that mend them.
func (p *platform) chain(t *testing.T, name string) (ids []string, actions []infra.Action) {
	t.Helper()
	for i := range 3 {
		id := fmt.Sprintf("%s-%d", name, i)
		resource := infra.Resource{
			ID: id, Type: "test", TenantID: "acme", Desired: json.RawMessage(`{"n":1,"tags":{}}`), Actual: json.RawMessage(`{"n":0}`),
		}
		if i > 0 {
			resource.DependsOn = []string{ids[i-1]}
		}
		_, err := p.State.Create(t.Context(), "make-"+id, resource)
		require.NoError(t, err)
		ids = append(ids, id)
		actions = append(actions, infra.Action{
			Type: infra.ActionUpdate, ResourceID: id, Version: 1,
			Changes: []infra.Change{{Path: "n", Value: json.RawMessage("1")}, {Path: "tags", Value: json.RawMessage("{}")}},
		})
	}
	t.Cleanup(func() { p.control(t, http.MethodDelete, "/sandbox/v1/faults", "") })
	return ids, actions
}

// expect demands what every resource runs with.
func (p *platform) expect(t *testing.T, ids []string, configuration string) {
	t.Helper()
	for _, id := range ids {
		require.JSONEq(t, configuration, string(p.read(t, id).Actual), id)
	}
}

const (
	before = `{"n":0}`
	after  = `{"n":1,"tags":{}}`
)

func testReconciling(t *testing.T, database string) {
	p := start(t, database)

	t.Run("drift of every kind is mended in order, and the engine then finds none", func(t *testing.T) {
		desired := func(id, path string) json.RawMessage {
			var configuration map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(p.read(t, id).Desired, &configuration))
			return configuration[path]
		}
		actions := []infra.Action{
			{Type: infra.ActionUpdate, ResourceID: "vm-pinnacle-1", Changes: []infra.Change{
				{Path: "InstanceType", Value: desired("vm-pinnacle-1", "InstanceType")}, {Path: "EbsOptimized", Value: json.RawMessage("true")},
			}},
			{Type: infra.ActionUpdate, ResourceID: "sg-meridian", Changes: []infra.Change{{Path: "SecurityGroupIngress", Value: desired("sg-meridian", "SecurityGroupIngress")}}},
			{Type: infra.ActionUpdate, ResourceID: "bkt-borealis-4", Changes: []infra.Change{{Path: "BucketEncryption", Value: desired("bkt-borealis-4", "BucketEncryption")}}},
			{Type: infra.ActionUpdate, ResourceID: "db-meridian-3", Changes: []infra.Change{{Path: "BackupRetentionPeriod", Value: json.RawMessage("14")}}},
			{Type: infra.ActionCreate, ResourceID: "vm-vertex-1", Changes: []infra.Change{{Path: "", Value: p.read(t, "vm-vertex-1").Desired}}},
			{Type: infra.ActionDelete, ResourceID: "vm-unknown-7f3a"},
		}
		result, err := p.reconciler().Reconcile(t.Context(), infra.Run{ID: "every-kind", Actions: actions})
		require.NoError(t, err)
		require.Equal(t, len(actions), result.Count(infra.StatusDone), "%+v", result.Outcomes)
		require.NotContains(t, string(p.read(t, "sg-meridian").Actual), `"FromPort":22`)
		require.NotNil(t, p.read(t, "vm-vertex-1").Actual)
		require.Equal(t, infra.Deleted, p.read(t, "vm-unknown-7f3a").State)
		group, _ := result.Of("sg-meridian")
		database, _ := result.Of("db-meridian-3")
		require.Less(t, indexOf(result, group.ResourceID), indexOf(result, database.ResourceID), "the database stands behind the security group")
	})
	t.Run("what something keeps changing back is left alone after three times", func(t *testing.T) {
		ids, actions := p.chain(t, "flap")
		p.control(t, http.MethodPost, "/sandbox/v1/drift", `{"resource_id":"flap-0","changes":[{"path":"n","value":0},{"path":"tags","remove":true}],"again":100}`)
		actions[0].Version = p.read(t, ids[0]).Version
		result, err := p.reconciler().Reconcile(t.Context(), infra.Run{ID: "flap", Actions: actions[:1]})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "changed back 3 times")
		require.Equal(t, infra.StatusContested, result.Outcomes[0].Status)
		require.Equal(t, 3, result.Outcomes[0].Writes)
		p.control(t, http.MethodDelete, "/sandbox/v1/drift", "")
	})
	t.Run("many at once on one resource lose nothing of each other", func(t *testing.T) {
		ids, _ := p.chain(t, "crowd")
		var crowd sync.WaitGroup
		problems := make([]error, 6)
		for n := range problems {
			crowd.Go(func() {
				r := p.reconciler()
				r.Limits.Attempts = 50
				action := infra.Action{Type: infra.ActionUpdate, ResourceID: ids[0], Changes: []infra.Change{{Path: fmt.Sprintf("key%d", n), Value: json.RawMessage("1")}}}
				_, problems[n] = r.Reconcile(t.Context(), infra.Run{ID: fmt.Sprint("crowd-", n), Actions: []infra.Action{action}})
			})
		}
		crowd.Wait()
		require.NoError(t, errors.Join(problems...))
		require.JSONEq(t, `{"n":0,"key0":1,"key1":1,"key2":1,"key3":1,"key4":1,"key5":1}`, string(p.read(t, ids[0]).Actual))
	})
}

func indexOf(result infra.Result, id string) int {
	for i, outcome := range result.Outcomes {
		if outcome.ResourceID == id {
			return i
		}
	}
	return -1
}

func testReconcilingUnderFaults(t *testing.T, database string) {
	p := start(t, database, patient)
	const patch = `PATCH /state/v1/resources/{resource_id}`
	for name, c := range map[string]struct {
		fault string
		// done is whether the run is to get through at the first try.
		done bool
	}{
		"answers that are lost after the effect": {`{"route":"` + patch + `","status":500,"after_effect":true,"times":2}`, true},
		"answers that break off":                 {`{"route":"` + patch + `","truncated":true,"times":2}`, true},
		"two refusals of 503":                    {`{"route":"` + patch + `","status":503,"times":2}`, true},
		"every third call fails":                 {`{"route":"PATCH /state/*","error_rate":0.3}`, false},
		"every fifth write is refused":           {`{"route":"` + patch + `","error_rate":0.2,"status":412}`, true},
		"a storm of 412":                         {`{"route":"` + patch + `","status":412}`, false},
		"an outage of writes":                    {`{"route":"` + patch + `","status":503}`, false},
		"a proxy that answers for the service":   {`{"route":"` + patch + `","malformed":true}`, false},
		"a service that speaks otherwise":        {`{"route":"` + patch + `","wrong_schema":true}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			slug := strings.ReplaceAll(name, " ", "-")
			ids, actions := p.chain(t, slug)
			p.control(t, http.MethodPut, "/sandbox/v1/faults", c.fault)
			run := infra.Run{ID: "run-" + slug, Actions: actions}
			result, err := p.reconciler().Reconcile(t.Context(), run)
			if c.done {
				require.NoError(t, err)
				require.Equal(t, 3, result.Count(infra.StatusDone))
				p.expect(t, ids, after)
				return
			}
			if err != nil {
				require.Zero(t, result.Count(infra.StatusDone), "%+v", result.Outcomes)
				p.control(t, http.MethodDelete, "/sandbox/v1/faults", "")
				p.expect(t, ids, before)
				result, err = p.reconciler().Reconcile(t.Context(), run)
			}
			require.NoError(t, err, "the same run, taken up when the fault is gone")
			require.Equal(t, 3, result.Count(infra.StatusDone), "%+v", result.Outcomes)
			p.expect(t, ids, after)
		})
	}
	t.Run("an outage in the middle, through which nothing can be taken back, is made up for later", func(t *testing.T) {
		ids, actions := p.chain(t, "middle")
		// The first two patches pass, and then nothing does, rolling back included.
		gate := &gate{Provider: p.State, open: 2}
		r := p.reconciler()
		r.Provider = gate
		result, err := r.Reconcile(t.Context(), infra.Run{ID: "middle", Actions: actions})
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
		require.Equal(t, 2, result.Count(infra.StatusRollbackFailed), "%+v", result.Outcomes)
		p.expect(t, ids[:2], after)
		p.expect(t, ids[2:], before)

		gate.open = 1000
		result, err = r.Reconcile(t.Context(), infra.Run{ID: "middle", Actions: actions})
		require.NoError(t, err)
		require.Equal(t, 3, result.Count(infra.StatusDone), "%+v", result.Outcomes)
		p.expect(t, ids, after)
	})
	t.Run("an open breaker ends the run at once and says when to come back", func(t *testing.T) {
		impatient := start(t, database, func(o *serviceclient.Options) { o.Breaker.Failures = 2 })
		_, actions := impatient.chain(t, "breaker")
		impatient.control(t, http.MethodPut, "/sandbox/v1/faults", `{"route":"PATCH /state/*","status":503}`)
		_, err := impatient.reconciler().Reconcile(t.Context(), infra.Run{ID: "breaker", Actions: actions})
		var coded *fault.Error
		require.ErrorAs(t, err, &coded)
		require.Equal(t, fault.Unavailable, coded.Code)
		require.True(t, coded.Retryable)
	})
}

// gate lets a number of updates pass and refuses all others, as a service that goes down does.
type gate struct {
	infra.Provider
	open int
}

func (g *gate) Update(ctx context.Context, key string, update infra.Update) (infra.Resource, error) {
	if g.open--; g.open < 0 {
		return infra.Resource{}, fault.New(fault.Unavailable, "the state service went down")
	}
	return g.Provider.Update(ctx, key, update)
}

// dying is a provider whose process ends at the n-th write, just before or just after it.
type dying struct {
	infra.Provider
	at    int
	after bool
}

var errDied = errors.New("the process died")

func (d *dying) Update(ctx context.Context, key string, update infra.Update) (infra.Resource, error) {
	d.at--
	if d.at == 0 && !d.after {
		panic(errDied)
	}
	written, err := d.Provider.Update(ctx, key, update)
	if d.at == 0 {
		panic(errDied)
	}
	return written, err
}

func testReconcilingAfterACrash(t *testing.T, database string) {
	p := start(t, database, patient)
	for at := 1; at <= 3; at++ {
		for _, after := range []bool{false, true} {
			name := fmt.Sprintf("at-write-%d-%t", at, after)
			t.Run(name, func(t *testing.T) {
				ids, actions := p.chain(t, "crash-"+name)
				run := infra.Run{ID: "crash-" + name, Actions: actions}
				first := p.reconciler()
				first.Provider = &dying{Provider: p.State, at: at, after: after}
				require.PanicsWithValue(t, errDied, func() { _, _ = first.Reconcile(t.Context(), run) })

				result, err := p.reconciler().Reconcile(t.Context(), run)
				require.NoError(t, err)
				require.Equal(t, 3, result.Count(infra.StatusDone), "%+v", result.Outcomes)
				p.expect(t, ids, `{"n":1,"tags":{}}`)
				for _, id := range ids {
					require.EqualValues(t, 2, p.read(t, id).Version, "%s was written once", id)
				}
			})
		}
	}
}
