package token

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Decisions signs and verifies decision tokens. It implements approval.TokenVerifier.
type Decisions struct {
	keys *Keys
	now  func() time.Time
}

var (
	_ approval.TokenVerifier = (*Decisions)(nil)
	_ approval.TokenSigner   = (*Decisions)(nil)
)

// NewDecisions returns a Decisions over the keys of an installation.
func NewDecisions(keys *Keys) *Decisions { return &Decisions{keys: keys, now: time.Now} }

type decisionClaims struct {
	jwt.RegisteredClaims
	Roles      []string `json:"roles"`
	TenantID   string   `json:"tenant_id,omitempty"`
	WorkflowID string   `json:"workflow_id"`
	ResultHash string   `json:"result_hash"`
	Verdict    string   `json:"decision"`
	Reason     string   `json:"reason,omitempty"`
	Direction  string   `json:"direction,omitempty"`
	BreakGlass bool     `json:"break_glass,omitempty"`
}

// SignDecision signs what a person may decide. IssuedAt and ExpiresAt are set here, DecisionLifetime
// apart; the claims that were signed are returned. A claim that is missing is an Internal error:
// a token that leaves something open would prove too much.
func (d *Decisions) SignDecision(claims approval.TokenClaims) (string, approval.TokenClaims, error) {
	claims.IssuedAt = d.now().UTC().Truncate(time.Second)
	claims.ExpiresAt = claims.IssuedAt.Add(DecisionLifetime)
	if err := checkComplete(claims); err != nil {
		return "", approval.TokenClaims{}, err
	}
	roles := make([]string, len(claims.Actor.Roles))
	for i, role := range claims.Actor.Roles {
		roles[i] = string(role)
	}
	signed, err := d.keys.sign(decisionType, decisionClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        claims.DecisionID,
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{decisionAudience},
			Subject:   claims.Actor.Subject,
			IssuedAt:  jwt.NewNumericDate(claims.IssuedAt),
			ExpiresAt: jwt.NewNumericDate(claims.ExpiresAt),
		},
		Roles:      roles,
		TenantID:   claims.Actor.TenantID,
		WorkflowID: claims.WorkflowID,
		ResultHash: claims.ResultHash,
		Verdict:    string(claims.Verdict),
		Reason:     claims.Reason,
		Direction:  string(claims.Direction),
		BreakGlass: claims.BreakGlass,
	})
	return signed, claims, err
}

// VerifyDecision checks a decision token's signature and times; see approval.TokenVerifier.
func (d *Decisions) VerifyDecision(text string) (approval.TokenClaims, error) {
	var claims decisionClaims
	if err := d.keys.parse(text, decisionType, decisionAudience, d.now, &claims); err != nil {
		return approval.TokenClaims{}, err
	}
	actor, err := newActor(claims.Subject, claims.Roles, claims.TenantID)
	if err != nil {
		return approval.TokenClaims{}, err
	}
	verified := approval.TokenClaims{
		DecisionID: claims.ID,
		WorkflowID: claims.WorkflowID,
		ResultHash: claims.ResultHash,
		Verdict:    approval.Verdict(claims.Verdict),
		Reason:     claims.Reason,
		Direction:  approval.Direction(claims.Direction),
		BreakGlass: claims.BreakGlass,
		Actor:      actor,
		ExpiresAt:  claims.ExpiresAt.UTC(),
	}
	if claims.IssuedAt != nil {
		verified.IssuedAt = claims.IssuedAt.UTC()
	}
	if err := checkComplete(verified); err != nil {
		return approval.TokenClaims{}, fault.Wrap(err, fault.Unauthenticated, "the decision token is incomplete")
	}
	return verified, nil
}

func checkComplete(claims approval.TokenClaims) error {
	for name, value := range map[string]string{
		"decision id": claims.DecisionID, "workflow id": claims.WorkflowID,
		"result hash": claims.ResultHash, "subject": claims.Actor.Subject,
	} {
		if value == "" {
			return fault.New(fault.Internal, "a decision token needs a %s", name)
		}
	}
	if claims.Verdict != approval.Approve && claims.Verdict != approval.Reject {
		return fault.New(fault.Internal, "a decision token needs the verdict approve or reject, not %q", claims.Verdict)
	}
	if claims.IssuedAt.IsZero() {
		return fault.New(fault.Internal, "a decision token needs the time of its issue")
	}
	return nil
}
