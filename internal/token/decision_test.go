package token_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/token"
)

func decisionClaims() approval.TokenClaims {
	return approval.TokenClaims{
		DecisionID: "d-1",
		WorkflowID: "period-close:main:2026-09:1",
		ResultHash: "abc",
		Verdict:    approval.Reject,
		Reason:     "credits are missing",
		Actor:      approval.Actor{Subject: "finance_approver", Roles: []approval.Role{approval.RoleFinanceApprover}},
	}
}

func TestDecisions(t *testing.T) {
	folder := t.TempDir()
	openKeys(t, folder)

	t.Run("what was signed comes back", func(t *testing.T) {
		decisions := token.NewDecisions(openKeys(t, folder))
		text, signed, err := decisions.SignDecision(decisionClaims())
		require.NoError(t, err)
		verified, err := decisions.VerifyDecision(text)
		require.NoError(t, err)
		require.Equal(t, signed, verified)
		require.Equal(t, token.DecisionLifetime, signed.ExpiresAt.Sub(signed.IssuedAt))
		require.Equal(t, "credits are missing", verified.Reason)
	})

	t.Run("a token ends with its lifetime", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			decisions := token.NewDecisions(openKeys(t, folder))
			text, _, err := decisions.SignDecision(decisionClaims())
			require.NoError(t, err)
			time.Sleep(token.DecisionLifetime - time.Second) //nolint:forbidigo // the bubble's clock, which costs no time
			_, err = decisions.VerifyDecision(text)
			require.NoError(t, err)
			time.Sleep(time.Minute) //nolint:forbidigo // as above
			_, err = decisions.VerifyDecision(text)
			require.True(t, fault.Is(err, fault.Unauthenticated), err)
		})
	})

	t.Run("a claim that is left open is not signed", func(t *testing.T) {
		decisions := token.NewDecisions(openKeys(t, folder))
		for name, leave := range map[string]func(*approval.TokenClaims){
			"decision id": func(c *approval.TokenClaims) { c.DecisionID = "" },
			"workflow id": func(c *approval.TokenClaims) { c.WorkflowID = "" },
			"result hash": func(c *approval.TokenClaims) { c.ResultHash = "" },
			"subject":     func(c *approval.TokenClaims) { c.Actor.Subject = "" },
			"verdict":     func(c *approval.TokenClaims) { c.Verdict = "maybe" },
		} {
			claims := decisionClaims()
			leave(&claims)
			_, _, err := decisions.SignDecision(claims)
			require.ErrorContains(t, err, name)
		}
	})
}
