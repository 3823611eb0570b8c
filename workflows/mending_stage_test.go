package workflows_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workflows"
)

var mending = remediation.Ref{TenantID: "acme", ID: "sg-web.0123456789abcdef"}

const (
	webAsDeclared = `{"GroupDescription":"web","SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"}],"Tags":[{"Key":"Name","Value":"web"}]}`
	portOpened    = `{"GroupDescription":"web","SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"},{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}],"Tags":[{"Key":"Name","Value":"web"}]}`
	renamed       = `{"GroupDescription":"web","SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"}],"Tags":[{"Key":"Name","Value":"by hand"}]}`
)

// securityApprover makes a security approver of a name.
func securityApprover(subject string) approval.Actor {
	return approval.Actor{Subject: subject, Roles: []approval.Role{approval.RoleSecurityApprover}}
}

// mendingStage runs a Remediation under a clock that skips: the workflow, its activities, the planner, the
// rules, the reconciler and the tokens are real; the row is kept in memory, and so is the resource.
type mendingStage struct {
	*testing.T
	*testsuite.TestWorkflowEnvironment
	mendings *mendings
	cloud    *oneResource
	tokens   *token.Decisions
}

func newMendingStage(t *testing.T, actual string) *mendingStage {
	t.Helper()
	keys, err := token.CreateKeys(t.Context(), keyfolder.At(t.TempDir()))
	require.NoError(t, err)
	s := &mendingStage{
		T: t, TestWorkflowEnvironment: new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment(), tokens: token.NewDecisions(keys),
		cloud: &oneResource{mode: driftwatch.Enforce, resource: infra.Resource{
			ID: "sg-web", Type: "AWS::EC2::SecurityGroup", TenantID: "acme", Version: 1, State: infra.Active,
			Desired: json.RawMessage(webAsDeclared), Actual: json.RawMessage(actual),
		}},
	}
	s.cloud.now = s.Now
	s.mendings = &mendings{now: s.Now, down: map[string]int{}, before: map[string]func(){}, one: remediation.Remediation{
		Ref: mending, ResourceID: "sg-web", ResourceType: "AWS::EC2::SecurityGroup", Severity: drift.Critical,
		State: remediation.Planning, Mode: driftwatch.Enforce, RequestedBy: "operator",
	}}
	s.RegisterWorkflowWithOptions(workflows.Remediation, workflow.RegisterOptions{Name: workflows.TypeRemediation})
	s.RegisterActivity(&activities.Remediations{
		Store: s.mendings, Drifts: s.cloud, Rules: s.rules(), Platform: s.cloud,
		Reconciler: &infra.Reconciler{Provider: s.cloud, Journal: &infra.MemoryJournal{Now: s.Now}, Now: s.Now},
		Tokens:     s.tokens, Notifier: s.mendings, Policy: remediation.DefaultPolicy(), DigestKey: []byte("key"), Now: s.Now,
		Discretion: discretion{},
	})
	return s
}

// discretion knows one secret.
type discretion struct{}

func (discretion) Hide(_ context.Context, text string, _ ...string) (string, error) {
	return strings.ReplaceAll(text, "hunter2", "[hidden]"), nil
}

// rules are the built-in packs with the judge of exposure.
func (s *mendingStage) rules() oneRulebook {
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(), drift.WithJudge(judgement.Judge{}))...)
	require.NoError(s, err)
	return oneRulebook{detector}
}

// oneRulebook compares by rules that nobody changes. It knows no secret.
type oneRulebook struct{ *drift.Detector }

func (r oneRulebook) Current(context.Context, string) (driftwatch.Comparer, int, error) {
	return r, 0, nil
}

func (r oneRulebook) At(context.Context, string, int) (driftwatch.Comparer, error) { return r, nil }

func (oneRulebook) Forget(string) {}

func (oneRulebook) Hide(_ infra.Resource, text string) string { return text }

func (s *mendingStage) run() (workflows.RemediationResult, error) {
	s.ExecuteWorkflow(workflows.TypeRemediation, workflows.RemediationInput{Ref: mending})
	require.True(s, s.IsWorkflowCompleted())
	var result workflows.RemediationResult
	if err := s.GetWorkflowError(); err != nil {
		return result, err
	}
	require.NoError(s, s.GetWorkflowResult(&result))
	return result, nil
}

// at does something after a delay, when the plan of then is known.
func (s *mendingStage) at(delay time.Duration, act func()) { s.RegisterDelayedCallback(act, delay) }

