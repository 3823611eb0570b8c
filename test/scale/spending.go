package main

import (
	"fmt"
	"time"
)

// roles are the processes of a stack that are measured.
var roles = []string{"worker", "postgres", "temporal", "sandbox", "api"}

// spending is what the processes of a stack take from a moment on.
type spending struct {
	stack *stack
	began time.Time
	cpu   map[string]float64
}

// measure begins to measure. One measurement is taken at a time.
func (s *stack) measure() spending {
	s.memory.reset()
	before := spending{stack: s, cpu: map[string]float64{}}
	for role, pid := range s.pids() {
		before.cpu[role] = cpuSeconds(pid)
	}
	before.began = time.Now()
	return before
}

// print prints the seconds since, how many of something were dealt with in each, and what each process
// took. It returns the time on the clock.
func (b spending) print(name string, count int64, of string) time.Duration {
	took := time.Since(b.began)
	fmt.Printf("%-24s %8.1f s, %.0f %s/s\n", name, took.Seconds(), float64(count)/took.Seconds(), of)
	b.processes()
	return took
}

// processes prints what each process took.
func (b spending) processes() {
	pids := b.stack.pids()
	for _, role := range roles {
		fmt.Printf("  %-22s %8.1f s of CPU, at most %d MB\n", role, cpuSeconds(pids[role])-b.cpu[role], b.stack.memory.peak(role))
	}
}
