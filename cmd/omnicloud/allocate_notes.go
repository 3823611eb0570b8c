package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// shownNotes is how many notes of one kind are written out; a bill may give cause for thousands.
const shownNotes = 10

// notes writes the first few of many notes.
type notes struct {
	to    io.Writer
	count int
}

func (n *notes) add(format string, arguments ...any) {
	if n.count++; n.count <= shownNotes {
		fmt.Fprintf(n.to, format+"\n", arguments...)
	}
}

// finish says how many were left out.
func (n *notes) finish() {
	if n.count > shownNotes {
		fmt.Fprintf(n.to, "… and %d more; --explain lists all\n", n.count-shownNotes)
	}
}

// reportLeftOut says on standard error whose usage does not count, as they were not there to use
// anything in the period.
func reportLeftOut(stderr io.Writer, usage *allocation.Usage) {
	tenants := usage.LeftOut()
	if len(tenants) == 0 {
		return
	}
	names := strings.Join(tenants[:min(len(tenants), shownNotes)], ", ")
	if more := len(tenants) - shownNotes; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	fmt.Fprintf(stderr, "usage was left out of tenants that are active at no time of the period: %s\n", names)
}

// reportSplits says on standard error what a reader of the cells could not guess: what pools pass on
// to each other, which have no driver, and which drivers were below zero.
func reportSplits(stderr io.Writer, results []allocation.PoolResult) {
	passed, fallbacks, clamped := notes{to: stderr}, notes{to: stderr}, notes{to: stderr}
	for i := range results {
		pool := &results[i]
		for _, flow := range pool.Passed {
			passed.add("pool %s passes %s on to pool %s", pool.Pool, flow.Amount, flow.Pool)
		}
	}
	passed.finish()
	for i := range results {
		for _, part := range results[i].Parts {
			switch part.Fallback {
			case allocation.FallbackEqual:
				fallbacks.add("pool %s: no tenant has a share, so it is split equally (fallback: equal)", results[i].Pool)
			case allocation.FallbackResidual:
				fallbacks.add("pool %s: no tenant has a share, so it stays on %s (fallback: residual)",
					results[i].Pool, allocation.AccountUnallocated)
			}
		}
	}
	fallbacks.finish()
	for i := range results {
		for _, part := range results[i].Parts {
			for _, driver := range part.Clamped {
				clamped.add("pool %s: %s of tenant %s totals below zero and counts as zero", results[i].Pool, driver.Category, driver.TenantID)
			}
		}
	}
	clamped.finish()
}
