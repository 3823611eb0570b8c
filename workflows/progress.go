package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// Progress is the answer to the query of that name. It holds states, counts and hashes alone.
type Progress struct {
	Kind  string `json:"kind"`
	State string `json:"state"`
	Step  string `json:"step,omitempty"`
	// Done tells how far the step has come, of Total where that is known.
	Done  int64 `json:"done,omitempty"`
	Total int64 `json:"total,omitempty"`
	// Counts tells what each finished step worked through.
	Counts       []Count   `json:"counts,omitempty"`
	ManifestHash string    `json:"manifest_hash,omitempty"`
	ResultHash   string    `json:"result_hash,omitempty"`
	Revision     int       `json:"revision,omitempty"`
	Deadline     time.Time `json:"deadline,omitzero"`
	Reminders    int       `json:"reminders,omitempty"`
	// Refused counts decisions that were turned down after they reached the workflow.
	Refused  int    `json:"refused_decisions,omitempty"`
	Decision string `json:"decision,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Count is a number with its name. A slice of them keeps the order, which a map would not.
type Count struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

func (p *Progress) enter(step string) { p.Step, p.Done, p.Total = step, 0, 0 }

func (p *Progress) at(done, total int64) { p.Done, p.Total = done, total }

func (p *Progress) count(name string, value int64) {
	p.Counts = append(p.Counts, Count{Name: name, Value: value})
}

func answerProgress(ctx workflow.Context, progress *Progress) error {
	return workflow.SetQueryHandlerWithOptions(ctx, QueryProgress, func() (Progress, error) { return *progress, nil },
		workflow.QueryHandlerOptions{Description: "Where it stands: state, step, counts, hash and deadline."})
}
