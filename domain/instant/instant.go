// Package instant holds the precision of times: microseconds in UTC, which is what PostgreSQL keeps. A
// time with more digits would read differently once it had been stored, and hash differently.
package instant

import "time"

// Now returns the current time.
func Now() time.Time { return Of(time.Now()) }

// Of returns a time at that precision, the digits beyond it dropped. The zero time stays zero.
func Of(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }
