// Package token signs and verifies the two kinds of JSON Web Token of the product: bearer tokens,
// which say who calls, and decision tokens, which prove that the API let one person decide one
// thing. Both are signed with Ed25519; they differ in type header and audience, so that neither
// can ever stand in for the other (RFC 8725, sections 3.9 and 3.11).
package token

import "time"

const (
	issuer = "omnicloud"

	bearerAudience   = "omnicloud-api"
	bearerType       = "at+jwt"
	decisionAudience = "omnicloud-decision"
	decisionType     = "decision+jwt"

	// DecisionLifetime is how long a decision token can be used after it was signed.
	DecisionLifetime = 15 * time.Minute
	// DevLifetime is how long the tokens of a development stack last.
	DevLifetime = 30 * 24 * time.Hour

	// clockSkew is how far the clocks of two hosts may differ before a token is refused.
	clockSkew = 30 * time.Second
)
