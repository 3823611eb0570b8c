package metricsfile

import (
	"fmt"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// plannedEntry is an addition to capacity as it is written.
type plannedEntry struct {
	At     string   `yaml:"at"`
	Amount *float64 `yaml:"amount"`
	Note   string   `yaml:"note"`
}

// planned checks the additions of an entry at a path.
func (f *file) planned(entries []plannedEntry, path string) ([]capacity.Addition, error) {
	var additions []capacity.Addition
	for i, e := range entries {
		at := fmt.Sprintf("%s[%d]", path, i)
		when, err := time.Parse(time.DateOnly, e.At)
		if err != nil {
			when, err = time.Parse(time.RFC3339, e.At)
		}
		if err != nil {
			return nil, f.errorf(f.line(at+".at"), "at is %q; write it as 2026-12-01 or 2026-12-01T08:00:00Z", e.At)
		}
		if e.Amount == nil || *e.Amount == 0 || math.IsNaN(*e.Amount) || math.IsInf(*e.Amount, 0) {
			return nil, f.errorf(f.line(at+".amount"), "amount is no number other than 0: what comes on top, or goes where it is below 0")
		}
		additions = append(additions, capacity.Addition{At: when.UTC(), Amount: *e.Amount, Note: e.Note})
	}
	return additions, nil
}
