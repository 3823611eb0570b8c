package closing

import "time"

// Figures are what operators watch of closes. Books are few and named by operators, unlike tenants. What is
// not in a map is zero or never was.
type Figures struct {
	Periods map[PeriodsOf]int64
	// Waiting tells, by book, of the periods that wait for approvers.
	Waiting map[string]Waiting
	// Closed is when a period of the book was last closed.
	Closed map[string]time.Time
}

// PeriodsOf are the periods of a book that are in a state. A period that was never worked on is open and not
// counted.
type PeriodsOf struct {
	Book  string
	State State
}

// Waiting is since when the oldest approval is waited for, and until when the most urgent may come.
type Waiting struct{ Since, Deadline time.Time }
