package sample

import (
	"hash/fnv"
	"math/rand/v2"
)

// draw returns the generator for one named thing. Every thing has its own, derived from its name,
// so that adding a resource or a month leaves the numbers of all others as they were.
func draw(seed uint64, names ...string) *rand.Rand {
	hash := fnv.New64a()
	for _, name := range names {
		_, _ = hash.Write([]byte(name)) // a hash.Hash never fails
		_, _ = hash.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(seed, hash.Sum64())) // reproducible, not secret
}

// around returns base changed by up to spread per mille either way.
func around(random *rand.Rand, base, spread int64) int64 {
	return base * (1000 - spread + random.Int64N(2*spread+1)) / 1000
}
