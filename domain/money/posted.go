package money

import "github.com/shopspring/decimal"

// Posted is an amount in posting digits. As text and in JSON it has exactly those, such as "4609.80" and
// "0.00", and not as few as its value needs.
type Posted struct{ decimal.Decimal }

// PostedZero is nothing, in a number of digits.
func PostedZero(digits int32) Posted { return Posted{decimal.New(0, -digits)} }

// String writes all digits.
func (p Posted) String() string { return p.StringFixed(max(0, -p.Exponent())) }

// MarshalJSON writes all digits, as a text.
func (p Posted) MarshalJSON() ([]byte, error) { return []byte(`"` + p.String() + `"`), nil }

// MarshalText writes all digits.
func (p Posted) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Plus adds an amount.
func (p Posted) Plus(other Posted) Posted { return Posted{p.Add(other.Decimal)} }
