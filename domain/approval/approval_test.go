package approval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestCheckFinance(t *testing.T) {
	approver := approval.Actor{Subject: "ada", Roles: []approval.Role{approval.RoleFinanceApprover}}
	cases := map[string]struct {
		actor     approval.Actor
		approvers []string
		own       approval.Independence
		refusal   string
	}{
		"an approver decides on the work of others": {actor: approver, own: approval.Independence{RequestedBy: "bob", RuleAuthors: []string{"eve"}}},
		"a listed approver decides":                 {actor: approver, approvers: []string{"zoe", "ada"}},
		"an unlisted approver does not":             {actor: approver, approvers: []string{"zoe"}, refusal: "not among the approvers"},
		"who started the close does not":            {actor: approver, own: approval.Independence{RequestedBy: "ada"}, refusal: "started this close"},
		"who wrote a rule does not":                 {actor: approver, own: approval.Independence{RuleAuthors: []string{"eve", "ada"}}, refusal: "wrote a rule"},
		"an operator does not": {
			actor: approval.Actor{Subject: "ada", Roles: []approval.Role{approval.RoleOperator}}, refusal: "finance_approver",
		},
		"a security approver does not": {
			actor: approval.Actor{Subject: "ada", Roles: []approval.Role{approval.RoleSecurityApprover}}, refusal: "finance_approver",
		},
		"nobody does not": {refusal: "finance_approver"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := approval.CheckFinance(c.actor, c.approvers, c.own)
			if c.refusal == "" {
				require.NoError(t, err)
				return
			}
			require.True(t, fault.Is(err, fault.Forbidden), err)
			require.ErrorContains(t, err, c.refusal)
		})
	}
}

func TestCheckReason(t *testing.T) {
	require.NoError(t, approval.Decision{Verdict: approval.Approve}.CheckReason())
	require.NoError(t, approval.Decision{Verdict: approval.Reject, Reason: "credits are missing"}.CheckReason())
	for _, blank := range []string{"", " \n\t"} {
		err := approval.Decision{Verdict: approval.Reject, Reason: blank}.CheckReason()
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		require.ErrorContains(t, err, "needs a reason")
	}
}

func TestParseRole(t *testing.T) {
	for _, role := range []approval.Role{
		approval.RoleOperator, approval.RoleFinanceApprover, approval.RoleSecurityApprover, approval.RoleAuditor, approval.RoleTenant,
	} {
		parsed, err := approval.ParseRole(string(role))
		require.NoError(t, err)
		require.Equal(t, role, parsed)
	}
	for _, name := range []string{"", "Operator", "root", "operator "} {
		_, err := approval.ParseRole(name)
		require.True(t, fault.Is(err, fault.InvalidInput), name)
	}
}
