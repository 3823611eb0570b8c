package remediation_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// comparer compares with the judge of exposure and with secrets hidden.
type comparer struct{ *drift.Detector }

func (comparer) Hide(_ infra.Resource, text string) string { return text }

func plannerOf(t testing.TB, rules drift.Rules) *remediation.Planner {
	t.Helper()
	redactor := secrecy.Redactor{Key: []byte("a key of thirty-two bytes, no less")}
	detector, err := drift.NewDetector(drift.WithRules(rules), drift.WithRedactor(redactor), drift.WithJudge(judgement.Judge{Secrets: redactor}))
	require.NoError(t, err)
	return &remediation.Planner{Comparer: comparer{detector}, DigestKey: []byte("key")}
}

func resourceOf(desired, actual string) infra.Resource {
	r := infra.Resource{ID: "r", Type: "service", TenantID: "acme", Version: 7}
	if desired != "" {
		r.Desired = json.RawMessage(desired)
	}
	if actual != "" {
		r.Actual = json.RawMessage(actual)
	}
	return r
}

func at(path string) drift.Scope { return drift.Scope{Path: path} }

func enforced(resource infra.Resource) remediation.Draft {
	return remediation.Draft{Resource: resource, Mode: driftwatch.Enforce}
}

// sets are lists whose order means nothing, in which a live id that nobody declared is ignored.
var sets = drift.Rules{
	Collections: []drift.CollectionRule{{Scope: at("l"), As: drift.Multiset}},
	Ignore:      []drift.IgnoreRule{{Scope: at("l[*].id"), Reason: "the provider's own"}},
}

func TestWhatIsNeverMendedByItself(t *testing.T) {
	for name, c := range map[string]struct {
		rules    drift.Rules
		resource infra.Resource
		// planned says that a person may decide about it; else nobody can mend it from here.
		planned bool
	}{
		"a secret":                {drift.Rules{}, resourceOf(`{"password":"one-of-them"}`, `{"password":"another-one"}`), true},
		"what a rule marks":       {drift.Rules{Sensitive: []drift.SensitiveRule{{Scope: at("n")}}}, resourceOf(`{"n":"a"}`, `{"n":"b"}`), true},
		"what touches security":   {drift.Rules{Severity: []drift.SeverityRule{{Scope: at("n"), Severity: drift.Security}}}, resourceOf(`{"n":"a"}`, `{"n":"b"}`), true},
		"a write-only value":      {drift.Rules{WriteOnly: []drift.WriteOnlyRule{{Scope: at("n")}}}, resourceOf(`{"n":"a"}`, `{"n":"****"}`), true},
		"a missing resource":      {drift.Rules{}, resourceOf(`{"n":"a"}`, ``), true},
		"a resource beyond":       {drift.Rules{}, resourceOf(``, `{"n":"a"}`), true},
		"a name that is a secret": {drift.Rules{}, resourceOf(`{"password":"my-secret-word"}`, `{"password":"my-secret-word","m":{"my-secret-word":1}}`), false},
		"one of two that are alike": {
			sets, resourceOf(`{"l":[{"p":1}]}`, `{"l":[{"p":1,"id":"x"},{"p":1,"id":"y"}]}`), true,
		},
		"a value in one of two that could be meant": {
			sets, resourceOf(`{"l":[{"p":1},{"p":2}]}`, `{"l":[{"p":3,"id":"x"},{"p":4,"id":"y"}]}`), true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			planner := plannerOf(t, c.rules)
			if name == "a name that is a secret" {
				planner = plannerOf(t, drift.Rules{Watch: []drift.WatchRule{{Scope: at("m.*")}}})
			}
			plan, reason, err := planner.Plan(enforced(c.resource))
			require.NoError(t, err)
			if !c.planned {
				require.Nil(t, plan)
				require.Contains(t, reason, "can be mended from here")
				return
			}
			require.NotNil(t, plan)
			require.False(t, plan.Automatic)
			require.True(t, plan.RequiresApproval)
			require.Positive(t, plan.Revert.Approvals)
		})
	}
	t.Run("what cannot be read is not even planned", func(t *testing.T) {
		resource := resourceOf(`{"n":"a"}`, `{"n":"b"}`)
		resource.Unreadable = "the credential was withdrawn"
		plan, _, err := plannerOf(t, drift.Rules{}).Plan(enforced(resource))
		require.Nil(t, plan)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	})
}

func TestWhatIsMendedByItself(t *testing.T) {
	for name, c := range map[string]struct {
		rules         drift.Rules
		desired, live string
		wants         string
	}{
		"a value":                           {drift.Rules{}, `{"n":1}`, `{"n":2}`, `{"n":1}`},
		"a key that is gone":                {drift.Rules{}, `{"n":1,"m":2}`, `{"n":1}`, `{"m":2,"n":1}`},
		"an element of a set, by its value": {sets, `{"l":[{"n":"a","p":1},{"n":"b","p":2}]}`, `{"l":[{"n":"b","p":2,"id":"y"},{"n":"a","p":9,"id":"x"}]}`, `{"l":[{"id":"y","n":"b","p":2},{"id":"x","n":"a","p":1}]}`},
		"the one beyond":                    {sets, `{"l":[{"p":1}]}`, `{"l":[{"p":5,"id":"x"},{"p":1,"id":"y"}]}`, `{"l":[{"id":"y","p":1}]}`},
		"the one that is gone":              {sets, `{"l":[{"p":1},{"p":2}]}`, `{"l":[{"p":2,"id":"y"}]}`, `{"l":[{"id":"y","p":2},{"p":1}]}`},
		"all but what touches security": {
			drift.Rules{Severity: []drift.SeverityRule{{Scope: at("s"), Severity: drift.Security}}}, `{"n":1,"s":1}`, `{"n":2,"s":2}`, `{"n":1,"s":2}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			resource := resourceOf(c.desired, c.live)
			plan, _, err := plannerOf(t, c.rules).Plan(enforced(resource))
			require.NoError(t, err)
			require.NotNil(t, plan)
			require.True(t, plan.Automatic)
			after, err := infra.Apply(resource.Actual, plan.Revert.Actions()[0].Changes)
			require.NoError(t, err)
			require.JSONEq(t, c.wants, string(after))
			require.EqualValues(t, 7, plan.Revert.Actions()[0].Version)
		})
	}
}

func TestWhatAPersonSaidKeepsThePlanFromIt(t *testing.T) {
	resource := resourceOf(`{"n":1,"m":1}`, `{"n":2,"m":2}`)
	planner := plannerOf(t, drift.Rules{})
	whole, _, err := planner.Plan(enforced(resource))
	require.NoError(t, err)
	require.Len(t, whole.Changes, 2)
	draft := enforced(resource)
	draft.Quiet = map[string]bool{whole.Changes[0].DriftID: true}
	t.Run("accepted drift is left alone", func(t *testing.T) {
		plan, _, err := planner.Plan(draft)
		require.NoError(t, err)
		require.Equal(t, whole.Changes[1:], plan.Changes)
	})
	t.Run("all of it accepted leaves nothing to do", func(t *testing.T) {
		draft.Quiet[whole.Changes[1].DriftID] = true
		plan, reason, err := planner.Plan(draft)
		require.NoError(t, err)
		require.Nil(t, plan)
		require.Empty(t, reason)
	})
	for _, mode := range []driftwatch.Mode{driftwatch.Propose, driftwatch.Observe} {
		t.Run("mode "+string(mode)+" asks about everything, and says why", func(t *testing.T) {
			plan, _, err := planner.Plan(remediation.Draft{Resource: resource, Mode: mode})
			require.NoError(t, err)
			require.False(t, plan.Automatic)
			require.Contains(t, plan.Reasons, "the mode of this resource type is "+string(mode))
		})
	}
	t.Run("so does a limit", func(t *testing.T) {
		held := enforced(resource)
		held.Held = "too many"
		plan, _, err := planner.Plan(held)
		require.NoError(t, err)
		require.False(t, plan.Automatic)
		require.Equal(t, []string{"too many"}, plan.Reasons)
	})
}

func TestExposureOfAPlan(t *testing.T) {
	group := func(rules ...string) string {
		return `{"SecurityGroupIngress":[` + strings.Join(rules, ",") + `]}`
	}
	const inner = `{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"}`
	const world = `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`
	plan := func(desired, actual string) *remediation.Plan {
		resource := resourceOf(desired, actual)
		resource.Type = "AWS::EC2::SecurityGroup"
		rules := drift.Rules{Collections: []drift.CollectionRule{{Scope: at("SecurityGroupIngress"), As: drift.Multiset}}}
		made, _, err := plannerOf(t, rules).Plan(enforced(resource))
		require.NoError(t, err)
		require.NotNil(t, made)
		return made
	}
	t.Run("to close what was opened narrows and needs one, to declare it widens and needs two", func(t *testing.T) {
		made := plan(group(inner), group(inner, world))
		require.False(t, made.Automatic)
		require.Equal(t, remediation.Narrows, made.Revert.Effect)
		require.Equal(t, remediation.Quorum{Revert: 1, Accept: 2}, remediation.QuorumOf(*made))
		require.Len(t, made.Revert.Before, 1)
		require.Contains(t, made.Revert.Before[0], "22")
		require.Empty(t, made.Revert.After)
		require.Equal(t, remediation.Widens, made.Accept.Effect)
		require.Empty(t, made.Accept.Before, "accepting changes what is declared")
		require.Equal(t, made.Revert.Before, made.Accept.After)
	})
	t.Run("to open again what was declared and closed needs two", func(t *testing.T) {
		made := plan(group(inner, world), group(inner))
		require.False(t, made.Automatic)
		require.Equal(t, remediation.Widens, made.Revert.Effect)
		require.Equal(t, 2, made.Revert.Approvals)
		require.Equal(t, remediation.Narrows, made.Accept.Effect)
		require.Equal(t, 1, made.Accept.Approvals)
	})
	t.Run("to delete a whole resource does more than narrow, and needs two", func(t *testing.T) {
		made := plan("", group(world))
		require.Equal(t, drift.ActionDelete, made.Revert.Action)
		require.Equal(t, remediation.Unknown, made.Revert.Effect)
		require.Equal(t, 2, made.Revert.Approvals)
		require.Len(t, made.Revert.Before, 1)
		require.Equal(t, remediation.Widens, made.Accept.Effect)
	})
}

func TestRepeat(t *testing.T) {
	resource := resourceOf(`{"n":1}`, `{"n":2}`)
	planner := plannerOf(t, drift.Rules{})
	plan, _, err := planner.Plan(enforced(resource))
	require.NoError(t, err)
	hash, err := plan.Hash()
	require.NoError(t, err)
	t.Run("the same state gives the actions of the direction", func(t *testing.T) {
		actions, moved, err := planner.Repeat(enforced(resource), hash, approval.Accept)
		require.NoError(t, err)
		require.False(t, moved)
		require.Equal(t, infra.SideDesired, actions[0].Side)
	})
	for name, change := range map[string]func(*infra.Resource){
		"another live value":      func(r *infra.Resource) { r.Actual = json.RawMessage(`{"n":3}`) },
		"what no drift is about":  func(r *infra.Resource) { r.Actual = json.RawMessage(`{"n":2,"beside":1}`) },
		"another declared value":  func(r *infra.Resource) { r.Desired = json.RawMessage(`{"n":0}`) },
		"another version":         func(r *infra.Resource) { r.Version++ },
		"drift that is gone":      func(r *infra.Resource) { r.Actual = r.Desired },
		"a resource that is gone": func(r *infra.Resource) { r.Actual = nil },
	} {
		t.Run(name+" has moved", func(t *testing.T) {
			other := resource
			change(&other)
			actions, moved, err := planner.Repeat(enforced(other), hash, approval.Revert)
			require.NoError(t, err)
			require.True(t, moved)
			require.Empty(t, actions)
		})
	}
	t.Run("how a state is spelt does not move it", func(t *testing.T) {
		other := resource
		other.Actual = json.RawMessage(`{ "n" : 2 }`)
		_, moved, err := planner.Repeat(enforced(other), hash, approval.Revert)
		require.NoError(t, err)
		require.False(t, moved)
	})
	t.Run("a plan tells nothing of a secret, and another secret is another state", func(t *testing.T) {
		secret := func(word string) string {
			plan, _, err := planner.Plan(enforced(resourceOf(`{"password":"correct horse"}`, fmt.Sprintf(`{"password":%q}`, word))))
			require.NoError(t, err)
			text, err := json.Marshal(plan)
			require.NoError(t, err)
			require.NotContains(t, string(text), "horse")
			require.NotContains(t, string(text), word)
			hash, err := plan.Hash()
			require.NoError(t, err)
			return hash
		}
		require.NotEqual(t, secret("battery staple"), secret("another staple"))
	})
}

func TestStatesAreReached(t *testing.T) {
	reached := map[remediation.State]bool{remediation.Planning: true}
	for range remediation.States() {
		for _, from := range remediation.States() {
			for _, to := range remediation.States() {
				if reached[from] && remediation.CheckTransition(from, to) == nil {
					reached[to] = true
				}
			}
		}
	}
	for _, state := range remediation.States() {
		require.True(t, reached[state], "%s", state)
		if state.Over() {
			require.False(t, slices.ContainsFunc(remediation.States(), func(to remediation.State) bool { return remediation.CheckTransition(state, to) == nil }))
		}
	}
	require.Equal(t, fault.Conflict, fault.CodeOf(remediation.CheckTransition(remediation.AwaitingApproval, remediation.Applying)), "nothing is written that nobody approved")
}
