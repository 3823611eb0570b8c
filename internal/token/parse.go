package token

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// sign issues a token of a type under the signing key.
func (k *Keys) sign(kind string, claims jwt.Claims) (string, error) {
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	unsigned.Header["kid"] = k.signingID
	unsigned.Header["typ"] = kind
	signed, err := unsigned.SignedString(k.signingKey)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "signing a token failed")
	}
	return signed, nil
}

// parse verifies signature, algorithm, type, issuer, audience and times and fills claims. Every
// way in which a token can be bad is an Unauthenticated error.
func (k *Keys) parse(text, kind, audience string, now func() time.Time, claims jwt.Claims) error {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(clockSkew),
		jwt.WithTimeFunc(now),
		jwt.WithStrictDecoding(),
	)
	_, err := parser.ParseWithClaims(text, claims, func(parsed *jwt.Token) (any, error) {
		if parsed.Header["typ"] != kind {
			return nil, fault.New(fault.Unauthenticated, "the token is of type %v, not %s", parsed.Header["typ"], kind)
		}
		id, _ := parsed.Header["kid"].(string)
		return k.lookup(id)
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return fault.Wrap(err, fault.Unauthenticated, "the token has expired; ask for a new one")
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return fault.Wrap(err, fault.Unauthenticated, "the token is not valid yet; compare the clocks of its issuer and this server")
	case fault.Is(err, fault.Unavailable):
		return fault.Wrap(err, fault.Unavailable, "the token names a key that is not known here, and the keys cannot be read now")
	default:
		return fault.Wrap(err, fault.Unauthenticated, "the token is not a valid %s token of this installation", kind)
	}
}
