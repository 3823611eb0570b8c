package postgres_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// mending is the store of remediations on a bench, with helpers to bring one somewhere.
type mending struct {
	*driftBench
	store *postgres.Remediations
}

func newMending(t testing.TB) *mending {
	t.Helper()
	b := newDriftBench(t)
	return &mending{driftBench: b, store: postgres.NewRemediations(b.pool)}
}

func (m *mending) request(resource, cause string) remediation.Request {
	return remediation.Request{
		Candidate: driftwatch.Candidate{TenantID: "acme", ResourceID: resource, ResourceType: "vm", Severity: drift.Security, Cause: cause},
		Mode:      driftwatch.Enforce, ScanID: "scan-1", RequestedBy: "operator", CorrelationID: "corr", Announced: true, Now: m.now,
	}
}

func (m *mending) open(t testing.TB, resource, cause string) remediation.Ref {
	t.Helper()
	opened, isNew, err := m.store.Open(ctx, m.request(resource, cause))
	require.NoError(t, err)
	require.True(t, isNew)
	require.Equal(t, remediation.Planning, opened.State)
	return opened.Ref
}

func planOf(resource string, automatic bool) remediation.Plan {
	plan := remediation.Plan{Automatic: automatic, Changes: []remediation.Difference{{DriftID: "d-1", Path: "port", Severity: drift.Security}}, Version: 3}
	plan.ResourceID, plan.Type = resource, drift.ActionUpdate
	plan.ConfigChanges = map[string]json.RawMessage{"port": json.RawMessage("22")}
	plan.Revert = remediation.Option{Possible: true, Effect: remediation.Narrows, Approvals: 1}
	return plan
}

func (m *mending) plan(t testing.TB, ref remediation.Ref, hash string, automatic bool) remediation.Remediation {
	t.Helper()
	kept, err := m.store.KeepPlan(ctx, ref, planOf("vm-1", automatic), remediation.Keeping{
		Hash: hash, Deadline: m.now.Add(time.Hour), Announce: true, Now: m.now,
		Mode: driftwatch.Enforce, Limits: remediation.DefaultPolicy().Limits,
	})
	require.NoError(t, err)
	return kept
}

func (m *mending) decision(id, hash string, verdict approval.Verdict) approval.Decision {
	decision := approval.Decision{
		ID: id, Verdict: verdict, ResultHash: hash, Reason: "seen", DecidedAt: m.now,
		Actor: approval.Actor{Subject: "security_approver", Roles: []approval.Role{approval.RoleSecurityApprover}},
	}
	if verdict == approval.Approve {
		decision.Direction = approval.Revert
	}
	return decision
}

func (m *mending) move(t testing.TB, ref remediation.Ref, states ...remediation.State) {
	t.Helper()
	for _, state := range states {
		require.NoError(t, m.store.Move(ctx, ref, state, ""))
	}
}

func (m *mending) state(t testing.TB, ref remediation.Ref) remediation.Remediation {
	t.Helper()
	found, err := m.store.Remediation(ctx, ref.TenantID, ref.ID)
	require.NoError(t, err)
	return found
}

func (m *mending) told(t testing.TB) []string {
	t.Helper()
	messages, err := m.outbox.Pending(ctx, outbox.TopicNotification, "", 100)
	require.NoError(t, err)
	var kinds []string
	for _, message := range messages {
		var notification remediation.Notification
		require.NoError(t, json.Unmarshal(message.Payload, &notification))
		kinds = append(kinds, string(notification.Kind))
	}
	return kinds
}