// decision makes one about the plan that stands, with a token for what it says.
func (s *mendingStage) decision(id string, actor approval.Actor, change ...func(*approval.Decision)) approval.Decision {
	decision := approval.Decision{
		ID: id, Verdict: approval.Approve, Direction: approval.Revert, Reason: "looked at", Actor: actor,
		ResultHash: s.mendings.snapshot().PlanHash,
	}
	for _, apply := range change {
		apply(&decision)
	}
	signed, _, err := s.tokens.SignDecision(approval.TokenClaims{
		DecisionID: decision.ID, WorkflowID: mending.WorkflowID(), ResultHash: decision.ResultHash, Verdict: decision.Verdict,
		Reason: decision.Reason, Direction: decision.Direction, BreakGlass: decision.BreakGlass, Actor: decision.Actor,
	})
	require.NoError(s, err)
	decision.Token = signed
	return decision
}

func rejecting(d *approval.Decision) {
	d.Verdict, d.Direction, d.Reason = approval.Reject, "", "it is meant to be open"
}

func accepting(d *approval.Decision) { d.Direction = approval.Accept }

func breakingGlass(d *approval.Decision) { d.BreakGlass = true }

// decideAfter sends an Update after a delay, about the plan that stands then.
func (s *mendingStage) decideAfter(delay time.Duration, id string, actor approval.Actor, change ...func(*approval.Decision)) *reply {
	answer := &reply{}
	s.at(delay, func() { s.send(s.decision(id, actor, change...), answer) })
	return answer
}

func (s *mendingStage) send(decision approval.Decision, answer *reply) {
	s.UpdateWorkflow(workflows.DecideName, decision.ID, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { answer.rejected = err },
		OnComplete: func(outcome any, err error) {
			answer.err, answer.done = err, true
			if typed, ok := outcome.(workflows.DecisionOutcome); ok {
				answer.outcome = typed
			}
		},
	}, decision)
}

func (s *mendingStage) progress() workflows.Progress {
	value, err := s.QueryWorkflow(workflows.QueryProgress)
	require.NoError(s, err)
	var progress workflows.Progress
	require.NoError(s, value.Get(&progress))
	return progress
}

// oneResource is a cloud of one resource. It keeps versions and idempotency keys as a state service does.
type oneResource struct {
	mutex    sync.Mutex
	resource infra.Resource
	keys     []string
	// writes are the sides that were really changed; asked counts every call that would change one.
	writes []infra.Side
	asked  int
	// refuse answers the next writes before they take effect, lose after it.
	refuse, lose []error
	quiet        []string
	mode         driftwatch.Mode
	// back is when it answers reads again, as now tells the time.
	back time.Time
	now  func() time.Time
}

func (c *oneResource) Read(context.Context, string) (infra.Resource, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.now().Before(c.back) {
		return infra.Resource{}, fault.New(fault.Unavailable, "the state service does not answer")
	}
	return c.resource, nil
}

// away has it answer no reads until a time.
func (c *oneResource) away(until time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.back = until
}

func (c *oneResource) QuietDrifts(context.Context, string, string) ([]string, error) {
	return c.quiet, nil
}

func (c *oneResource) Modes(context.Context, string) (driftwatch.Modes, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return driftwatch.Modes{{ResourceType: driftwatch.AllTypes, Mode: c.mode}}, nil
}

// setMode is what an operator does over REST.
func (c *oneResource) setMode(mode driftwatch.Mode) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.mode = mode
}

func (c *oneResource) Update(_ context.Context, key string, update infra.Update) (infra.Resource, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.asked++
	if err := next(&c.refuse); err != nil {
		return infra.Resource{}, err
	}
	if slices.Contains(c.keys, key) {
		return c.resource, nil
	}
	if update.Version != c.resource.Version {
		return infra.Resource{}, fault.New(fault.PreconditionFailed, "the version is %d", c.resource.Version)
	}
	after, err := infra.Apply(c.resource.Configuration(update.Side), update.Changes)
	if err != nil {
		return infra.Resource{}, err
	}
	c.resource = c.resource.With(update.Side, after)
	c.resource.Version++
	c.keys, c.writes = append(c.keys, key), append(c.writes, update.Side)
	return c.resource, next(&c.lose)
}

func (c *oneResource) Create(context.Context, string, infra.Resource) (infra.Resource, error) {
	return infra.Resource{}, fault.New(fault.Conflict, "it is there")
}

func (c *oneResource) Delete(context.Context, string, string, int64) (infra.Resource, error) {
	return infra.Resource{}, fault.New(fault.Conflict, "nothing here is deleted")
}

// meddle changes what runs behind everybody's back.
func (c *oneResource) meddle(actual string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.resource.Actual = json.RawMessage(actual)
	c.resource.Version++
}

func (c *oneResource) runs() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return string(c.resource.Actual)
}

func (c *oneResource) open() bool { return strings.Contains(c.runs(), "0.0.0.0/0") }

func next(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}