func TestRemediationFromOpenToMended(t *testing.T) {
	m := newMending(t)
	m.scan(t, "")
	m.scan(t, "", difference("vm-1", "port", "22", drift.Security))
	ref := m.open(t, "vm-1", "cause")

	t.Run("a rescan finds the one there", func(t *testing.T) {
		found, isNew, err := m.store.Open(ctx, m.request("vm-1", "another cause"))
		require.NoError(t, err)
		require.False(t, isNew)
		require.Equal(t, ref, found.Ref)
	})
	t.Run("a plan waits for people, and the same again keeps the deadline", func(t *testing.T) {
		first := m.plan(t, ref, "hash-1", false)
		require.Equal(t, remediation.AwaitingApproval, first.State)
		m.now = m.now.Add(time.Minute)
		require.Equal(t, first.Deadline, m.plan(t, ref, "hash-1", false).Deadline)
		require.Equal(t, []string{"remediation.awaiting_approval"}, m.told(t))
	})
	t.Run("a decision on another plan is refused", func(t *testing.T) {
		err := m.store.Approve(ctx, ref, []approval.Decision{m.decision("d-0", "hash-0", approval.Approve)})
		require.Equal(t, fault.PreconditionFailed, fault.CodeOf(err))
	})
	t.Run("a refused decision goes on record, and the same again once", func(t *testing.T) {
		for range 2 {
			require.NoError(t, m.store.RefuseDecision(ctx, ref, m.decision("d-0", "hash-0", approval.Approve), "precondition_failed"))
		}
		recorded, err := m.store.Decisions(ctx, ref.ID)
		require.NoError(t, err)
		require.Len(t, recorded, 1)
		require.Equal(t, "precondition_failed", recorded[0].Refusal)
	})
	t.Run("approved, applied, verified: it is mended, and its drift resolved", func(t *testing.T) {
		decision := m.decision("d-1", "hash-1", approval.Approve)
		for range 2 {
			require.NoError(t, m.store.Approve(ctx, ref, []approval.Decision{decision}))
		}
		m.move(t, ref, remediation.Applying, remediation.Applying, remediation.Verifying, remediation.Planning)
		journal := postgres.NewReconciliations(m.pool, []byte("a secret of 32 bytes or still more"))
		for number, id := range []string{"vm-0", "vm-1"} {
			require.NoError(t, journal.Intend(ctx, infra.Entry{Run: ref.Run(1), ResourceID: id, Number: number, Status: infra.StatusBegun}))
		}
		require.NoError(t, journal.Settle(ctx, ref.Run(1), "vm-0", infra.StatusDone, 0))
		ending := remediation.Ending{State: remediation.Mended, Now: m.now}
		require.NoError(t, m.store.End(ctx, ref, ending))
		entries, err := journal.Entries(ctx, ref.Run(1))
		require.NoError(t, err)
		require.Len(t, entries, 1, "what nothing will take up again is not kept")
		require.Equal(t, "vm-0", entries[0].ResourceID)
		require.NoError(t, m.store.End(ctx, ref, remediation.Ending{State: remediation.Failed, Now: m.now}), "what has ended stays as it is")
		found := m.state(t, ref)
		require.Equal(t, remediation.Mended, found.State)
		require.Equal(t, approval.Revert, found.Direction)
		require.False(t, found.EndedAt.IsZero())
	})
	t.Run("the history tells all of it", func(t *testing.T) {
		require.Equal(t, []drifthistory.Kind{
			drifthistory.Ended, drifthistory.Applied, drifthistory.Decided, drifthistory.Refused, drifthistory.Planned, drifthistory.Opened, drifthistory.Detected,
		}, m.kinds(t, "vm-1"))
		m.holds(t)
	})
	t.Run("drift that comes back begins another one", func(t *testing.T) {
		again := m.open(t, "vm-1", "cause")
		require.NotEqual(t, ref.ID, again.ID)
		usage, err := m.store.Usage(ctx, again, remediation.DefaultPolicy().Limits, time.Now())
		require.NoError(t, err)
		require.Equal(t, remediation.Usage{Tried: 1}, usage, "what a person decided on counts towards no cap")
	})
}

func TestRemediationDecisions(t *testing.T) {
	m := newMending(t)
	t.Run("a rejected one is not asked for again until the drift is another", func(t *testing.T) {
		ref := m.open(t, "vm-1", "cause")
		m.plan(t, ref, "hash", false)
		for range 2 {
			require.NoError(t, m.store.Reject(ctx, ref, m.decision("d-1", "hash", approval.Reject)))
		}
		found, isNew, err := m.store.Open(ctx, m.request("vm-1", "cause"))
		require.NoError(t, err)
		require.False(t, isNew)
		require.Equal(t, remediation.Rejected, found.State)
		m.open(t, "vm-1", "another")
	})
	t.Run("a decision after the deadline is too late", func(t *testing.T) {
		ref := m.open(t, "vm-2", "cause")
		m.plan(t, ref, "hash", false)
		late := m.decision("d-1", "hash", approval.Approve)
		late.DecidedAt = m.now.Add(2 * time.Hour)
		require.Equal(t, fault.Gone, fault.CodeOf(m.store.Approve(ctx, ref, []approval.Decision{late})))
	})
	t.Run("a broken glass pages people and asks for a review, which somebody gives once", func(t *testing.T) {
		ref := m.open(t, "vm-3", "cause")
		m.plan(t, ref, "hash", false)
		decision := m.decision("d-1", "hash", approval.Approve)
		decision.BreakGlass = true
		require.NoError(t, m.store.Approve(ctx, ref, []approval.Decision{decision}))
		require.Contains(t, m.told(t), "remediation.broken_glass")
		require.Contains(t, m.told(t), "remediation.review_due")
		due, err := m.store.Remediations(ctx, remediation.Filter{Review: remediation.ReviewDue}, remediation.Position{}, 10)
		require.NoError(t, err)
		require.Len(t, due, 1)
		reviewed, err := m.store.Review(ctx, "", ref.ID, "security_approver_2", "it was right", m.now)
		require.NoError(t, err)
		require.Equal(t, remediation.ReviewDone, reviewed.Review)
		_, err = m.store.Review(ctx, "", ref.ID, "security_approver_2", "again", m.now)
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
	})
	t.Run("a plan that is made anew takes no decision on the one before", func(t *testing.T) {
		ref := m.open(t, "vm-4", "cause")
		m.plan(t, ref, "hash-1", false)
		m.move(t, ref, remediation.Planning)
		kept := m.plan(t, ref, "hash-2", false)
		require.Equal(t, 2, kept.PlanNumber)
		require.Equal(t, fault.PreconditionFailed, fault.CodeOf(m.store.Approve(ctx, ref, []approval.Decision{m.decision("d-1", "hash-1", approval.Approve)})))
	})
	t.Run("nobody sees another tenant's", func(t *testing.T) {
		ref := m.open(t, "vm-5", "cause")
		_, err := m.store.Remediation(ctx, "dune", ref.ID)
		require.Equal(t, fault.NotFound, fault.CodeOf(err))
	})
	t.Run("the state decides what may follow", func(t *testing.T) {
		ref := m.open(t, "vm-6", "cause")
		require.Equal(t, fault.Conflict, fault.CodeOf(m.store.Move(ctx, ref, remediation.Applying, "")))
	})
	m.holds(t)
}

func TestRemediationUsage(t *testing.T) {
	m := newMending(t)
	end := func(resource string, state remediation.State) {
		ref := m.open(t, resource, "cause")
		m.plan(t, ref, "hash", true)
		m.move(t, ref, remediation.Applying)
		if state == remediation.Mended {
			m.move(t, ref, remediation.Verifying, remediation.Planning)
		}
		require.NoError(t, m.store.End(ctx, ref, remediation.Ending{State: state, Now: m.now}))
	}
	end("vm-1", remediation.Mended)
	end("vm-1", remediation.Mended)
	end("vm-2", remediation.Failed)
	limits := remediation.DefaultPolicy().Limits
	usage, err := m.store.Usage(ctx, m.open(t, "vm-1", "cause"), limits, time.Now())
	require.NoError(t, err)
	require.Equal(t, remediation.Usage{InRun: 3, OfTenant: 3, OfType: 3, OfResource: 2, Failed: 1, Tried: 3}, usage)
	require.Empty(t, limits.Hold(usage))
	for name, usage := range map[string]remediation.Usage{
		"the run":      {InRun: limits.PerRun},
		"the tenant":   {OfTenant: limits.PerTenant},
		"the type":     {OfType: limits.PerType},
		"the resource": {OfResource: limits.ChangedBack},
		"failures":     {Failed: 3, Tried: 6},
	} {
		require.NotEmpty(t, limits.Hold(usage), name)
	}
}

func TestLimitsHoldHoweverManyArePlannedAtOnce(t *testing.T) {
	limits := remediation.DefaultPolicy().Limits
	for name, c := range map[string]struct {
		limit   func(*remediation.Limits)
		request func(i int, request *remediation.Request)
		held    string
	}{
		"one scan": {func(l *remediation.Limits) { l.PerRun = 5 }, func(int, *remediation.Request) {}, "the scan has led to 5 changes already"},
		"one tenant": {func(l *remediation.Limits) { l.PerTenant = 5 }, func(i int, r *remediation.Request) {
			r.ScanID, r.Candidate.ResourceType = fmt.Sprintf("scan-%d", i), fmt.Sprintf("type-%d", i)
		}, "5 changes were made for this tenant"},
		"one type": {func(l *remediation.Limits) { l.PerType = 5 }, func(i int, r *remediation.Request) {
			r.ScanID = fmt.Sprintf("scan-%d", i)
		}, "5 resources of this type were changed"},
	} {
		t.Run("of "+name, func(t *testing.T) {
			m := newMending(t)
			limited := limits
			c.limit(&limited)
			var planning sync.WaitGroup
			errs := make([]error, 12)
			for i := range errs {
				request := m.request(fmt.Sprintf("vm-%d", i), "cause")
				c.request(i, &request)
				opened, _, err := m.store.Open(ctx, request)
				require.NoError(t, err)
				planning.Go(func() {
					usage, err := m.store.Usage(ctx, opened.Ref, limited, m.now)
					if err == nil && limited.Hold(usage) == "" {
						_, err = m.store.KeepPlan(ctx, opened.Ref, planOf(opened.ResourceID, true), remediation.Keeping{
							Hash: opened.ID, Now: m.now, Mode: driftwatch.Enforce, Limits: limited,
						})
					} else if err == nil {
						err = fault.New(fault.RateLimited, "%s", limited.Hold(usage))
					}
					errs[i] = err
				})
			}
			planning.Wait()
			alone := 0
			for _, err := range errs {
				if err == nil {
					alone++
					continue
				}
				require.Equal(t, fault.RateLimited, fault.CodeOf(err))
				require.ErrorContains(t, err, c.held)
			}
			require.Equal(t, 5, alone)
		})
	}
	t.Run("what went on alone counts, also when its resource then waits for people", func(t *testing.T) {
		m := newMending(t)
		ref := m.open(t, "vm-1", "cause")
		m.plan(t, ref, "tags", true)
		m.move(t, ref, remediation.Applying, remediation.Verifying, remediation.Planning)
		m.plan(t, ref, "port", false)
		usage, err := m.store.Usage(ctx, m.open(t, "vm-2", "cause"), limits, m.now)
		require.NoError(t, err)
		require.Equal(t, remediation.Usage{InRun: 1, OfTenant: 1, OfType: 1}, usage)
	})
	t.Run("what is long ago counts for its own scan alone", func(t *testing.T) {
		m := newMending(t)
		m.plan(t, m.open(t, "vm-1", "cause"), "tags", true)
		usage, err := m.store.Usage(ctx, m.open(t, "vm-2", "cause"), limits, m.now.Add(limits.Window+time.Minute))
		require.NoError(t, err)
		require.Equal(t, remediation.Usage{InRun: 1}, usage)
	})
}

func TestDriftRules(t *testing.T) {
	m := newMending(t)
	store := postgres.NewDriftRules(m.pool)
	put := func(content string, expected int) (driftwatch.RuleVersion, error) {
		return store.Put(ctx, driftwatch.RuleVersion{Document: content, ContentHash: content, MediaType: "application/yaml", CreatedBy: "olga", CreatedAt: m.now}, expected)
	}
	latest, err := store.Latest(ctx)
	require.NoError(t, err)
	require.Zero(t, latest.Version)
	first, err := put("version: 1", 0)
	require.NoError(t, err)
	require.Equal(t, 1, first.Version)
	again, err := put("version: 1", 1)
	require.NoError(t, err)
	require.Equal(t, 1, again.Version, "the same content makes no version")
	_, err = put("version: 1 # other", 0)
	require.Equal(t, fault.PreconditionFailed, fault.CodeOf(err))
	second, err := put("version: 1 # other", -1)
	require.NoError(t, err)
	require.Equal(t, 2, second.Version)
	earlier, err := store.Version(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, first, earlier)
	_, err = store.Version(ctx, 9)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}
